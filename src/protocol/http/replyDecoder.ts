import { endOfHead, readHead } from './head.ts'

const LF = 0x0a

export interface HttpReplyDecoderOptions {
  readonly maxHeadBytes: number
  readonly maxBodyBytes: number
  /** The body lies in `bytes[start, end)`, valid only during the call. `keepAlive` = the connection can take another request. */
  readonly onReply: (status: number, bytes: Uint8Array, start: number, end: number, keepAlive: boolean) => void
  /** What is no well-formed HTTP/1.1 reply; the decoder takes nothing more. */
  readonly onError: (reason: string) => void
}

type State = 'head' | 'body' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'until-close' | 'failed'

/**
 * Replies of an HTTP/1.1 connection without pipelining (RFC 9112), from chunks cut anywhere. Refused, as they are the shapes of response
 * smuggling: two different lengths, a length beside `chunked`, a bare CR or LF in the head, folded headers, a coding other than chunked.
 * A reply that lies in one chunk is handed on without a copy.
 */
export class HttpReplyDecoder {
  readonly #options: HttpReplyDecoderOptions
  #state: State = 'head'
  #status = 0
  #keepAlive = true
  /** Bytes of the body, or of the chunk, that are still to come. */
  #remaining = 0
  #held: Uint8Array = new Uint8Array(0)
  #heldBytes = 0
  #line = ''

  constructor(options: HttpReplyDecoderOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array, start: number, end: number): void {
    let at = start
    while (at < end && this.#state !== 'failed') at = this.#step(chunk, at, end)
  }

  /** The peer closed: ends a body that has no length. Returns whether that completed a reply. */
  close(): boolean {
    if (this.#state !== 'until-close') return false
    this.#finish(this.#held, 0, this.#heldBytes)
    return true
  }

  #step(chunk: Uint8Array, at: number, end: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(chunk, at, end)
      case 'body':
        return this.#readBody(chunk, at, end)
      case 'chunk-data':
        return this.#readChunk(chunk, at, end)
      case 'until-close':
        return this.#hold(chunk, at, end)
      default:
        return this.#readLine(chunk, at, end)
    }
  }

  #readHead(chunk: Uint8Array, at: number, end: number): number {
    if (this.#heldBytes === 0) {
      const headEnd = endOfHead(chunk, at, end)
      if (headEnd !== -1) return this.#headRead(chunk, at, headEnd)
    }
    // The head is cut: collect it byte-wise up to its end, which may itself be cut.
    const before = this.#heldBytes
    if (before + end - at > this.#options.maxHeadBytes + this.#options.maxBodyBytes)
      return this.#fail('reply head too long', end)
    this.#hold(chunk, at, end)
    const headEnd = endOfHead(this.#held, Math.max(0, before - 3), this.#heldBytes)
    if (headEnd === -1) {
      return this.#heldBytes > this.#options.maxHeadBytes
        ? this.#fail(`reply head longer than ${this.#options.maxHeadBytes} bytes`, end)
        : end
    }
    this.#heldBytes = 0
    this.#headRead(this.#held, 0, headEnd)
    return at + headEnd - before
  }

  /** `headEnd` = after the empty line. Returns it. */
  #headRead(bytes: Uint8Array, start: number, headEnd: number): number {
    if (headEnd - start > this.#options.maxHeadBytes)
      return this.#fail(`reply head longer than ${this.#options.maxHeadBytes} bytes`, headEnd)
    const head = readHead(bytes, start, headEnd)
    if (typeof head === 'string') return this.#fail(head, headEnd)
    if (head.status < 200) return headEnd
    this.#status = head.status
    this.#keepAlive = head.keepAlive
    this.#remaining = head.contentLength
    if (head.status === 204 || head.status === 304) this.#finish(bytes, headEnd, headEnd)
    else if (head.chunked) this.#state = 'chunk-size'
    else if (head.contentLength === -1) this.#toState('until-close', false)
    else if (head.contentLength > this.#options.maxBodyBytes)
      this.#fail(`body longer than ${this.#options.maxBodyBytes} bytes`, headEnd)
    else if (head.contentLength === 0) this.#finish(bytes, headEnd, headEnd)
    else this.#state = 'body'
    return headEnd
  }

  #toState(state: State, keepAlive: boolean): void {
    this.#state = state
    this.#keepAlive = keepAlive
  }

  #readBody(chunk: Uint8Array, at: number, end: number): number {
    const take = Math.min(this.#remaining, end - at)
    if (this.#heldBytes === 0 && take === this.#remaining) {
      this.#finish(chunk, at, at + take)
      return at + take
    }
    this.#hold(chunk, at, at + take)
    this.#remaining -= take
    if (this.#remaining === 0) this.#finish(this.#held, 0, this.#heldBytes)
    return at + take
  }

  #readChunk(chunk: Uint8Array, at: number, end: number): number {
    const take = Math.min(this.#remaining, end - at)
    this.#hold(chunk, at, at + take)
    this.#remaining -= take
    if (this.#remaining === 0) this.#state = 'chunk-end'
    return at + take
  }

  /** The line-wise parts of a chunked body: sizes, the line end after the data, the trailer. */
  #readLine(chunk: Uint8Array, at: number, end: number): number {
    const byte = chunk[at]!
    if (byte !== LF) {
      if (this.#line.endsWith('\r')) return this.#fail('bare CR in a chunked body', end)
      this.#line += String.fromCharCode(byte)
      return this.#line.length > 1024 ? this.#fail('line of a chunked body longer than 1024 bytes', end) : at + 1
    }
    if (!this.#line.endsWith('\r')) return this.#fail('bare LF in a chunked body', end)
    const line = this.#line.slice(0, -1)
    this.#line = ''
    this.#lineRead(line, end)
    return at + 1
  }

  #lineRead(line: string, end: number): void {
    if (this.#state === 'chunk-end') {
      if (line !== '') this.#fail('chunk longer than its size', end)
      else this.#state = 'chunk-size'
    } else if (this.#state === 'trailer') {
      if (line === '') this.#finish(this.#held, 0, this.#heldBytes)
    } else {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(;.*)?$/.exec(line)?.[1]
      if (size === undefined) return void this.#fail('chunk size is no hexadecimal number', end)
      this.#remaining = Number.parseInt(size, 16)
      if (this.#heldBytes + this.#remaining > this.#options.maxBodyBytes)
        this.#fail(`body longer than ${this.#options.maxBodyBytes} bytes`, end)
      else this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data'
    }
  }

  #finish(bytes: Uint8Array, start: number, end: number): void {
    this.#state = 'head'
    this.#heldBytes = 0
    this.#options.onReply(this.#status, bytes, start, end, this.#keepAlive)
  }

  #hold(chunk: Uint8Array, from: number, to: number): number {
    const needed = this.#heldBytes + to - from
    if (needed > this.#options.maxBodyBytes + this.#options.maxHeadBytes)
      return this.#fail(`body longer than ${this.#options.maxBodyBytes} bytes`, to)
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2, 4096))
      larger.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = larger
    }
    this.#held.set(chunk.subarray(from, to), this.#heldBytes)
    this.#heldBytes = needed
    return to
  }

  #fail(reason: string, end: number): number {
    this.#state = 'failed'
    this.#held = new Uint8Array(0)
    this.#options.onError(reason)
    return end
  }
}
