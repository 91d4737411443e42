import { writeDecimal } from '../digits.ts'
import { IDENTITY_LENGTH, type Identity } from '../identity.ts'
import { HICN_HASH_LENGTH, writeHicnHash } from './hicnHash.ts'

/** Texts that stand in a resource or query for what is patched into each request; each is as long as its value. Neither JSON nor percent-encoding changes them. */
export const IDENTITY_SLOT = '~identity'.padEnd(IDENTITY_LENGTH, '~')
export const HASH_SLOT = '~hicnHash'.padEnd(HICN_HASH_LENGTH, '~')
export const NUMBER_SLOT = '~number~'
const SLOTS = [IDENTITY_SLOT, HASH_SLOT, NUMBER_SLOT]

/** Bytes with places to patch: `slots` holds pairs of slot kind and offset. */
export interface RequestTemplate {
  readonly bytes: Uint8Array
  readonly slots: Int32Array
  /** Whether each hash is that of another patient: `hashOf` under `hashSeed`, then under the seeds that follow it. */
  readonly countsHashes: boolean
}

/** What fills the slots of one request. */
export interface RequestState {
  index: number
  /** The patient whose hicnHash is written: seed and k of `hicnHashOf`. */
  hashSeed: number
  hashOf: number
  /** Written as the hash instead; null = `hicnHashOf`. */
  hash: Uint8Array | null
  /** Eight digits of the numbered identifiers. */
  number: number
}

export function compileRequest(text: string, countsHashes = false): RequestTemplate {
  const slots = SLOTS.flatMap((slot, kind) => offsetsOf(text, slot).flatMap(at => [kind, at]))
  return { bytes: new TextEncoder().encode(text), slots: Int32Array.from(slots), countsHashes }
}

/** Offsets in UTF-8 bytes. */
function offsetsOf(text: string, slot: string): number[] {
  const pieces = text.split(slot)
  const encoder = new TextEncoder()
  let at = 0
  return pieces.slice(0, -1).map(piece => {
    const offset = at + encoder.encode(piece).length
    at = offset + slot.length
    return offset
  })
}

/** Copies a template to the start of `out`, which has room for it, and fills its slots. */
export function writeRequest(
  template: RequestTemplate,
  state: RequestState,
  identity: Identity,
  out: Uint8Array,
): void {
  out.set(template.bytes)
  const { slots, countsHashes } = template
  let hashes = 0
  for (let i = 0; i < slots.length; i += 2) {
    const at = slots[i + 1]!
    if (slots[i] === 0) identity.write(state.index, out, at)
    else if (slots[i] === 1 && state.hash !== null) out.set(state.hash, at)
    else if (slots[i] === 1) writeHicnHash(state.hashSeed + (countsHashes ? hashes++ : 0), state.hashOf, out, at)
    else writeDecimal(state.number, 8, out, at)
  }
}
