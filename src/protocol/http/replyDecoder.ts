import { beginsHead, endOfHead, type Head, headerFault, notHttp1, readHead } from './head.ts'

const LF = 0x0a
const TAB = 0x09
const DEL = 0x7f
/** Most interim replies (1xx) before a final one. */
const MOST_INTERIM = 16
/** Longest line of a chunked body: a size with its extension, or a trailer. */
const LONGEST_LINE_BYTES = 1024
/** Longest head that is kept, to be known again. */
const KEPT_HEAD_BYTES = 1024
/** A buffer that a large body needed is given back when the next one is small. */
const KEPT_BYTES = 1 << 20

export interface HttpReplyDecoderOptions {
  readonly maxHeadBytes: number
  readonly maxBodyBytes: number
  /**
   * The body lies in `bytes[start, end)`, valid only during the call. `keepAlive` = the server leaves the connection open. `isFollowed` = further
   * bytes came with it, which answer nothing that was asked by then.
   */
  readonly onReply: (
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    keepAlive: boolean,
    head: Readonly<Head>,
    isFollowed: boolean,
  ) => void
  /** What is no well-formed HTTP/1.1 reply, and at which byte of the stream; the decoder takes nothing more. */
  readonly onError: (reason: string, offset: number) => void
}

type State = 'head' | 'body' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'until-close' | 'failed'

/**
 * Replies of an HTTP/1.1 connection without pipelining (RFC 9112), from chunks cut anywhere. Refused, as they are the shapes of response
 * smuggling: two different lengths, a length beside `chunked`, a body after 204, a bare CR or LF, control characters, folded headers, headers
 * without a colon or with white space before it, a coding other than chunked, sizes that are not plain digits. Bounded: heads, bodies, lines
 * of chunked bodies and their sum, interim replies.
 * A reply that lies in one chunk is handed on without a copy.
 */
export class HttpReplyDecoder {
  readonly #options: HttpReplyDecoderOptions
  #state: State = 'head'
  #head: Head | null = null
  /** The bytes of `#head`, as far as they are kept: mostly a server sends the same ones again. */
  readonly #headBytes = new Uint8Array(KEPT_HEAD_BYTES)
  #headLength = 0
  #keepAlive = true
  /** Bytes of the body, or of the chunk, that are still to come. */
  #remaining = 0
  #held: Uint8Array = new Uint8Array(0)
  #heldBytes = 0
  #line = ''
  /** Bytes of sizes, extensions and trailers of the body at hand. */
  #lineBytes = 0
  #interim = 0
  /** The body of a reply that is whole, to be handed on; null = none. */
  #body: Uint8Array | null = null
  #bodyStart = 0
  #bodyEnd = 0
  /** Bytes of the stream before the chunk at hand, and before index 0 of its array. */
  #before = 0
  #base = 0
  /** Where in the stream the held head began. */
  #headAt = 0

  constructor(options: HttpReplyDecoderOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array, start: number, end: number): void {
    let at = start
    this.#base = this.#before - start
    while (at < end && this.#state !== 'failed') {
      at = this.#step(chunk, at, end)
      if (this.#body !== null) this.#handOn(this.#body, at < end)
    }
    this.#before += end - start
  }

  /** Whether nothing has come of a reply since the last one. */
  get isIdle(): boolean {
    return this.#state === 'head' && this.#heldBytes === 0
  }

  /** The peer closed: ends a body that has no length. Returns whether that completed a reply. */
  close(): boolean {
    if (this.#state !== 'until-close') return false
    this.#finish(this.#held, 0, this.#heldBytes)
    this.#handOn(this.#held, false)
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
      if (this.#isSameHead(chunk, at, end))
        return this.#begin(this.#head!, chunk, at, at + this.#headLength, this.#base)
      const headEnd = endOfHead(chunk, at, end)
      if (headEnd !== -1) return this.#headRead(chunk, at, headEnd, this.#base)
      this.#headAt = this.#base + at
    }
    // The head is cut: collect it byte-wise up to its end, which may itself be cut.
    const before = this.#heldBytes
    if (before + end - at > this.#options.maxHeadBytes + this.#options.maxBodyBytes)
      return this.#fail('reply head too long', this.#headAt, end)
    this.#hold(chunk, at, end)
    if (!beginsHead(this.#held, 0, this.#heldBytes)) return this.#fail(notHttp1(0).reason, this.#headAt, end)
    const headEnd = endOfHead(this.#held, Math.max(0, before - 3), this.#heldBytes)
    if (headEnd === -1) {
      return this.#heldBytes > this.#options.maxHeadBytes
        ? this.#fail(`reply head longer than ${this.#options.maxHeadBytes} bytes`, this.#headAt, end)
        : end
    }
    this.#heldBytes = 0
    this.#headRead(this.#held, 0, headEnd, this.#headAt)
    return at + headEnd - before
  }

  /** `headEnd` = after the empty line; `base` = where in the stream index 0 of `bytes` is. Returns `headEnd`. */
  #headRead(bytes: Uint8Array, start: number, headEnd: number, base: number): number {
    if (headEnd - start > this.#options.maxHeadBytes)
      return this.#fail(`reply head longer than ${this.#options.maxHeadBytes} bytes`, base + start, headEnd)
    const head = readHead(bytes, start, headEnd)
    if ('reason' in head) return this.#fail(head.reason, base + head.at, headEnd)
    if (head.status < 200) return this.#interimRead(head.status, base + start, headEnd)
    this.#head = head
    this.#headLength = headEnd - start <= KEPT_HEAD_BYTES ? headEnd - start : 0
    for (let i = 0; i < this.#headLength; i++) this.#headBytes[i] = bytes[start + i]!
    return this.#begin(head, bytes, start, headEnd, base)
  }

  /** Whether the bytes from `at` on are those of the head before, which tell where they end. */
  #isSameHead(chunk: Uint8Array, at: number, end: number): boolean {
    if (this.#headLength === 0 || end - at < this.#headLength) return false
    for (let i = 0; i < this.#headLength; i++) if (chunk[at + i] !== this.#headBytes[i]) return false
    return true
  }

  /** Begins the body of a final reply. Returns `headEnd`. */
  #begin(head: Head, bytes: Uint8Array, start: number, headEnd: number, base: number): number {
    this.#interim = 0
    this.#lineBytes = 0
    this.#keepAlive = head.keepAlive
    this.#remaining = head.contentLength
    if (head.status === 204 && (head.chunked || head.contentLength > 0))
      this.#fail('a body with status 204', base + start, headEnd)
    else if (head.status === 204 || head.status === 304) this.#finish(bytes, headEnd, headEnd)
    else if (head.chunked) this.#state = 'chunk-size'
    else if (head.contentLength === -1) this.#toState('until-close', false)
    else if (head.contentLength > this.#options.maxBodyBytes)
      this.#fail(`body longer than ${this.#options.maxBodyBytes} bytes`, base + start, headEnd)
    else if (head.contentLength === 0) this.#finish(bytes, headEnd, headEnd)
    else this.#state = 'body'
    return headEnd
  }

  /** 100 and 103 announce a reply; 101 would end HTTP on this connection, and nobody asked for it. */
  #interimRead(status: number, offset: number, headEnd: number): number {
    if (status === 101) return this.#fail('protocol switched unasked', offset, headEnd)
    if (++this.#interim > MOST_INTERIM) return this.#fail(`more than ${MOST_INTERIM} interim replies`, offset, headEnd)
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
    const offset = this.#base + at
    if (++this.#lineBytes > this.#options.maxHeadBytes + this.#heldBytes * 8)
      return this.#fail('more chunk sizes, extensions and trailers than body', offset, end)
    if (byte !== LF) {
      if (this.#line.endsWith('\r')) return this.#fail('bare CR in a chunked body', offset, end)
      this.#line += String.fromCharCode(byte)
      return this.#line.length > LONGEST_LINE_BYTES
        ? this.#fail(`line of a chunked body longer than ${LONGEST_LINE_BYTES} bytes`, offset, end)
        : at + 1
    }
    if (!this.#line.endsWith('\r')) return this.#fail('bare LF in a chunked body', offset, end)
    const line = this.#line.slice(0, -1)
    this.#line = ''
    const reason = this.#lineRead(line)
    return reason === null ? at + 1 : this.#fail(reason, offset - line.length - 1, end)
  }

  /** Takes a line without its end; returns what is wrong with it, or null. */
  #lineRead(line: string): string | null {
    if (this.#state === 'chunk-end') {
      if (line !== '') return 'chunk longer than its size'
      this.#state = 'chunk-size'
      return null
    }
    if (this.#state === 'trailer') return this.#trailerRead(line)
    const size = /^([0-9a-fA-F]{1,12})([ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/.exec(line)?.[1]
    if (size === undefined) return 'chunk size is no hexadecimal number'
    this.#remaining = Number.parseInt(size, 16)
    if (this.#heldBytes + this.#remaining > this.#options.maxBodyBytes)
      return `body longer than ${this.#options.maxBodyBytes} bytes`
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data'
    return null
  }

  #trailerRead(line: string): string | null {
    if (line === '') {
      this.#finish(this.#held, 0, this.#heldBytes)
      return null
    }
    const bytes = Uint8Array.from(line, character => character.charCodeAt(0))
    return headerFault(bytes, 0, bytes.length) ?? (bytes.some(isControl) ? 'control character in the trailer' : null)
  }

  #finish(bytes: Uint8Array, start: number, end: number): void {
    this.#state = 'head'
    this.#heldBytes = 0
    this.#body = bytes
    this.#bodyStart = start
    this.#bodyEnd = end
  }

  #handOn(bytes: Uint8Array, isFollowed: boolean): void {
    const [start, end] = [this.#bodyStart, this.#bodyEnd]
    this.#body = null
    if (this.#held.length > KEPT_BYTES && end - start <= KEPT_BYTES) this.#held = new Uint8Array(0)
    const head = this.#head!
    this.#options.onReply(head.status, bytes, start, end, this.#keepAlive, head, isFollowed)
  }

  #hold(chunk: Uint8Array, from: number, to: number): number {
    const needed = this.#heldBytes + to - from
    if (needed > this.#options.maxBodyBytes + this.#options.maxHeadBytes)
      return this.#fail(`body longer than ${this.#options.maxBodyBytes} bytes`, this.#base + from, to)
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2, 4096))
      larger.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = larger
    }
    this.#held.set(chunk.subarray(from, to), this.#heldBytes)
    this.#heldBytes = needed
    return to
  }

  #fail(reason: string, offset: number, end: number): number {
    this.#state = 'failed'
    this.#held = new Uint8Array(0)
    this.#line = ''
    this.#options.onError(reason, offset)
    return end
  }
}

const isControl = (byte: number): boolean => (byte < 0x20 && byte !== TAB) || byte === DEL
