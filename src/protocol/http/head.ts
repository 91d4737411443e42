import { findByte } from '../findByte.ts'

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const TAB = 0x09
const COLON = 0x3a
const ZERO = 0x30
const NINE = 0x39
/** The bit that tells a lower-case letter from its capital. */
const CASE_BIT = 0x20

/** Index after the empty line that ends the head, or -1 when it has not come yet. */
export function endOfHead(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (true) {
    const lf = findByte(bytes, LF, at, end)
    if (lf === -1) return -1
    // An LF without its CR also ends a line here, so that `readHead` sees it and refuses it.
    if (lf + 1 < end && bytes[lf + 1] === LF) return lf + 2
    if (lf + 2 < end && bytes[lf + 1] === CR && bytes[lf + 2] === LF) return lf + 3
    if (lf + 2 >= end) return -1
    at = lf + 1
  }
}

export interface Head {
  status: number
  /** -1 = none given. */
  contentLength: number
  chunked: boolean
  keepAlive: boolean
}

const HTTP_1 = lowerCase('HTTP/1.')
const CONTENT_LENGTH = lowerCase('content-length')
const TRANSFER_ENCODING = lowerCase('transfer-encoding')
const CONNECTION = lowerCase('connection')
const [CHUNKED, CLOSE, KEEP_ALIVE] = [lowerCase('chunked'), lowerCase('close'), lowerCase('keep-alive')]

/** The head of a reply in `bytes[start, headEnd)`, or what is wrong with it. */
export function readHead(bytes: Uint8Array, start: number, headEnd: number): Head | string {
  const version = bytes[start + 7]! - ZERO
  const isHttp1 = matches(bytes, start, HTTP_1) && (version === 0 || version === 1) && bytes[start + 8] === SPACE
  if (!isHttp1) return 'not an HTTP/1.x status line'
  const status = readNumber(bytes, start + 9, start + 12)
  if (status < 100) return 'status is no three-digit number'
  const head: Head = { status, contentLength: -1, chunked: false, keepAlive: version === 1 }
  let at = lineEnd(bytes, start, headEnd)
  while (at !== -1 && at < headEnd - 2) {
    const next = lineEnd(bytes, at, headEnd)
    const complaint = next === -1 ? null : readHeader(bytes, at, next - 2, head)
    if (complaint !== null) return complaint
    at = next
  }
  if (at === -1) return 'bare CR or LF in the head'
  if (head.chunked && head.contentLength !== -1) return 'Content-Length beside Transfer-Encoding'
  return head
}

/** Index after the CR LF of the line at `at`, or -1 when it holds a CR or LF alone. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const cr = findByte(bytes, CR, at, end)
  return cr !== -1 && cr + 1 < end && bytes[cr + 1] === LF && !holds(bytes, LF, at, cr) ? cr + 2 : -1
}

function holds(bytes: Uint8Array, byte: number, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === byte) return true
  return false
}

function readHeader(bytes: Uint8Array, at: number, end: number, head: Head): string | null {
  if (bytes[at] === SPACE || bytes[at] === TAB) return 'folded header'
  // Only three headers matter here, and they begin with c or t.
  const first = bytes[at]! | CASE_BIT
  if (first === 0x63) {
    if (isHeader(bytes, at, CONTENT_LENGTH)) return readLength(bytes, at + CONTENT_LENGTH.length + 1, end, head)
    if (isHeader(bytes, at, CONNECTION)) readConnection(bytes, at + CONNECTION.length + 1, end, head)
  } else if (first === 0x74 && isHeader(bytes, at, TRANSFER_ENCODING)) {
    const from = skipSpace(bytes, at + TRANSFER_ENCODING.length + 1, end)
    if (head.chunked || !isValue(bytes, from, end, CHUNKED)) return 'Transfer-Encoding other than chunked'
    head.chunked = true
  }
  return null
}

function readLength(bytes: Uint8Array, at: number, end: number, head: Head): string | null {
  const from = skipSpace(bytes, at, end)
  const to = trimSpace(bytes, from, end)
  const length = to === from || to - from > 15 ? -1 : readNumber(bytes, from, to)
  if (length === -1) return 'Content-Length is no number'
  if (head.contentLength !== -1 && head.contentLength !== length) return 'two different Content-Lengths'
  head.contentLength = length
  return null
}

function readConnection(bytes: Uint8Array, at: number, end: number, head: Head): void {
  const from = skipSpace(bytes, at, end)
  if (isValue(bytes, from, end, CLOSE)) head.keepAlive = false
  else if (isValue(bytes, from, end, KEEP_ALIVE)) head.keepAlive = true
}

function isHeader(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  return bytes[at + name.length] === COLON && matches(bytes, at, name)
}

function isValue(bytes: Uint8Array, from: number, end: number, value: Uint8Array): boolean {
  return trimSpace(bytes, from, end) - from === value.length && matches(bytes, from, value)
}

function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let from = at
  while (from < end && (bytes[from] === SPACE || bytes[from] === TAB)) from++
  return from
}

function trimSpace(bytes: Uint8Array, from: number, end: number): number {
  let to = end
  while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--
  return to
}

/** Compares without regard to the case of letters. */
function matches(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if ((bytes[at + i]! | CASE_BIT) !== (expected[i]! | CASE_BIT)) return false
  return true
}

function lowerCase(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function readNumber(bytes: Uint8Array, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte < ZERO || byte > NINE) return -1
    number = number * 10 + byte - ZERO
  }
  return number
}
