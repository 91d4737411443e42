import type { FrameHandlers, Framing } from '../../src/protocol/framing.ts'
import { createHeaderFields, findHeaderFields } from '../../src/protocol/hl7/fields.ts'
import { hllpFraming } from '../../src/protocol/hllp/framing.ts'
import { HttpReplyDecoder } from '../../src/protocol/http/replyDecoder.ts'
import { verifyReply } from '../../src/protocol/http/verify.ts'
import { createAck, readAck } from '../../src/protocol/mllp/ack.ts'
import { mllpFraming } from '../../src/protocol/mllp/framing.ts'

/** Takes note of what a decoder told: what, and the bytes it is about. */
export type Note = (what: string, bytes: Uint8Array, start: number, end: number) => void

/** A decoder under test. */
export interface Subject {
  /** A good stream of it. */
  valid(random: () => number): Uint8Array
  /** What its streams are made of. */
  readonly tokens: readonly (string | Uint8Array)[]
  /** A decoder for one connection, and what stands behind it on the path of a message. */
  open(note: Note): (chunk: Uint8Array, start: number, end: number) => void
}

const NOTHING = new Uint8Array(0)
const MAX_FRAME_BYTES = 16 * 1024 * 1024
const MAX_HEAD_BYTES = 64 * 1024
const MAX_BODY_BYTES = 64 * 1024 * 1024
const HL7_TOKENS = [
  '\x0b',
  '\x1c',
  '\r',
  '\x1c\r',
  '\n',
  '\r\n',
  '\0',
  'M',
  'MSH',
  'MSH|^~\\&|',
  'MSA|AA|',
  '|',
  '^',
  '\\X0B\\',
  'A',
]

const ackText = (random: () => number): string =>
  `MSH|^~\\&|A|B|C|D|20260101||ACK|${Math.floor(random() * 1e6)}|T|2.5.1\rMSA|A${'AER'[Math.floor(random() * 3)]}|${Math.floor(random() * 1e9)}\r${random() < 0.3 ? 'ERR||PID^1|101^x|E\r' : ''}`

function framed(framing: Framing, text: string): Uint8Array {
  const frame = new Uint8Array(framing.headBytes + text.length + framing.tailBytes)
  frame.set(Buffer.from(text, 'latin1'), framing.headBytes)
  framing.seal(frame, text.length)
  return frame
}

/** Acknowledgements at the sender and messages at the receiver go through the same framing: both readers are asked. */
function framedSubject(framing: Framing): Subject {
  return {
    valid: random => framed(framing, ackText(random)),
    tokens: [...HL7_TOKENS, 'D21\r', 'N21\r', 'C', '00017', '00099999', '999', '\x0bD21\r'],
    open(note) {
      const ack = createAck()
      const fields = createHeaderFields()
      const handlers: FrameHandlers = {
        onMessage(bytes, start, end) {
          note('message', bytes, start, end)
          readAck(bytes, start, end, ack)
          note(`ack ${ack.code}`, bytes, ack.idStart, ack.idEnd)
          if (findHeaderFields(bytes, start, end, fields)) note('header', bytes, fields.starts[10]!, fields.ends[10]!)
        },
        onNak: reason => note(`nak ${reason}`, NOTHING, 0, 0),
        onBroken: reason => note(`broken ${reason}`, NOTHING, 0, 0),
        onError: ({ kind, offset }) => note(`${kind} at ${offset}`, NOTHING, 0, 0),
      }
      const decoder = framing.createDecoder(MAX_FRAME_BYTES, handlers)
      return (chunk, start, end) => decoder.push(chunk, start, end)
    },
  }
}

function reply(random: () => number): Uint8Array {
  const body = `{"resourceType":"Bundle","total":${Math.floor(random() * 3)},"entry":[${'{"a":[1]},'.repeat(Math.floor(random() * 20))}0]}`
  const interim = random() < 0.1 ? 'HTTP/1.1 100 Continue\r\n\r\n' : ''
  if (random() < 0.1) return Buffer.from(`${interim}HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n`)
  const head = `${interim}HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: application/fhir+json\r\n`
  if (random() < 0.5) return Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n${body}`)
  const cut = Math.floor(random() * body.length)
  const chunks = [body.slice(0, cut), body.slice(cut)].filter(part => part !== '')
  const parts = chunks.map(part => `${part.length.toString(16)};x=1\r\n${part}\r\n`).join('')
  return Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${parts}0\r\nX-Trailer: 1\r\n\r\n`)
}

const http: Subject = {
  valid: reply,
  tokens: [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.0 304 Not Modified\r\n',
    'HTTP/0.9 ',
    'Content-Length: 5\r\n',
    'Content-Length: ',
    'Content-Length: 0\r\n\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '\r\n\r\n',
    '\r',
    '\n',
    '0\r\n\r\n',
    '5\r\n',
    'fffffffff\r\n',
    '+5',
    '0x5',
    ';a=b\r\n',
    ' ',
    '\t',
    ':',
    'X: 1\r\n',
    'Connection: close\r\n',
    '{"resourceType":"Bundle","total":1}',
    '['.repeat(300),
    '{"a":',
    '"',
    '\\',
    '\0',
    'hello',
    '99999999999999999999',
  ],
  open(note) {
    const expected = { name: 'search', statuses: [200], resourceType: 'Bundle', total: 1 }
    const decoder = new HttpReplyDecoder({
      maxHeadBytes: MAX_HEAD_BYTES,
      maxBodyBytes: MAX_BODY_BYTES,
      onReply(status, bytes, start, end, keepAlive) {
        note(`reply ${status} ${keepAlive}`, bytes, start, end)
        for (const parse of [false, true]) {
          const { reason, alarm } = verifyReply(expected, status, bytes, start, end, parse)
          note(`${reason} ${alarm}`, NOTHING, 0, 0)
        }
      },
      onError: (reason, offset) => note(`${reason} at ${offset}`, NOTHING, 0, 0),
    })
    return (chunk, start, end) => decoder.push(chunk, start, end)
  },
}

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  mllp: framedSubject(mllpFraming),
  hllp: framedSubject(hllpFraming('xor')),
  http,
}
