import { z } from 'zod'
import { netnsEnvironment } from './netnsSchema.ts'

const processEnvironment = z.strictObject({
  kind: z.literal('process').describe('Fresh processes on loopback; no root.'),
  parallel: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Blocks measured at once, 1 to 64; runs that share cores disturb each other.'),
})

const attachedEnvironment = z.strictObject({
  kind: z.literal('attached').describe('Servers that someone else owns: loaded, never started, never deleted.'),
  mllp: z
    .string()
    .optional()
    .describe(
      "MLLP endpoint: 'mllp://host:port' (port 2575 when absent), 'mllps:' for TLS; HL7 over HTTP: 'hl7+http://host:port/path', 'hl7+https:'.",
    ),
  fhir: z.string().optional().describe("FHIR base: 'http://host:port/base' (port 80 when absent), or 'https:' (443)."),
})

/** Kinds in the vocabulary that this version does not provision. */
export const LATER_ENVIRONMENTS: readonly unknown[] = ['ec2']

export const environmentSchema = z.discriminatedUnion('kind', [
  processEnvironment,
  netnsEnvironment,
  attachedEnvironment,
])
export type ParsedEnvironment = z.output<typeof environmentSchema>
