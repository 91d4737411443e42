import { findByte } from '../findByte.ts'

const CR = 0x0d
const [M, S, A, H] = [0x4d, 0x53, 0x41, 0x48]

/** What an acknowledgement says, as ranges of the frame it was read from; reused from one reply to the next. */
export interface Ack {
  /** MSA-1: `AA`, `AE`, `AR`, `CA`, `CE`, `CR`, or null when the frame is no acknowledgement. */
  code: string | null
  /** MSA-2: the control id answered, byte for byte. */
  idStart: number
  idEnd: number
}

/** Acknowledgement codes, HL7 table 0008. */
const CODES = new Map(
  ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'].map(code => [pair(code.charCodeAt(0), code.charCodeAt(1)), code]),
)

/** Reads MSA-1 and MSA-2 of the HL7 message in `bytes[start, end)` into `ack`, without a copy. */
export function readAck(bytes: Uint8Array, start: number, end: number, ack: Ack): Ack {
  ack.code = null
  ack.idStart = start
  ack.idEnd = start
  if (end - start < 8 || bytes[start] !== M || bytes[start + 1] !== S || bytes[start + 2] !== H) return ack
  const separator = bytes[start + 3]
  let at = nextSegment(bytes, start, end)
  while (
    at + 3 < end &&
    !(bytes[at] === M && bytes[at + 1] === S && bytes[at + 2] === A && bytes[at + 3] === separator)
  ) {
    at = nextSegment(bytes, at, end)
  }
  if (at + 6 > end) return ack
  const code = CODES.get(pair(bytes[at + 4]!, bytes[at + 5]!))
  const closed = at + 6 === end || bytes[at + 6] === separator || bytes[at + 6] === CR
  if (code === undefined || !closed) return ack
  ack.code = code
  ack.idStart = Math.min(at + 7, end)
  ack.idEnd = ack.idStart
  if (bytes[at + 6] !== separator) return ack
  while (ack.idEnd < end && bytes[ack.idEnd] !== separator && bytes[ack.idEnd] !== CR) ack.idEnd++
  return ack
}

function nextSegment(bytes: Uint8Array, at: number, end: number): number {
  const cr = findByte(bytes, CR, at, end)
  return cr === -1 ? end : cr + 1
}

function pair(first: number, second: number): number {
  return first * 256 + second
}
