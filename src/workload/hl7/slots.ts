import { writeDecimal } from '../digits.ts'
import type { Identity } from '../identity.ts'
import { hashAt, hashKey, hashLane } from '../random.ts'
import { createTimestampWriter, STAMP_LENGTH } from '../timestamp.ts'

const LEVELS = 0x6c766c73
/** Offsets for which the lane of a level is kept. */
const KNOWN_OFFSETS = 8192

const IDENTITY = 0
const NOW = 1
export const TODAY = 2
const ADMITTED = 3
const VISIT = 4
const ORDINAL = 5
const MRN = 6
const BORN = 7
const SSN = 8
const LEVEL = 9

/** Slots of a template, and the bytes that each takes. */
const SLOTS: Readonly<Record<string, { readonly kind: number; readonly width: number }>> = {
  identity: { kind: IDENTITY, width: 15 },
  now: { kind: NOW, width: STAMP_LENGTH },
  today: { kind: TODAY, width: 14 },
  admitted: { kind: ADMITTED, width: 14 },
  visit: { kind: VISIT, width: 9 },
  ordinal: { kind: ORDINAL, width: 3 },
  mrn: { kind: MRN, width: 8 },
  born: { kind: BORN, width: 8 },
  ssn: { kind: SSN, width: 10 },
  level: { kind: LEVEL, width: 3 },
}

/** Bytes with places to patch. */
export interface SlottedBytes {
  readonly bytes: Uint8Array
  /** Pairs of slot kind and offset, those of `today` left out. */
  readonly slots: Int32Array
  /** Offsets of `today`, which stays as it is for all messages of a second: it is written into `bytes`, once for each. */
  readonly todays: Int32Array
  /** The second that `todays` hold, of 1970. */
  second: number
}

/** What fills the slots of one message; written anew for each. */
export interface MessageState {
  index: number
  /** Time of the message and of the encounter's arrival, ms since 1970. */
  nowMs: number
  admittedMs: number
  /** Number of the encounter, of nine digits. */
  visit: number
  /** Which message of its type it is in the encounter. */
  ordinal: number
  patient: number
  /** YYYYMMDD as a number. */
  born: number
}

/** Compiles text with slots in braces, for instance `MSH|..|{identity}|T`, into bytes of a charset. */
export function compileSlots(text: string, encode: (text: string) => Uint8Array): SlottedBytes {
  const slots: number[] = []
  const todays: number[] = []
  const pieces: Uint8Array[] = []
  let length = 0
  const append = (piece: Uint8Array) => {
    pieces.push(piece)
    length += piece.length
  }
  let from = 0
  for (const match of text.matchAll(/\{(\w+)\}/g)) {
    const slot = SLOTS[match[1]!]
    if (slot === undefined)
      throw new Error(`template has an unknown slot ${match[0]}; known are ${Object.keys(SLOTS).join(', ')}`)
    append(encode(text.slice(from, match.index)))
    if (slot.kind === TODAY) todays.push(length)
    else slots.push(slot.kind, length)
    append(new Uint8Array(slot.width).fill(0x30))
    from = match.index + match[0].length
  }
  append(encode(text.slice(from)))
  return {
    bytes: joined(pieces, length),
    slots: Int32Array.from(slots),
    todays: Int32Array.from(todays),
    second: Number.NaN,
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** A function that fills a slot of a kind at `at`. */
export type SlotFiller = (kind: number, state: MessageState, out: Uint8Array, at: number) => void

export function createSlotFiller(seed: number, identity: Identity): SlotFiller {
  // Each keeps the second it wrote last: arrivals lie hours before.
  const [times, arrivals] = [createTimestampWriter(), createTimestampWriter()]
  const key = hashKey(seed)
  const lanes = new Int32Array(KNOWN_OFFSETS)
  const isKnown = new Uint8Array(KNOWN_OFFSETS)

  /** A level differs between the places of a message, so each place hashes in a lane of its own. */
  function laneAt(at: number): number {
    if (at >= KNOWN_OFFSETS) return hashLane(key, LEVELS + at)
    if (isKnown[at] === 0) {
      lanes[at] = hashLane(key, LEVELS + at)
      isKnown[at] = 1
    }
    return lanes[at]!
  }

  return (kind, state, out, at) => {
    switch (kind) {
      case IDENTITY:
        return identity.write(state.index, out, at)
      case NOW:
        return times.writeStamp(state.nowMs, out, at)
      case TODAY:
        return times.writeSeconds(state.nowMs, out, at)
      case ADMITTED:
        return arrivals.writeSeconds(state.admittedMs, out, at)
      case VISIT:
        return writeDecimal(state.visit, 9, out, at)
      case ORDINAL:
        return writeDecimal(state.ordinal, 3, out, at)
      case MRN:
        return writeDecimal(state.patient, 8, out, at)
      case BORN:
        return writeDecimal(state.born, 8, out, at)
      case SSN:
        return writeSocialSecurityTail(state.patient, out, at)
      default:
        return writeDecimal(60 + (hashAt(key, laneAt(at), state.index) % 140), 3, out, at)
    }
  }
}

/** A function that copies a template to `at`, fills its slots and returns where it ends. */
export type SlotWriter = (template: SlottedBytes, state: MessageState, out: Uint8Array, at: number) => number

export function createSlotWriter(fill: SlotFiller): SlotWriter {
  return (template, state, out, at) => {
    if (template.todays.length > 0) {
      const second = Math.floor(state.nowMs / 1000)
      if (template.second !== second) {
        for (const place of template.todays) fill(TODAY, state, template.bytes, place)
        template.second = second
      }
    }
    out.set(template.bytes, at)
    const { slots } = template
    for (let i = 0; i < slots.length; i += 2) fill(slots[i]!, state, out, at + slots[i + 1]!)
    return at + template.bytes.length
  }
}

/** `dd-dd-dddd`: what follows the leading 9 of a number that was never issued. */
function writeSocialSecurityTail(patient: number, out: Uint8Array, at: number): void {
  writeDecimal((patient / 1_000_000) | 0, 2, out, at)
  out[at + 2] = 45
  writeDecimal(((patient / 10_000) | 0) % 100, 2, out, at + 3)
  out[at + 5] = 45
  writeDecimal(patient % 10_000, 4, out, at + 6)
}
