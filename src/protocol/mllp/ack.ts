import { findByte } from '../findByte.ts'

const [CR, LF] = [0x0d, 0x0a]
const [M, S, A, H, C] = [0x4d, 0x53, 0x41, 0x48, 0x43]

/** What an acknowledgement says, as ranges of the frame it was read from; reused from one reply to the next. */
export interface Ack {
  /** MSA-1: `AA`, `AE`, `AR`, `CA`, `CE`, `CR`, or null when the frame is no acknowledgement. */
  code: string | null
  /** MSA-2: the control id answered, byte for byte. */
  idStart: number
  idEnd: number
  /** The segment before MSA, or MSA with this id, ends with LF or CR LF instead of CR (HL7 v2.5.1 section 2.8: CR alone). */
  hasLineFeeds: boolean
}

export function createAck(): Ack {
  return { code: null, idStart: 0, idEnd: 0, hasLineFeeds: false }
}

/** Acknowledgement codes, HL7 table 0008. */
const CODES = new Map(
  ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'].map(code => [pair(code.charCodeAt(0), code.charCodeAt(1)), code]),
)

/** What is told of CA, CE and CR where the load expects no commit. */
export const COMMIT_IN_ORIGINAL_MODE = 'commit-ack-in-original-mode'

/** An accept acknowledgement of enhanced mode: CA, CE or CR. */
export function isCommit(code: string): boolean {
  return code.charCodeAt(0) === C
}

/** Whether this code says yes to a message, be it the receiver's or its application's. */
export function isAccepting(code: string): boolean {
  return code === 'AA' || code === 'CA'
}

/** Reads MSA-1 and MSA-2 of the HL7 message in `bytes[start, end)` into `ack`, without a copy. */
export function readAck(bytes: Uint8Array, start: number, end: number, ack: Ack): Ack {
  ack.code = null
  ack.idStart = start
  ack.idEnd = start
  ack.hasLineFeeds = false
  if (end - start < 8 || bytes[start] !== M || bytes[start + 1] !== S || bytes[start + 2] !== H) return ack
  const afterCr = findMsa(bytes, start, end, CR)
  const msa = afterCr < end ? afterCr : findMsa(bytes, start, end, LF)
  ack.hasLineFeeds = msa < end && bytes[msa - 1] === LF
  return readMsa(bytes, msa, end, ack)
}

/** Start of the MSA segment, or `end`. */
function findMsa(bytes: Uint8Array, start: number, end: number, terminator: number): number {
  const separator = bytes[start + 3]
  let at = nextSegment(bytes, start, end, terminator)
  while (
    at + 3 < end &&
    !(bytes[at] === M && bytes[at + 1] === S && bytes[at + 2] === A && bytes[at + 3] === separator)
  ) {
    at = nextSegment(bytes, at, end, terminator)
  }
  return at + 3 < end ? at : end
}

/** Whatever ended the segments before, MSA may end with CR or LF. */
function readMsa(bytes: Uint8Array, at: number, end: number, ack: Ack): Ack {
  if (at + 6 > end) return ack
  const separator = bytes[at + 3]
  const code = CODES.get(pair(bytes[at + 4]!, bytes[at + 5]!))
  const isClosed = at + 6 === end || bytes[at + 6] === separator || isSegmentEnd(bytes[at + 6]!)
  if (code === undefined || !isClosed) return ack
  ack.code = code
  ack.idStart = Math.min(at + 7, end)
  ack.idEnd = ack.idStart
  if (bytes[at + 6] !== separator) return ack
  while (ack.idEnd < end && bytes[ack.idEnd] !== separator && !isSegmentEnd(bytes[ack.idEnd]!)) ack.idEnd++
  if (ack.idEnd < end && bytes[ack.idEnd] === LF) ack.hasLineFeeds = true
  return ack
}

function isSegmentEnd(byte: number): boolean {
  return byte <= CR && (byte === CR || byte === LF)
}

function nextSegment(bytes: Uint8Array, at: number, end: number, terminator: number): number {
  const found = findByte(bytes, terminator, at, end)
  if (found === -1) return end
  return bytes[found + 1] === LF ? found + 2 : found + 1
}

function pair(first: number, second: number): number {
  return first * 256 + second
}
