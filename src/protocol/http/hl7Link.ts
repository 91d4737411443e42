import type { Bytes, MessageStream } from '../../model/stream.ts'
import type { DialledLinkOptions } from '../dialledLink.ts'
import { describeAckError } from '../hl7/ackError.ts'
import type { Link } from '../link.ts'
import { type Ack, COMMIT_IN_ORIGINAL_MODE, createAck, isAccepting, isCommit, readAck } from '../mllp/ack.ts'
import type { Head } from './head.ts'
import { HttpLink } from './link.ts'
import { createPostEncoder, type EncodePost, HEAD_ROOM_BYTES } from './post.ts'

export interface Hl7HttpLinkOptions extends DialledLinkOptions {
  /** Path that messages are posted to. */
  readonly path: string
  readonly stream: MessageStream
  /** Index of the message with this control id, or -1 for an id that this run never made. */
  readonly indexOf: (bytes: Uint8Array, start: number, end: number) => number
}

const MAX_BODY_BYTES = 16 * 1024 * 1024

/**
 * HL7 over HTTP: one HTTP/1.1 keep-alive connection, one message at a time as the body of a POST, its acknowledgement in the reply
 * (HAPI, «HL7 over HTTP»: `application/hl7-v2`; AA 200, AE 500, AR 400). What counts is the acknowledgement, matched by MSA-2 to MSH-10
 * byte for byte; an error status without one is a rejection, a good status without one a mismatch.
 */
export function createHl7HttpLink(options: Hl7HttpLinkOptions): Link {
  return new Hl7HttpLink(options)
}

class Hl7HttpLink extends HttpLink {
  readonly #options: Hl7HttpLinkOptions
  readonly #encode: EncodePost
  readonly #ack: Ack = createAck()
  #request: Uint8Array = new Uint8Array(HEAD_ROOM_BYTES + 4096)
  #message: Bytes = { bytes: this.#request.subarray(HEAD_ROOM_BYTES), length: 0 }

  constructor(options: Hl7HttpLinkOptions) {
    super(options, MAX_BODY_BYTES)
    this.#options = options
    this.#encode = createPostEncoder(options.endpoint, options.path)
  }

  override prepare(_slot: number, index: number): number {
    if (this.isHeld) this.refresh()
    this.#message.length = 0
    this.#options.stream.render(index, this.#message)
    if (this.#message.bytes.buffer !== this.#request.buffer) this.#adopt(this.#message)
    this.expect(index)
    return this.#message.length
  }

  override write(): void {
    const { length } = this.#message
    const start = this.#encode(this.#request, length)
    this.send(this.#request.subarray(start, HEAD_ROOM_BYTES + length))
  }

  /** The message outgrew its place behind the head: it gets a larger one. */
  #adopt({ bytes, length }: Bytes): void {
    const larger = new Uint8Array(HEAD_ROOM_BYTES + Math.max(length, bytes.length))
    larger.set(bytes.subarray(0, length), HEAD_ROOM_BYTES)
    this.#request = larger
    this.#message = { bytes: larger.subarray(HEAD_ROOM_BYTES), length }
  }

  protected override refresh(): void {
    this.#request = new Uint8Array(Math.min(this.#request.length, 65536))
    this.#message = { bytes: this.#request.subarray(HEAD_ROOM_BYTES), length: 0 }
  }

  protected override answered(
    index: number,
    head: Readonly<Head>,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isGood = head.status >= 200 && head.status < 300
    const ack = readAck(bytes, start, end, this.#ack)
    const isAnswer = head.isHl7 && ack.code !== null && this.#options.indexOf(bytes, ack.idStart, ack.idEnd) === index
    if (!isAnswer && (isGood || (head.isHl7 && ack.code !== null)))
      return this.#finish('mismatched', whyNoAnswer(head, ack, end - start))
    if (!isAnswer) return this.#finish('rejected', `http ${head.status}`)
    if (ack.hasLineFeeds) this.#options.events.tolerated(this.#options.id, 'line-feeds-in-ack')
    const code = ack.code!
    if (isCommit(code)) this.#options.events.tolerated(this.#options.id, COMMIT_IN_ORIGINAL_MODE)
    if (!isAccepting(code)) {
      this.#options.events.explained(this.#options.id, describeAckError(code, bytes, start, end))
      return this.#finish('rejected', code)
    }
    this.#finish(isGood ? 'accepted' : 'rejected', isGood ? null : `http ${head.status}`)
  }

  #finish(outcome: 'accepted' | 'rejected' | 'mismatched', reason: string | null): void {
    const { id, events } = this.#options
    events.replied(id, 0, outcome, reason, null)
  }
}

/** Words of ours alone: what the peer says may hold anything. */
function whyNoAnswer({ isHl7, coding }: Readonly<Head>, ack: Ack, bodyBytes: number): string {
  if (bodyBytes === 0) return 'no acknowledgement in the reply'
  if (!isHl7) return 'content type is not HL7 v2'
  if (coding !== 'identity') return `content is encoded${coding === 'gzip' ? ' by gzip' : ''}, which was not asked for`
  return ack.code === null ? 'not an acknowledgement' : 'another control id'
}
