import { findByte } from '../findByte.ts'

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const TAB = 0x09
const COLON = 0x3a
const COMMA = 0x2c
const ZERO = 0x30
const SEMICOLON = 0x3b
const NINE = 0x39
const DEL = 0x7f
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
  /** Whether a Connection header names `close`. */
  closes: boolean
  /** Whether Content-Type says that the body is an HL7 v2 message in vertical bar encoding. */
  isHl7: boolean
  coding: 'identity' | 'gzip' | 'other'
  /** Value of Retry-After as it is; empty = none. */
  retryAfter: string
  /** Value of Date as it is, where there is a Retry-After; else empty. */
  date: string
}

/**
 * Whether nothing but the end of the connection says where the body ends. Whether it is whole then shows in the body alone: a connection that was cut
 * ends alike (RFC 9112, 8), under TLS too, where Node does not tell a missing `close_notify`.
 */
export const endsWithConnection = ({ contentLength, chunked }: Readonly<Head>): boolean =>
  contentLength === -1 && !chunked

const HTTP_1 = bytesOf('HTTP/1.')
/** By byte: 1 = may stand in the name of a header (RFC 9110, 5.6.2). */
const TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
)
const CONTENT_LENGTH = bytesOf('content-length')
const TRANSFER_ENCODING = bytesOf('transfer-encoding')
const CONNECTION = bytesOf('connection')
const CONTENT_TYPE = bytesOf('content-type')
/** `application/hl7-v2`, as HAPI sends it, and the names that drafts of HL7 over HTTP gave it. */
const HL7_TYPES = [
  'application/hl7-v2',
  'application/hl7-v2+er7',
  'x-application/hl7-v2',
  'x-application/hl7-v2+er7',
].map(bytesOf)
const CONTENT_ENCODING = bytesOf('content-encoding')
const [IDENTITY, GZIP] = [bytesOf('identity'), bytesOf('gzip')]
const [RETRY_AFTER, DATE] = [bytesOf('retry-after'), bytesOf('date')]
const [CHUNKED, CLOSE, KEEP_ALIVE] = [bytesOf('chunked'), bytesOf('close'), bytesOf('keep-alive')]

/** What is wrong with a head, and at which byte. */
export interface HeadFault {
  readonly reason: string
  readonly at: number
}

const NOT_HTTP_1 = 'not an HTTP/1.x status line'

/** Whether what has come of a head, `bytes[start, end)`, can still become a status line of HTTP/1.x: HTTP/0.9 and other protocols are known at once. */
export function beginsHead(bytes: Uint8Array, start: number, end: number): boolean {
  const length = Math.min(end - start, HTTP_1.length)
  for (let i = 0; i < length; i++) if (bytes[start + i] !== HTTP_1[i]) return false
  return true
}

export const notHttp1 = (at: number): HeadFault => ({ reason: NOT_HTTP_1, at })

/** The head of a reply in `bytes[start, headEnd)`, or what is wrong with it. */
export function readHead(bytes: Uint8Array, start: number, headEnd: number): Head | HeadFault {
  const version = bytes[start + 7]! - ZERO
  const isHttp1 = beginsHead(bytes, start, headEnd) && (version === 0 || version === 1) && bytes[start + 8] === SPACE
  if (!isHttp1) return notHttp1(start)
  const status = readNumber(bytes, start + 9, start + 12)
  const isClosed = bytes[start + 12] === SPACE || bytes[start + 12] === CR
  if (status < 100 || !isClosed) return { reason: 'status is no three-digit number', at: start + 9 }
  const head: Head = {
    status,
    contentLength: -1,
    chunked: false,
    keepAlive: version === 1,
    closes: false,
    isHl7: false,
    retryAfter: '',
    date: '',
    coding: 'identity',
  }
  let at = lineEnd(bytes, start, headEnd)
  if (at < 0) return controlFault(bytes, -1 - at)
  while (at < headEnd - 2) {
    const next = lineEnd(bytes, at, headEnd)
    if (next < 0) return controlFault(bytes, -1 - next)
    const reason = headerFault(bytes, at, next - 2) ?? readHeader(bytes, at, next - 2, head)
    if (reason !== null) return { reason, at }
    at = next
  }
  // The empty line had no CR.
  if (at !== headEnd - 2) return controlFault(bytes, at)
  // HTTP/1.0 knows no chunks: whoever stands between may have passed them on unread (RFC 9112, 6.1).
  if (head.chunked && version === 0) return { reason: 'Transfer-Encoding in HTTP/1.0', at: start }
  if (head.chunked && head.contentLength !== -1) return { reason: 'Content-Length beside Transfer-Encoding', at: start }
  if (head.retryAfter !== '') head.date = readDate(bytes, start, headEnd)
  return head
}

/** Index after the CR LF of the line at `at`, or -1 - i when it holds a control character other than TAB at i. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= SPACE ? byte !== DEL : byte === TAB) continue
    return byte === CR && i + 1 < end && bytes[i + 1] === LF ? i + 2 : -1 - i
  }
  return -1 - end
}

function controlFault(bytes: Uint8Array, at: number): HeadFault {
  const isLineEnd = bytes[at] === CR || bytes[at] === LF
  return { reason: isLineEnd ? 'bare CR or LF in the head' : 'control character in the head', at }
}

/** A header is a token and a colon right behind it (RFC 9112, 5.1); a line that begins with white space is obsolete folding (5.2). */
export function headerFault(bytes: Uint8Array, at: number, end: number): string | null {
  if (bytes[at] === SPACE || bytes[at] === TAB) return 'folded header'
  let colon = at
  while (colon < end && TOKEN[bytes[colon]!] === 1) colon++
  if (colon === end) return 'header without a colon'
  if (bytes[colon] !== COLON) return 'header whose name is no token'
  return colon === at ? 'header without a name' : null
}

function readHeader(bytes: Uint8Array, at: number, end: number, head: Head): string | null {
  // Only a few headers matter here, and they begin with c, r or t.
  const first = bytes[at]! | CASE_BIT
  if (first === 0x63) {
    if (isHeader(bytes, at, CONTENT_LENGTH)) return readLength(bytes, at + CONTENT_LENGTH.length + 1, end, head)
    if (isHeader(bytes, at, CONTENT_TYPE)) head.isHl7 = isHl7Type(bytes, at + CONTENT_TYPE.length + 1, end)
    else if (isHeader(bytes, at, CONNECTION)) readConnection(bytes, at + CONNECTION.length + 1, end, head)
    else if (isHeader(bytes, at, CONTENT_ENCODING)) readCoding(bytes, at + CONTENT_ENCODING.length + 1, end, head)
  } else if (first === 0x74 && isHeader(bytes, at, TRANSFER_ENCODING)) {
    const from = skipSpace(bytes, at + TRANSFER_ENCODING.length + 1, end)
    if (head.chunked || !isValue(bytes, from, end, CHUNKED)) return 'Transfer-Encoding other than chunked'
    head.chunked = true
  } else if (first === 0x72 && isHeader(bytes, at, RETRY_AFTER)) {
    head.retryAfter = textOf(bytes, at + RETRY_AFTER.length + 1, end)
  }
  return null
}

/** Looked for by itself, as nearly every reply has one, and few a Retry-After. */
function readDate(bytes: Uint8Array, start: number, headEnd: number): string {
  for (let at = start; at < headEnd; ) {
    const next = lineEnd(bytes, at, headEnd)
    if (isHeader(bytes, at, DATE)) return textOf(bytes, at + DATE.length + 1, next - 2)
    at = next
  }
  return ''
}

function textOf(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.subarray(from, Math.min(end, from + 52)))
    .toString('latin1')
    .trim()
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

/** Parameters after `;` are left aside. */
function isHl7Type(bytes: Uint8Array, at: number, end: number): boolean {
  let to = at
  while (to < end && bytes[to] !== SEMICOLON) to++
  const from = skipSpace(bytes, at, to)
  return HL7_TYPES.some(type => isValue(bytes, from, to, type))
}

function readCoding(bytes: Uint8Array, at: number, end: number, head: Head): void {
  const from = skipSpace(bytes, at, end)
  if (isValue(bytes, from, end, IDENTITY)) return
  head.coding = head.coding === 'identity' && isValue(bytes, from, end, GZIP) ? 'gzip' : 'other'
}

/** A list: `close` in it says more than `keep-alive`, and is not taken back by a later header (RFC 9112, 9.3). */
function readConnection(bytes: Uint8Array, at: number, end: number, head: Head): void {
  for (let from = at; from < end; ) {
    const comma = findByte(bytes, COMMA, from, end)
    const to = comma === -1 ? end : comma
    const option = skipSpace(bytes, from, to)
    if (isValue(bytes, option, to, CLOSE)) head.closes = true
    else if (isValue(bytes, option, to, KEEP_ALIVE)) head.keepAlive = true
    from = to + 1
  }
  if (head.closes) head.keepAlive = false
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

function bytesOf(text: string): Uint8Array {
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
