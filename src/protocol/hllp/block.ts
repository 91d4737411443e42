import type { HllpChecksum } from '../../model/scenario.ts'
import type { NakReason } from '../framing.ts'

/*
 * HLLP, the hybrid lower layer protocol of the appendix of HL7 v2: `<VT> t vv <CR> dddd ccccc xxx <FS><CR>`, without the spaces. t = D (data) or
 * N (refusal), vv = version, dddd = data, ccccc = 5 + bytes of data, xxx = checksum of all characters before it but for the count, 999 = not checked.
 */

const [VT, FS, CR] = [0x0b, 0x1c, 0x0d]
const [D, N] = [0x44, 0x4e]
const ZERO = 0x30
const COUNT_DIGITS = 5
const CHECKSUM_DIGITS = 3
const UNCHECKED = 999

/** VT t vv CR. */
export const HEAD_BYTES = 5
/** ccccc xxx FS CR. */
export const TAIL_BYTES = COUNT_DIGITS + CHECKSUM_DIGITS + 2
/** The count has five digits and includes the head. */
export const MAX_DATA_BYTES = 99_999 - HEAD_BYTES
/** Everything between VT and FS of the largest block. */
export const MAX_BLOCK_BYTES = HEAD_BYTES - 1 + MAX_DATA_BYTES + COUNT_DIGITS + CHECKSUM_DIGITS

/** What a block says, as ranges of the bytes it was read from; reused from one block to the next. */
export interface Block {
  type: 'data' | 'refusal'
  start: number
  end: number
  /** Why the block must be refused; null = it is sound. */
  fault: NakReason | null
}

/** Writes what stands around `dataBytes` of data that lie in `frame` from `HEAD_BYTES` on. */
export function sealBlock(
  checksum: HllpChecksum,
  frame: Uint8Array,
  dataBytes: number,
  type: 'data' | 'refusal',
): void {
  frame[0] = VT
  frame[1] = type === 'data' ? D : N
  frame[2] = ZERO + 2
  frame[3] = ZERO + 1
  frame[4] = CR
  const at = HEAD_BYTES + dataBytes
  putDigits(frame, at, COUNT_DIGITS, HEAD_BYTES + dataBytes)
  putDigits(frame, at + COUNT_DIGITS, CHECKSUM_DIGITS, checksumOf(checksum, frame, 1, at))
  frame[at + COUNT_DIGITS + CHECKSUM_DIGITS] = FS
  frame[at + COUNT_DIGITS + CHECKSUM_DIGITS + 1] = CR
}

/** Reads what lay between VT and FS into `block`. A checksum of 999 is never checked, and none is checked under `none`. */
export function readBlock(checksum: HllpChecksum, bytes: Uint8Array, start: number, end: number, block: Block): Block {
  const dataEnd = end - COUNT_DIGITS - CHECKSUM_DIGITS
  block.type = bytes[start] === N ? 'refusal' : 'data'
  block.start = start + HEAD_BYTES - 1
  block.end = dataEnd
  block.fault = faultOf(checksum, bytes, start, dataEnd)
  return block
}

function faultOf(checksum: HllpChecksum, bytes: Uint8Array, start: number, dataEnd: number): NakReason | null {
  const dataBytes = dataEnd - (start + HEAD_BYTES - 1)
  const isKnown = (bytes[start] === D || bytes[start] === N) && bytes[start + HEAD_BYTES - 2] === CR
  if (dataBytes < 0 || !isKnown) return 'G'
  const count = digitsAt(bytes, dataEnd, COUNT_DIGITS)
  const told = digitsAt(bytes, dataEnd + COUNT_DIGITS, CHECKSUM_DIGITS)
  if (count !== HEAD_BYTES + dataBytes) return 'C'
  if (told === -1) return 'X'
  if (checksum === 'none' || told === UNCHECKED) return null
  return told === checksumOf(checksum, bytes, start, dataEnd) ? null : 'X'
}

/** Over the VT that begins a block and `bytes[start, end)`; a sum is taken modulo 256. */
function checksumOf(checksum: HllpChecksum, bytes: Uint8Array, start: number, end: number): number {
  if (checksum === 'none') return UNCHECKED
  let value = VT
  if (checksum === 'xor') for (let at = start; at < end; at++) value ^= bytes[at]!
  else for (let at = start; at < end; at++) value = (value + bytes[at]!) & 0xff
  return value
}

function putDigits(bytes: Uint8Array, at: number, digits: number, value: number): void {
  let rest = value
  for (let place = at + digits - 1; place >= at; place--) {
    bytes[place] = ZERO + (rest % 10)
    rest = (rest / 10) | 0
  }
}

function digitsAt(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0
  for (let place = at; place < at + digits; place++) {
    const digit = bytes[place]! - ZERO
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}
