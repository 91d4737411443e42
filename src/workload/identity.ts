const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const RUN_KEY = /^[0-9A-Z]{6}$/

/** Bytes of an identity: run key (6), load (1), index (8), all base-36 digits. Fits MSH-10 before HL7 2.7 (20 characters). */
export const IDENTITY_LENGTH = 15

/** Loads that one base-36 digit tells apart. */
export const MAX_LOADS = 36

/** Messages whose identities differ in the last four digits only. */
export const BLOCK_MESSAGES = 36 ** 4

/** Bytes that the identities of a block share. */
export const BLOCK_LENGTH = 11

/** Largest index that eight base-36 digits hold. */
export const MAX_INDEX = 36 ** 8 - 1

const PAIRS = Uint8Array.from({ length: 36 * 36 * 2 }, (_, i) => {
  const pair = i >> 1
  return DIGITS.charCodeAt(i % 2 === 0 ? Math.floor(pair / 36) : pair % 36)
})

const VALUES = Int8Array.from({ length: 256 }, (_, byte) => DIGITS.indexOf(String.fromCharCode(byte)))

/** Names the messages of one load of one run: message `index` <-> 15 bytes, unique over all runs of an experiment. */
export interface Identity {
  /** Writes the identity of `index` (0 to 36^8 - 1) at `at`; `out` must have 15 bytes from there. */
  write(index: number, out: Uint8Array, at: number): void
  /** Writes the first `BLOCK_LENGTH` bytes: those of the indices from `block * BLOCK_MESSAGES` on. */
  writeBlock(block: number, out: Uint8Array, at: number): void
  /** Writes the last four bytes: those of the index `place` (0 to `BLOCK_MESSAGES` - 1) of any block. */
  writePlace(place: number, out: Uint8Array, at: number): void
  /** The index that the `length` bytes at `at` name, or -1 when they are not an identity of this run and load. */
  parse(bytes: Uint8Array, at: number, length: number): number
  text(index: number): string
}

/**
 * @param runKey six base-36 digits in upper case
 * @param loadIndex place of the load in the scenario, 0 to 35
 */
export function createIdentity(runKey: string, loadIndex: number): Identity {
  if (!RUN_KEY.test(runKey)) throw new RangeError(`run key ${JSON.stringify(runKey)}: use six digits of 0-9 and A-Z`)
  if (!(Number.isInteger(loadIndex) && loadIndex >= 0 && loadIndex < MAX_LOADS)) {
    throw new RangeError(
      `load index ${loadIndex}: one identity digit tells ${MAX_LOADS} loads apart; use 0 to ${MAX_LOADS - 1}`,
    )
  }
  const head = new TextEncoder().encode(runKey + DIGITS[loadIndex])

  function write(index: number, out: Uint8Array, at: number): void {
    const block = Math.floor(index / BLOCK_MESSAGES)
    writeBlock(block, out, at)
    writeHalf(index - block * BLOCK_MESSAGES, out, at + BLOCK_LENGTH)
  }

  function writeBlock(block: number, out: Uint8Array, at: number): void {
    for (let i = 0; i < 7; i++) out[at + i] = head[i]!
    writeHalf(block, out, at + 7)
  }

  function parse(bytes: Uint8Array, at: number, length: number): number {
    if (length !== IDENTITY_LENGTH) return -1
    for (let i = 0; i < 7; i++) if (bytes[at + i] !== head[i]) return -1
    const high = parseHalf(bytes, at + 7)
    const low = parseHalf(bytes, at + BLOCK_LENGTH)
    return high < 0 || low < 0 ? -1 : high * BLOCK_MESSAGES + low
  }

  function text(index: number): string {
    return runKey + DIGITS[loadIndex] + index.toString(36).toUpperCase().padStart(8, '0')
  }

  return { write, writeBlock, writePlace: writeHalf, parse, text }
}

function writeHalf(value: number, out: Uint8Array, at: number): void {
  const high = ((value / 1296) | 0) * 2
  const low = (value % 1296) * 2
  out[at] = PAIRS[high]!
  out[at + 1] = PAIRS[high + 1]!
  out[at + 2] = PAIRS[low]!
  out[at + 3] = PAIRS[low + 1]!
}

function parseHalf(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const digit = VALUES[bytes[at + i] ?? 0]!
    if (digit < 0) return -1
    value = value * 36 + digit
  }
  return value
}
