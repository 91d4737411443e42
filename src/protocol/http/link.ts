import { CLOSED_BY_PEER } from '../dial.ts'
import { DialledLink, type DialledLinkOptions } from '../dialledLink.ts'
import type { Head } from './head.ts'
import { HttpReplyDecoder } from './replyDecoder.ts'

const MAX_HEAD_BYTES = 64 * 1024
const NONE = -1
const UNASKED = 'a reply that was not asked for'

/** What links over HTTP share: a keep-alive connection with one request in flight, to which every reply must be the answer. */
export abstract class HttpLink extends DialledLink {
  readonly #options: DialledLinkOptions
  readonly #maxBodyBytes: number
  #decoder: HttpReplyDecoder
  #index = NONE
  /** Where the stream of bytes stood after the last request. */
  #end = 0

  /** @param maxBodyBytes longest body of a reply */
  constructor(options: DialledLinkOptions, maxBodyBytes: number) {
    super(options)
    this.#options = options
    this.#maxBodyBytes = maxBodyBytes
    this.#decoder = this.#newDecoder()
    this.connection.dial()
  }

  /** Whether the bytes of the last request still wait for the socket: until then they must not be overwritten. */
  protected get isHeld(): boolean {
    return this.connection.holds(this.#end)
  }

  /** The next reply will be the answer to request `index`. */
  protected expect(index: number): void {
    this.#index = index
  }

  protected send(bytes: Uint8Array): void {
    this.connection.write(bytes)
    this.#end = this.connection.bytesOut
  }

  /**
   * The answer to request `index`, its body in `bytes[start, end)`, which are valid only during the call. Where the server closes after it, or sent more
   * than was asked for, the link was dialled again before, so that it is not open now; nothing is lost by that.
   */
  protected abstract answered(index: number, head: Readonly<Head>, bytes: Uint8Array, start: number, end: number): void

  /** Takes fresh memory for the next request: that of the last one may still wait for a socket. */
  protected abstract refresh(): void

  /** What begins while nothing is in flight is no answer to the next request: it must not be taken for one when the rest comes. */
  protected override read(bytes: Uint8Array, length: number): void {
    const decoder = this.#decoder
    decoder.push(bytes, 0, length)
    if (decoder === this.#decoder && this.#index === NONE && !decoder.isIdle) this.#protocolError(UNASKED)
  }

  /** A body without a length ends with its connection, if in good order: that is a reply, not a loss. */
  protected override ended(reason: string): void {
    if (reason !== CLOSED_BY_PEER || !this.#decoder.close()) super.ended(reason)
  }

  protected override reset(): void {
    this.#index = NONE
    this.refresh()
    this.#decoder = this.#newDecoder()
  }

  #replied(
    head: Readonly<Head>,
    bytes: Uint8Array,
    start: number,
    end: number,
    keepAlive: boolean,
    isFollowed: boolean,
  ): void {
    const { id, events } = this.#options
    const index = this.#index
    if (index === NONE) return this.#protocolError(UNASKED)
    if (isFollowed) events.tolerated(id, UNASKED)
    this.#index = NONE
    this.connection.proven()
    if (!keepAlive || isFollowed) this.redial()
    this.answered(index, head, bytes, start, end)
  }

  /** What follows on this connection cannot be told apart: the exchange in flight was answered wrongly. */
  #protocolError(reason: string): void {
    const { id, events } = this.#options
    const index = this.#index
    this.redial()
    if (index === NONE) events.tolerated(id, reason)
    else events.replied(id, 0, 'mismatched', reason, null)
    events.lost(id, reason)
  }

  #newDecoder(): HttpReplyDecoder {
    const decoder: HttpReplyDecoder = new HttpReplyDecoder({
      maxHeadBytes: MAX_HEAD_BYTES,
      maxBodyBytes: this.#maxBodyBytes,
      onReply: (_status, bytes, start, end, keepAlive, head, isFollowed) => {
        if (decoder === this.#decoder) this.#replied(head, bytes, start, end, keepAlive, isFollowed)
      },
      onError: (reason, offset) => {
        if (decoder !== this.#decoder) return
        const { id, events } = this.#options
        events.explained(id, `${reason}, at byte ${offset} of its connection`)
        this.#protocolError(reason)
      },
    })
    return decoder
  }
}
