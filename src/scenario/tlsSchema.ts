import { z } from 'zod'
import { TLS_VERSIONS } from '../model/tls.ts'

const source = z
  .string()
  .min(1)
  .regex(/^(?!env:)|^env:[A-Za-z_][A-Za-z0-9_]*$/, {
    error: "expected the name of a PEM file, or 'env:' and the name of an environment variable",
  })

const settings = z.strictObject({
  mutual: z
    .boolean()
    .default(false)
    .describe('Built-in targets only: they demand the client certificate that is made for the load.'),
  ca: z
    .union([source, z.array(source).min(1)])
    .optional()
    .describe(
      "Whom the server's certificate must come from: PEM files, or 'env:NAME'. Default: the authorities that Node trusts.",
    ),
  cert: source.optional().describe("The client's own certificate, with its chain: a PEM file, or 'env:NAME'."),
  key: source
    .optional()
    .describe(
      "Its key: a PEM file, or 'env:NAME', whose name must contain SECRET; with _FILE at its end, the file it names.",
    ),
  passphrase: source.optional().describe("Of an encrypted key: 'env:NAME', whose name must contain SECRET."),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe('Name asked for (SNI) and looked for in the certificate. Default: the host, when it is a name.'),
  minVersion: z.enum(TLS_VERSIONS).default('TLSv1.2').describe('Lowest version of TLS that is spoken.'),
  verify: z.boolean().default(true).describe('false: whoever answers is taken for the server; every report says so.'),
})

export const tlsSchema = z
  .union([z.boolean(), settings])
  .describe('TLS: true, or how; certificates for the built-in targets are made afresh. Default: as the address says.')
export type ParsedTls = z.output<typeof tlsSchema>
export type ParsedTlsSettings = z.output<typeof settings>

/** What `tls: true` stands for. */
export const TLS_DEFAULTS: ParsedTlsSettings = settings.parse({})
