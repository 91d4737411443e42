import type { Bytes } from '../model/stream.ts'
import type { Framing } from '../protocol/framing.ts'
import { componentSeparator, findComponent, type HeaderFields } from '../protocol/hl7/fields.ts'

const CR = 0x0d
const DEFAULT_SEPARATOR = 0x7c
const DEFAULT_COMPONENT = 0x5e

export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR'

/** Reasons for a refusal: codes of HL7 table 0357. */
export const REASONS = {
  notHl7: { code: '100', text: 'Segment sequence error' },
  noControlId: { code: '101', text: 'Required field missing' },
  tooLong: { code: '207', text: 'Message longer than 64 MiB' },
  refused: { code: '207', text: 'Application internal error' },
} as const

export type Reason = (typeof REASONS)[keyof typeof REASONS]

export interface AckWriter {
  /**
   * Answers the message whose header was found, in its own separators; `reason` adds an ERR segment. Returns a framed copy.
   * @param id the control id of the answer instead of the message's own
   * @param asksCommit whether the answer asks for a commit ack in its MSH-15
   */
  answer(
    code: AckCode,
    bytes: Uint8Array,
    fields: HeaderFields,
    reason: Reason | null,
    id?: Uint8Array | null,
    asksCommit?: boolean,
  ): Uint8Array
  /** Answers AR to a frame in which no HL7 message was found. */
  refuse(reason: Reason): Uint8Array
}

/** Writes acknowledgements (HL7 v2.5.1 section 2.9). Its own control ids begin with `idPrefix`. */
export function createAckWriter(idPrefix: string, framing: Omit<Framing, 'createDecoder'>): AckWriter {
  const out: Bytes = { bytes: new Uint8Array(512), length: 0 }
  const prefix = Buffer.from(idPrefix, 'latin1')
  let nextId = 1
  let clockSecond = -1
  let clock = Buffer.alloc(0)

  const now = () => {
    const second = Math.floor(Date.now() / 1000)
    if (second !== clockSecond) {
      clockSecond = second
      clock = Buffer.from(`${new Date(second * 1000).toISOString().slice(0, 19).replace(/\D/g, '')}+0000`, 'latin1')
    }
    return clock
  }

  /** Everything of MSH up to and including the separator after MSH-2. */
  const begin = (separator: number) => {
    out.length = framing.headBytes
    putText(out, 'MSH')
    putByte(out, separator)
  }

  const controlId = () => {
    put(out, prefix, 0, prefix.length)
    putText(out, String(nextId++))
  }

  const error = (reason: Reason, separator: number, component: number) => {
    putText(out, 'ERR')
    repeat(out, separator, 3)
    putText(out, reason.code)
    putByte(out, component)
    putText(out, reason.text)
    putByte(out, component)
    putText(out, 'HL70357')
    putByte(out, separator)
    putText(out, 'E')
    repeat(out, separator, 4)
    putText(out, reason.text)
    putByte(out, CR)
  }

  const finish = () => {
    reserve(out, framing.tailBytes)
    framing.seal(out.bytes, out.length - framing.headBytes)
    return out.bytes.slice(0, out.length + framing.tailBytes)
  }

  const answer: AckWriter['answer'] = (code, bytes, fields, reason, id = null, asksCommit = false) => {
    const separator = bytes[fields.starts[1]!]!
    const component = componentSeparator(bytes, fields)
    const copy = (field: number) => {
      putByte(out, separator)
      put(out, bytes, fields.starts[field]!, fields.ends[field]!)
    }
    begin(separator)
    put(out, bytes, fields.starts[2]!, fields.ends[2]!)
    copy(5)
    copy(6)
    copy(3)
    copy(4)
    putByte(out, separator)
    const time = now()
    put(out, time, 0, time.length)
    repeat(out, separator, 2)
    putMessageType(out, bytes, fields, component)
    putByte(out, separator)
    controlId()
    copy(11)
    copy(12)
    const hasCharset = fields.ends[18]! > fields.starts[18]!
    if (asksCommit || hasCharset) repeat(out, separator, 3)
    if (asksCommit) putText(out, 'AL')
    if (hasCharset) {
      repeat(out, separator, 2)
      copy(18)
    }
    putByte(out, CR)
    putText(out, 'MSA')
    putByte(out, separator)
    putText(out, code)
    if (id === null) copy(10)
    else {
      putByte(out, separator)
      put(out, id, 0, id.length)
    }
    putByte(out, CR)
    if (reason !== null) error(reason, separator, component)
    return finish()
  }

  const refuse = (reason: Reason) => {
    begin(DEFAULT_SEPARATOR)
    putText(out, '^~\\&|HL7BENCH||||')
    const time = now()
    put(out, time, 0, time.length)
    putText(out, '||ACK|')
    controlId()
    putText(out, '|T|2.5.1\rMSA|AR|\r')
    error(reason, DEFAULT_SEPARATOR, DEFAULT_COMPONENT)
    return finish()
  }

  return { answer, refuse }
}

/** MSH-9 of the answer: `ACK^<event>^ACK` in the sender's separators, or `ACK` where the message names no event. */
function putMessageType(out: Bytes, bytes: Uint8Array, fields: HeaderFields, component: number): void {
  putText(out, 'ACK')
  const end = fields.ends[9]!
  const event = findComponent(bytes, fields.starts[9]!, end, component, 2)
  if (event === -1 || event === end || bytes[event] === component) return
  putByte(out, component)
  for (let at = event; at < end && bytes[at] !== component; at++) putByte(out, bytes[at]!)
  putByte(out, component)
  putText(out, 'ACK')
}

function putByte(out: Bytes, byte: number): void {
  if (out.length === out.bytes.length) reserve(out, 1)
  out.bytes[out.length++] = byte
}

function repeat(out: Bytes, byte: number, times: number): void {
  for (let i = 0; i < times; i++) putByte(out, byte)
}

function put(out: Bytes, bytes: Uint8Array, start: number, end: number): void {
  reserve(out, end - start)
  for (let at = start; at < end; at++) out.bytes[out.length++] = bytes[at]!
}

function putText(out: Bytes, text: string): void {
  reserve(out, text.length)
  for (let i = 0; i < text.length; i++) out.bytes[out.length++] = text.charCodeAt(i)
}

function reserve(out: Bytes, more: number): void {
  if (out.length + more <= out.bytes.length) return
  const larger = new Uint8Array(Math.max(out.length + more, out.bytes.length * 2))
  larger.set(out.bytes.subarray(0, out.length))
  out.bytes = larger
}
