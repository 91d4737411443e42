import { z } from 'zod'
import { fieldPathText, parseFieldPath } from '../workload/hl7/fieldPath.ts'
import { TYPE_PATTERN } from '../workload/hl7/typePattern.ts'
import type { mllpBehaviour } from './sutSchema.ts'

/** Where the built-in messages carry their identity, unless told otherwise: alternate visit id, in every version, of no use to most engines. */
export const DEFAULT_IDENTITY_PLACE = 'PV1-50'

const identity = z
  .string()
  .refine(text => parseFieldPath(text) !== null, {
    error: "expected a field such as 'PV1-50', 'ORC-2.1' or 'ZHB-1', or 'MSH-10' where it survives",
  })
  .default(DEFAULT_IDENTITY_PLACE)
  .describe(
    "Field that carries each message's identity through the SUT: 'PV1-50' (default), 'ORC-2.1', 'ZHB-1' (a segment that is added), or 'MSH-10' where the SUT keeps it.",
  )
  .transform(text => (text === 'MSH-10' ? text : fieldPathText(parseFieldPath(text)!)))

const typePattern = z
  .string()
  .regex(TYPE_PATTERN, { error: "expected a message type such as 'ORU^R01', or a pattern such as 'ADT^A0*'" })

/** @param behaviour of a built-in receiver, key by key */
export function downstreamSchema(behaviour: typeof mllpBehaviour) {
  const receiver = z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, {
        error: 'expected up to 32 letters, digits, - and _, the first a letter',
      })
      .default('downstream')
      .describe("Unique in the scenario; its port is {downstreamMllpPort.<name>}. Default: 'downstream'."),
    types: z
      .array(typePattern)
      .min(1)
      .default(['*'])
      .describe("Message types that the SUT is to forward there: 'ORU^R01', 'ADT^A0*'. Default: all."),
    copies: z.int().min(1).max(100).default(1).describe('Times that each of them is to arrive, 1 to 100.'),
    body: z
      .enum(['any', 'unchanged'])
      .default('any')
      .describe(
        "'unchanged': all but the MSH segment is to arrive byte for byte. 'any' (default): bodies are not compared.",
      ),
    port: z.int().min(0).max(65_535).default(0).describe('Port to listen on; 0 (default) = any free one.'),
    ...behaviour.shape,
  })
  return z.strictObject({
    identity,
    receivers: z
      .array(receiver)
      .min(1)
      .max(16)
      .prefault([{}])
      .describe('Our own receivers behind the SUT, 1 to 16. Default: one that every message is to reach once.'),
  })
}

export type ParsedDownstream = z.output<ReturnType<typeof downstreamSchema>>
