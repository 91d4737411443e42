import { isIPv6 } from 'node:net'
import type { Endpoint } from '../../model/scenario.ts'
import { createHeaderFields, findHeaderFields } from '../hl7/fields.ts'

/** What is kept free before a message for the head of its request; a path may take most of it. */
export const HEAD_ROOM_BYTES = 4096

/** Longest path that fits. */
export const MAX_PATH_BYTES = 3000

/** Writes the head of the request right before the message at `HEAD_ROOM_BYTES`; returns where the request starts. */
export type EncodePost = (request: Uint8Array, messageBytes: number) => number

/** Charsets of MSH-18 (HL7 table 0211) as HTTP names them (IANA). What is not here is not declared. */
const CHARSETS: Readonly<Record<string, string>> = {
  ASCII: 'us-ascii',
  'UNICODE UTF-8': 'utf-8',
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9, 15].map(part => [`8859/${part}`, `iso-8859-${part}`] as const)),
}

/** Messages that declare none are ASCII by the standard; UTF-8, which is what code and files make here, holds that too. */
const UNDECLARED = 'utf-8'

/** Compiles the constant part of every head, one for each charset. */
export function createPostEncoder({ host, port }: Endpoint, path: string): EncodePost {
  const before = `POST ${path} HTTP/1.1\r\nHost: ${isIPv6(host) ? `[${host}]` : host}:${port}\r\nUser-Agent: hl7bench\r\nAccept: application/hl7-v2, application/hl7-v2+er7\r\nContent-Type: application/hl7-v2`
  const headOf = (charset: string | null) =>
    Buffer.from(`${before}${charset === null ? '' : `; charset=${charset}`}\r\nContent-Length: `, 'latin1')
  const heads = Object.entries(CHARSETS).map(([name, charset]) => ({
    name: Buffer.from(name, 'latin1'),
    head: headOf(charset),
  }))
  const [undeclared, unknown] = [headOf(UNDECLARED), headOf(null)]
  const fields = createHeaderFields()

  const headFor = (request: Uint8Array, end: number): Buffer => {
    if (!findHeaderFields(request, HEAD_ROOM_BYTES, end, fields)) return undeclared
    const [from, to] = [fields.starts[18]!, fields.ends[18]!]
    if (from === to) return undeclared
    for (let i = 0; i < heads.length; i++) if (holds(request, from, to, heads[i]!.name)) return heads[i]!.head
    return unknown
  }

  return (request, messageBytes) => {
    const head = headFor(request, HEAD_ROOM_BYTES + messageBytes)
    let at = HEAD_ROOM_BYTES
    for (const byte of END_OF_HEAD) request[--at] = byte
    let rest = messageBytes
    do {
      request[--at] = 0x30 + (rest % 10)
      rest = Math.floor(rest / 10)
    } while (rest > 0)
    request.set(head, at - head.length)
    return at - head.length
  }
}

/** CR LF CR LF, from its end. */
const END_OF_HEAD = [0x0a, 0x0d, 0x0a, 0x0d]

/** Whether the field is this text, or its first repetition is. */
function holds(bytes: Uint8Array, from: number, to: number, text: Buffer): boolean {
  const end = from + text.length
  if (end > to || (end < to && bytes[end] !== 0x7e)) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false
  return true
}
