const LF = 0x0a
const VT = 0x0b
const FS = 0x1c
const CR = 0x0d
const BATCH_SEGMENTS = ['FHS', 'BHS', 'BTS', 'FTS']
const SHORTEST_HEADER = 8

export interface FileComplaint {
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly reason: string
}

export interface Hl7File {
  /** Segments ended by CR, without framing. */
  readonly messages: readonly Uint8Array[]
  readonly complaints: readonly FileComplaint[]
}

interface Line {
  readonly bytes: Uint8Array
  readonly number: number
  /** VT or FS elsewhere than at the start of a message's first line or the end of its last. */
  readonly framedInside: boolean
}

/**
 * Cuts a file into HL7 messages. Segments may end in CR, LF or CRLF; MLLP framing, blank lines and batch headers (FHS, BHS, BTS,
 * FTS) are left out. Everything that is wrong is told at once, with its line; a message that is complained about is not returned.
 */
export function parseHl7File(bytes: Uint8Array, fileName: string): Hl7File {
  const complaints: FileComplaint[] = []
  const complain = (line: number, reason: string) => complaints.push({ file: fileName, line, reason })
  const messages = groupMessages(splitLines(withoutMark(bytes)), complain)
    .filter(lines => checkMessage(lines, complain))
    .map(joinSegments)
  if (messages.length === 0 && complaints.length === 0) complain(1, 'no message in the file; a message begins with MSH')
  return { messages, complaints }
}

/** Interface engines export files with a UTF-8 byte order mark, which is no part of the message. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

/** Lines with their numbers; framing bytes at their edges are removed. */
function splitLines(bytes: Uint8Array): Line[] {
  const lines: Line[] = []
  let start = 0
  let number = 1
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at]
    if (at < bytes.length && byte !== CR && byte !== LF) continue
    lines.push(lineOf(bytes.subarray(start, at), number))
    if (byte === CR && bytes[at + 1] === LF) at++
    start = at + 1
    number++
  }
  return lines
}

function lineOf(raw: Uint8Array, number: number): Line {
  let start = 0
  let end = raw.length
  while (raw[start] === VT || raw[start] === FS) start++
  while (end > start && (raw[end - 1] === FS || raw[end - 1] === VT)) end--
  const bytes = raw.subarray(start, end)
  const opensInside = start > 0 && bytes.length > 0 && !beginsWith(bytes, 'MSH')
  return { bytes, number, framedInside: opensInside || bytes.includes(VT) || bytes.includes(FS) }
}

function groupMessages(lines: readonly Line[], complain: (line: number, reason: string) => void): Line[][] {
  const messages: Line[][] = []
  let strayTold = false
  for (const line of lines) {
    if (isBlank(line.bytes) || BATCH_SEGMENTS.some(name => beginsWith(line.bytes, name))) continue
    if (beginsWith(line.bytes, 'MSH')) messages.push([line])
    else if (messages.length > 0) messages.at(-1)!.push(line)
    else if (!strayTold) {
      complain(line.number, 'text before the first MSH segment; remove it or begin the message with MSH')
      strayTold = true
    }
  }
  return messages
}

function checkMessage(lines: readonly Line[], complain: (line: number, reason: string) => void): boolean {
  const framed = lines.filter(line => line.framedInside)
  for (const { number } of framed)
    complain(number, 'byte VT (0x0B) or FS (0x1C) inside a message: MLLP cannot carry it; remove it')
  const reason = headerFault(lines[0]!.bytes)
  if (reason !== null) complain(lines[0]!.number, reason)
  const torn = reason === null ? lines.filter(line => !isSegment(line.bytes, lines[0]!.bytes[3]!)) : []
  for (const { number } of torn)
    complain(
      number,
      'no segment: it begins with no name such as PID and a separator; join it to the line above or remove it',
    )
  return framed.length === 0 && reason === null && torn.length === 0
}

/** Three capital letters or digits, the first a letter, then the field separator or the end (HL7 v2, 2.5). */
function isSegment(line: Uint8Array, separator: number): boolean {
  const [first = 0, second = 0, third = 0] = line
  const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a
  const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
  const isNamed = isCapital(first) && [second, third].every(byte => isCapital(byte) || isDigit(byte))
  return isNamed && (line.length === 3 || line[3] === separator)
}

function headerFault(header: Uint8Array): string | null {
  const separator = header[3]
  if (header.length < SHORTEST_HEADER || separator === undefined || isAlphanumeric(separator)) {
    return 'MSH without separators: write the field separator and encoding characters, for instance MSH|^~\\&|'
  }
  const fields = splitFields(header, separator)
  const missing = [9, 12].filter(field => (fields[field - 1] ?? 0) === 0).map(field => `MSH-${field}`)
  if (missing.length === 0) return null
  return `${missing.join(' and ')} missing: MSH-9 names the message type, MSH-12 the HL7 version`
}

/** Length of each field from MSH-1 on (the separator itself). */
function splitFields(header: Uint8Array, separator: number): number[] {
  const lengths = [1]
  let start = 4
  for (let at = 4; at <= header.length; at++) {
    if (at < header.length && header[at] !== separator) continue
    lengths.push(at - start)
    start = at + 1
  }
  return lengths
}

function joinSegments(lines: readonly Line[]): Uint8Array {
  const message = new Uint8Array(lines.reduce((sum, { bytes }) => sum + bytes.length + 1, 0))
  let at = 0
  for (const { bytes } of lines) {
    message.set(bytes, at)
    message[at + bytes.length] = CR
    at += bytes.length + 1
  }
  return message
}

function beginsWith(bytes: Uint8Array, name: string): boolean {
  return bytes[0] === name.charCodeAt(0) && bytes[1] === name.charCodeAt(1) && bytes[2] === name.charCodeAt(2)
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === 0)
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
}
