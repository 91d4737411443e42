import { z } from 'zod'
import type { RequestFunction } from '../workload/code.ts'
import { authSchema } from './authSchema.ts'
import { durationSchema } from './duration.ts'
import { messagesSchema } from './messagesSchema.ts'
import { operationSchema } from './operationSchema.ts'
import { charsetSchema, populationSchema } from './populationSchema.ts'
import { tlsSchema } from './tlsSchema.ts'
import { workloadSchema } from './workloadSchema.ts'

const connectionCount = z.int().min(1).max(60_000)

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
      error: 'expected up to 64 letters, digits, - and _, the first a letter or a digit',
    })
    .optional()
    .describe('Unique in the scenario; metrics are named by it. Default: the protocol (`mllp`, then `mllp-2`).'),
  from: z
    .enum(['hospitals', 'application'])
    .default('hospitals')
    .describe(
      "netns: where the generators run: on the hospitals' hosts, the SUT their target, or (mllp) on the application's, receivers of ours at the hospitals their targets.",
    ),
  connections: connectionCount
    .optional()
    .describe('Connections kept open, over all generators, 1 to 60,000. Default 8 (mllp), 16 (fhir).'),
  window: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe('Most unanswered messages on one connection, 1 to 1,000; above 1 for mllp only.'),
  generators: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe('Generator processes that share the load, 1 to 256, at most one per connection.'),
  workload: workloadSchema,
  tls: tlsSchema.optional(),
  timeoutMs: durationSchema(1)
    .default(10_000)
    .describe("Deadline of a reply, from the send: ms, or text such as '10s'."),
  onUnknown: z
    .enum(['drop', 'resend'])
    .default('drop')
    .describe('What becomes of a message whose fate is unknown (no reply in time, connection lost).'),
  maxAttempts: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("Most sends of one message with onUnknown or onRejected 'resend', the first included, 1 to 100."),
  pacing: z
    .enum(['auto', 'spin', 'sleep'])
    .optional()
    .describe(
      'Of open loops, how precisely arrivals are hit: spin burns CPU just before one, sleep never does, auto (default) spins where a core is free.',
    ),
}

const mllpLoad = z.strictObject({
  protocol: z.literal('mllp').describe('HL7 v2 over MLLP.'),
  ...common,
  transport: z
    .enum(['mllp', 'hllp', 'http'])
    .optional()
    .describe(
      'What carries the messages: mllp (default), hllp (blocks with a count and a checksum), or http (HL7 over HTTP: POST, the acknowledgement in the reply; default for an address hl7+http:).',
    ),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, { error: "expected a path that begins with '/', without spaces" })
    .max(3_000)
    .optional()
    .describe("http: path that messages are posted to. Default: that of the address, or '/'."),
  checksum: z
    .enum(['xor', 'sum', 'none'])
    .optional()
    .describe("How HLLP blocks are checked: exclusive or (default), sum modulo 256, or 'none' (999)."),
  acknowledgement: z
    .enum(['original', 'enhanced'])
    .default('original')
    .describe(
      'Original mode: one acknowledgement. Enhanced mode: a commit first and the application later, two clocks.',
    ),
  onRejected: z
    .enum(['drop', 'resend'])
    .default('drop')
    .describe(
      'What becomes of a message refused with AE, CE or a NAK; those refused with AR or CR are never sent again.',
    ),
  feeds: connectionCount.optional().describe('The MLLP word for connections; give one of the two.'),
  messages: messagesSchema.describe(
    'What to send: a mix of built-in message types, HL7 files, or (in .ts and .js) a function (index, random) => message.',
  ),
})

const retrySchema = z
  .union([
    z.literal(true),
    z.strictObject({
      backoffMs: durationSchema(1)
        .default(100)
        .describe('Longest wait before the second attempt, doubled for each further one.'),
      maxBackoffMs: durationSchema(1).default(10_000).describe('Longest wait between attempts.'),
      budget: z.number().min(0).max(1).default(0.2).describe('Retries as a share of requests, 0 to 1.'),
      maxRetryAfterMs: durationSchema(0).default(30_000).describe('A longer Retry-After is not waited for.'),
    }),
  ])
  .describe(
    'Send failed requests again, up to maxAttempts times, with waits between; true = with the defaults. Default: not.',
  )

const fhirLoad = z.strictObject({
  protocol: z.literal('fhir').describe('FHIR R4 over HTTP/1.1.'),
  ...common,
  operations: z
    .union([z.array(operationSchema).min(1), z.custom<RequestFunction>(value => typeof value === 'function')])
    .describe('What to ask: a list of operations, or (in .ts and .js) a function (index, random) => request.'),
  population: populationSchema(10_000_000).describe(
    "Patients that searches and reads draw from, 1 to 10,000,000: a number, or { size, skew } with the exponent of Zipf's law.",
  ),
  charset: charsetSchema.describe(
    "Characters of the patients' names: 'ascii', '8859/1' or 'utf-8', as of mllp messages; the bytes are UTF-8 in any case.",
  ),
  populate: z
    .enum(['before', 'never'])
    .optional()
    .describe(
      "Whether the population is loaded before each run. Default 'before' when an operation searches or reads, else 'never'.",
    ),
  parseShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('Share of replies parsed whole, 0 to 1; the rest are verified by scanning.'),
  compress: z.boolean().default(false).describe('Ask for gzip; replies are verified after inflating.'),
  format: z.enum(['json', 'xml']).default('json').describe('Format that replies are asked for in; requests are JSON.'),
  cache: z
    .enum(['no-cache', 'no-store', 'default'])
    .default('no-cache')
    .describe('Cache-Control of searches whose total is verified, so that no cached search answers; default = none.'),
  retry: retrySchema.optional(),
  engine: z
    .enum(['own', 'autocannon'])
    .default('own')
    .describe(
      "What sends the requests: hl7bench's own engine, or autocannon as a second, independent one (closed loops).",
    ),
  auth: authSchema.optional(),
  capability: z
    .enum(['check', 'ignore'])
    .default('check')
    .describe(
      'Whether a server whose CapabilityStatement declares less than the operations need is refused before any load.',
    ),
})

export const loadSchema = z.discriminatedUnion('protocol', [mllpLoad, fhirLoad])
export type ParsedLoad = z.output<typeof loadSchema>
export type ParsedFhirLoad = z.output<typeof fhirLoad>
export type ParsedMllpLoad = z.output<typeof mllpLoad>
