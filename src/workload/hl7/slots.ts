import { writeDecimal } from '../digits.ts'
import type { Identity } from '../identity.ts'
import { hash32 } from '../random.ts'
import { STAMP_LENGTH, type TimestampWriter } from '../timestamp.ts'

const LEVELS = 0x6c766c73

/** Slots of a template and the bytes that each takes. */
const WIDTHS = {
  identity: 15,
  now: STAMP_LENGTH,
  today: 14,
  admitted: 14,
  visit: 9,
  ordinal: 3,
  mrn: 8,
  born: 8,
  ssn: 10,
  level: 3,
} as const
type SlotName = keyof typeof WIDTHS
const NAMES = Object.keys(WIDTHS) as SlotName[]
const [IDENTITY, NOW, TODAY, ADMITTED, VISIT, ORDINAL, MRN, BORN, SSN] = NAMES.map((_, i) => i)

/** Bytes with places to patch: `slots` holds pairs of slot kind and offset. */
export interface SlottedBytes {
  readonly bytes: Uint8Array
  readonly slots: Int32Array
}

/** What fills the slots of one message; written anew for each. */
export interface MessageState {
  index: number
  /** Time of the message and of the encounter's arrival, ms since 1970. */
  nowMs: number
  admittedMs: number
  /** Number of the encounter. */
  visit: number
  /** Which message of its type it is in the encounter. */
  ordinal: number
  patient: number
  /** YYYYMMDD as a number. */
  born: number
}

/** Compiles ASCII text with slots in braces, for instance `MSH|..|{identity}|T`. */
export function compileSlots(text: string): SlottedBytes {
  const slots: number[] = []
  let compiled = ''
  let from = 0
  for (const match of text.matchAll(/\{(\w+)\}/g)) {
    const name = match[1] as SlotName
    const kind = NAMES.indexOf(name)
    if (kind < 0) throw new Error(`template has an unknown slot {${name}}; known are ${NAMES.join(', ')}`)
    compiled += text.slice(from, match.index)
    slots.push(kind, compiled.length)
    compiled += '0'.repeat(WIDTHS[name])
    from = match.index + match[0].length
  }
  return { bytes: new TextEncoder().encode(compiled + text.slice(from)), slots: Int32Array.from(slots) }
}

/** A function that copies a template to `at`, fills its slots and returns where it ends. */
export type SlotWriter = (template: SlottedBytes, state: MessageState, out: Uint8Array, at: number) => number

export function createSlotWriter(seed: number, identity: Identity, timestamps: TimestampWriter): SlotWriter {
  function fill(kind: number, state: MessageState, out: Uint8Array, at: number): void {
    if (kind === IDENTITY) identity.write(state.index, out, at)
    else if (kind === NOW) timestamps.writeStamp(state.nowMs, out, at)
    else if (kind === TODAY) timestamps.writeSeconds(state.nowMs, out, at)
    else if (kind === ADMITTED) timestamps.writeSeconds(state.admittedMs, out, at)
    else if (kind === VISIT) writeDecimal(state.visit, 9, out, at)
    else if (kind === ORDINAL) writeDecimal(state.ordinal, 3, out, at)
    else if (kind === MRN) writeDecimal(state.patient, 8, out, at)
    else if (kind === BORN) writeDecimal(state.born, 8, out, at)
    else if (kind === SSN) writeSocialSecurityTail(state.patient, out, at)
    else writeDecimal(60 + (hash32(seed, LEVELS + at, state.index) % 140), 3, out, at)
  }

  return (template, state, out, at) => {
    out.set(template.bytes, at)
    const { slots } = template
    for (let i = 0; i < slots.length; i += 2) fill(slots[i]!, state, out, at + slots[i + 1]!)
    return at + template.bytes.length
  }
}

/** `dd-dd-dddd`: what follows the leading 9 of a number that was never issued. */
function writeSocialSecurityTail(patient: number, out: Uint8Array, at: number): void {
  const serial = patient % 10_000
  const upper = (patient - serial) / 10_000
  writeDecimal((upper / 100) | 0, 2, out, at)
  out[at + 2] = 45
  writeDecimal(upper % 100, 2, out, at + 3)
  out[at + 5] = 45
  writeDecimal(serial, 4, out, at + 6)
}
