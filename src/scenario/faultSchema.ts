import { z } from 'zod'
import { CAPACITY_FAULTS, COMMON_FAULTS, FHIR_FAULTS, MESSAGE_FAULTS, PACE_FAULTS } from '../model/fault.ts'
import { durationSchema } from './duration.ts'

const every = z.int().min(1).describe('Each n-th request, counted over all connections, from 1.')
const ms = durationSchema(1).describe("How long: ms, or text such as '2s'.")

/** The kinds of a table as one enumeration, described by what they do. */
function kindOf<Kinds extends Readonly<Record<string, string>>>(kinds: Kinds) {
  const names = Object.keys(kinds) as [keyof Kinds & string, ...(keyof Kinds & string)[]]
  const described = Object.entries(kinds).map(([name, what]) => `${name}: ${what}`)
  return z.enum(names).describe(`${described.join('. ')}.`)
}

const onRequests = [
  z.strictObject({ kind: z.literal('delay').describe('Answers later.'), every, ms }),
  z.strictObject({ kind: z.literal('stall').describe('The whole target answers nothing for a while.'), every, ms }),
  z.strictObject({
    kind: z.literal('reject').describe('Refuses without storing.'),
    every,
    code: z.enum(['AE', 'AR', 'CE', 'CR']).default('AE').describe('MLLP acknowledgement code.'),
    status: z.int().min(400).max(599).default(503).describe('HTTP status, 400 to 599.'),
  }),
  z.strictObject({ kind: kindOf(COMMON_FAULTS), every }),
] as const

export const fhirFault = z.discriminatedUnion('kind', [
  ...onRequests,
  z.strictObject({ kind: kindOf(FHIR_FAULTS), every }),
])

export const mllpFault = z.discriminatedUnion('kind', [
  ...onRequests,
  z.strictObject({ kind: kindOf(MESSAGE_FAULTS), every }),
  z.strictObject({
    kind: z.literal('nak').describe('Refuses an HLLP block.'),
    every,
    reason: z.enum(['C', 'X', 'B', 'G']).default('X').describe('C count, X checksum, B too big, G other.'),
  }),
  z.strictObject({ kind: kindOf(PACE_FAULTS), ms }),
  z.strictObject({
    kind: kindOf(CAPACITY_FAULTS),
    connections: z.int().min(1).max(65_535).describe('How many connections.'),
  }),
  z.strictObject({ kind: z.literal('one-session').describe('A new connection ends all former ones.') }),
])
