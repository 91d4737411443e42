import { z } from 'zod'
import { ASSERTION_ALGORITHMS } from '../model/auth.ts'
import { durationSchema } from './duration.ts'

const hasUser = (text: string) => URL.canParse(text) && (new URL(text).username || new URL(text).password) !== ''

const settings = z.strictObject({
  tokenUrl: z
    .url({ protocol: /^https?$/, error: 'expected the URL of a token endpoint, http:// or https://' })
    .refine(text => !hasUser(text), {
      error: 'expected a URL without user and password: the client proves who it is by its key',
    })
    .optional()
    .describe('Where tokens come from. Default: the token_endpoint of [base]/.well-known/smart-configuration.'),
  clientId: z.string().min(1).optional().describe('By which the server knows the client.'),
  key: z
    .string()
    .optional()
    .describe(
      "The client's private key, PEM or JWK: 'env:NAME', whose name must contain SECRET; with _FILE at its end, the file it names.",
    ),
  keyId: z.string().min(1).optional().describe("Id of the key (kid) that the server knows. Default: a JWK's own."),
  algorithm: z.enum(ASSERTION_ALGORITHMS).default('RS384').describe('How the client signs.'),
  scope: z.string().min(1).default('system/*.cruds').describe('What the token is to allow.'),
  tokenLifetimeMs: durationSchema(1_000)
    .optional()
    .describe("Built-in FHIR server only: how long its tokens are good. Default '5m'."),
})

export const authSchema = z
  .union([z.literal(true), settings])
  .describe(
    'Access tokens by SMART backend services; true = with the defaults, for the built-in server, whose keys are made afresh. Default: none.',
  )
export type ParsedAuth = z.output<typeof authSchema>
export type ParsedAuthSettings = z.output<typeof settings>

/** What `auth: true` stands for. */
export const AUTH_DEFAULTS: ParsedAuthSettings = settings.parse({})
