import { writeDecimal } from '../digits.ts'
import { BLOCK_LENGTH, BLOCK_MESSAGES, type Identity } from '../identity.ts'
import { hashAt, hashKey, hashLane } from '../random.ts'
import { createTimestampWriter } from '../timestamp.ts'

const LEVELS = 0x6c766c73
/** 2^32 / the golden ratio, odd (Knuth, TAOCP 3, 6.4: multiplicative hashing). */
const STIR = 0x9e3779b1

/** Kinds of slots whose text many messages in a row have in common: a template keeps it. */
const [BLOCK, TODAY, ADMITTED] = [0, 1, 2]
const KEPT = [BLOCK, TODAY, ADMITTED]
const [PLACE, MILLISECOND, VISIT, ORDINAL, MRN, BORN, SSN, LEVEL] = [3, 4, 5, 6, 7, 8, 9, 10]

/** Slots that are made of others. */
const COMPOUNDS: Readonly<Record<string, string>> = { identity: '{block}{place}', now: '{today}.{millisecond}+0000' }

/** Slots of a template, and the bytes that each takes. */
const SLOTS: Readonly<Record<string, { readonly kind: number; readonly width: number }>> = {
  block: { kind: BLOCK, width: BLOCK_LENGTH },
  today: { kind: TODAY, width: 14 },
  admitted: { kind: ADMITTED, width: 14 },
  place: { kind: PLACE, width: 4 },
  millisecond: { kind: MILLISECOND, width: 3 },
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
  /** Pairs of slot kind and offset. */
  readonly slots: Int32Array
  /** The slots of the kinds that are kept: they are written into `bytes` when their value is another than that of the message before. */
  readonly kept: readonly Kept[]
}

interface Kept {
  readonly kind: number
  readonly offsets: Int32Array
  /** The value that stands there. */
  value: number
}

/** What fills the slots of one message; written anew for each. */
export interface MessageState {
  index: number
  /** `index` / `BLOCK_MESSAGES`, rounded down. */
  block: number
  /** Time of the message: seconds since 1970, and ms of that second. */
  second: number
  millisecond: number
  /** Time of the encounter's arrival, seconds since 1970. */
  admittedSecond: number
  /** Number of the encounter, of nine digits. */
  visit: number
  /** Which message of its type it is in the encounter. */
  ordinal: number
  patient: number
  /** YYYYMMDD as a number. */
  born: number
}

export function createMessageState(): MessageState {
  const times = { second: 0, millisecond: 0, admittedSecond: 0 }
  return { index: 0, block: 0, ...times, visit: 0, ordinal: 0, patient: 0, born: 0 }
}

/** Compiles text with slots in braces, for instance `MSH|..|{identity}|T`, into bytes of a charset. */
export function compileSlots(text: string, encode: (text: string) => Uint8Array): SlottedBytes {
  const places: { kind: number; offset: number }[] = []
  const pieces: Uint8Array[] = []
  let length = 0
  const append = (piece: Uint8Array) => {
    pieces.push(piece)
    length += piece.length
  }
  let from = 0
  const simple = text.replace(/\{(\w+)\}/g, (slot, name: string) => COMPOUNDS[name] ?? slot)
  for (const match of simple.matchAll(/\{(\w+)\}/g)) {
    const slot = SLOTS[match[1]!]
    if (slot === undefined)
      throw new Error(`template has an unknown slot ${match[0]}; known are ${Object.keys(SLOTS).join(', ')}`)
    append(encode(simple.slice(from, match.index)))
    places.push({ kind: slot.kind, offset: length })
    append(new Uint8Array(slot.width).fill(0x30))
    from = match.index + match[0].length
  }
  append(encode(simple.slice(from)))
  const others = places.filter(({ kind }) => !KEPT.includes(kind))
  return {
    bytes: joined(pieces, length),
    slots: Int32Array.from(others.flatMap(({ kind, offset }) => [kind, offset])),
    kept: KEPT.flatMap(kept => {
      const offsets = places.filter(({ kind }) => kind === kept).map(({ offset }) => offset)
      return offsets.length === 0 ? [] : { kind: kept, offsets: Int32Array.from(offsets), value: Number.NaN }
    }),
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
  const lane = hashLane(key, LEVELS)
  let drawnIndex = Number.NaN
  let drawn = 0

  /** Of 60 to 199. One draw for each message, stirred by the place: levels differ between the places of a message. */
  function levelAt(at: number, index: number): number {
    if (index !== drawnIndex) {
      drawn = hashAt(key, lane, index) | 0
      drawnIndex = index
    }
    const stirred = Math.imul(drawn ^ Math.imul(at, STIR), STIR) >>> 16
    return 60 + ((stirred * 140) >>> 16)
  }

  return (kind, state, out, at) => {
    switch (kind) {
      case BLOCK:
        return identity.writeBlock(state.block, out, at)
      case PLACE:
        return identity.writePlace(state.index - state.block * BLOCK_MESSAGES, out, at)
      case MILLISECOND:
        return writeDecimal(state.millisecond, 3, out, at)
      case TODAY:
        return times.writeSeconds(state.second * 1000, out, at)
      case ADMITTED:
        return arrivals.writeSeconds(state.admittedSecond * 1000, out, at)
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
        return writeDecimal(levelAt(at, state.index), 3, out, at)
    }
  }
}

/** A function that copies a template to `at`, fills its slots and returns where it ends. */
export type SlotWriter = (template: SlottedBytes, state: MessageState, out: Uint8Array, at: number) => number

export function createSlotWriter(fill: SlotFiller): SlotWriter {
  function refresh(each: Kept, state: MessageState, bytes: Uint8Array): void {
    const { kind, offsets, value } = each
    const now = kind === BLOCK ? state.block : kind === TODAY ? state.second : state.admittedSecond
    if (now === value) return
    for (let i = 0; i < offsets.length; i++) fill(kind, state, bytes, offsets[i]!)
    each.value = now
  }

  return (template, state, out, at) => {
    const { bytes, slots, kept } = template
    for (let i = 0; i < kept.length; i++) refresh(kept[i]!, state, bytes)
    out.set(bytes, at)
    for (let i = 0; i < slots.length; i += 2) fill(slots[i]!, state, out, at + slots[i + 1]!)
    return at + bytes.length
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
