import { hash32 } from '../random.ts'

const HICN = 0x6869636e
const WORDS = 8
const HEX = new TextEncoder().encode('0123456789abcdef')

/** Length of a hicnHash: 256 bits as lower-case hex digits. */
export const HICN_HASH_LENGTH = WORDS * 8

/**
 * The hicnHash of patient `k` under `seed`: 64 hex digits that look like the PBKDF2 output a real loader computes.
 * A pure function, cheap enough to be written anew for every request.
 */
export function hicnHashOf(seed: number, k: number): string {
  const bytes = new Uint8Array(HICN_HASH_LENGTH)
  writeHicnHash(seed, k, bytes, 0)
  return String.fromCharCode(...bytes)
}

/** Writes `hicnHashOf(seed, k)` at `at`. */
export function writeHicnHash(seed: number, k: number, out: Uint8Array, at: number): void {
  for (let word = 0; word < WORDS; word++) {
    let bits = hash32(seed, HICN + word, k)
    for (let digit = 0; digit < 8; digit++) {
      out[at + word * 8 + digit] = HEX[bits >>> 28]!
      bits <<= 4
    }
  }
}
