import type { HeaderFields } from '../protocol/hl7/fields.ts'

/** Which acknowledgements a message asks for (HL7 v2.5.1 section 2.9). */
export interface AckMode {
  /** Either of MSH-15 and MSH-16 is given. */
  readonly isEnhanced: boolean
  /** Whether a commit ack is wanted when it is taken well, and when not. */
  readonly commits: Condition
  readonly answers: Condition
}

export interface Condition {
  readonly onSuccess: boolean
  readonly onError: boolean
}

const NEVER: Condition = { onSuccess: false, onError: false }
const ALWAYS: Condition = { onSuccess: true, onError: true }
/** HL7 table 0155; empty beside a field that is given means never. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  AL: ALWAYS,
  NE: NEVER,
  ER: { onSuccess: false, onError: true },
  SU: { onSuccess: true, onError: false },
}

const ORIGINAL: AckMode = { isEnhanced: false, commits: NEVER, answers: ALWAYS }

export function ackModeOf(bytes: Uint8Array, { starts, ends }: HeaderFields): AckMode {
  if (starts[15] === ends[15] && starts[16] === ends[16]) return ORIGINAL
  const condition = (field: number) =>
    CONDITIONS[Buffer.from(bytes.subarray(starts[field], ends[field])).toString('latin1')] ?? NEVER
  return { isEnhanced: true, commits: condition(15), answers: condition(16) }
}
