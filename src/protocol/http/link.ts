import type { Bytes, Expectation, RequestDraft, RequestStream } from '../../model/stream.ts'
import { CLOSED_BY_PEER } from '../dial.ts'
import { DialledLink, type DialledLinkOptions } from '../dialledLink.ts'
import type { Link } from '../link.ts'
import type { Bearer } from '../smart/bearer.ts'
import type { ReadPage, ReplyFormat } from './format.ts'
import type { Head } from './head.ts'
import { inflate } from './inflate.ts'
import { Paging } from './paging.ts'
import { mostAttemptsAfter, retryAfterMs } from './refusal.ts'
import { HttpReplyDecoder } from './replyDecoder.ts'
import type { EncodeRequest } from './request.ts'
import { type Verdict, verifyReply } from './verify.ts'

export interface HttpLinkOptions extends DialledLinkOptions {
  readonly stream: RequestStream
  readonly encode: EncodeRequest
  /** URL of the FHIR base, without a trailing slash: next pages are below it. */
  readonly base: string
  /** Writes the identity of request `index` (X-Request-Id) and returns it; the bytes are reused. */
  readonly identityOf: (index: number) => Uint8Array
  /** Whether the reply to request `index` is parsed whole. */
  readonly parses: (index: number) => boolean
  /** Whether gzip was asked for; default not. */
  readonly compress?: boolean
  /** Whose header `encode` writes; default null = requests carry no token. */
  readonly bearer?: Bearer | null
  /** That was asked for; default JSON. */
  readonly format?: ReplyFormat
}

const MAX_HEAD_BYTES = 64 * 1024
const MAX_BODY_BYTES = 64 * 1024 * 1024
const NONE = -1
const [UNAUTHORIZED, FORBIDDEN] = [401, 403]
const NO_HEADER = new Uint8Array(0)

/**
 * One HTTP/1.1 keep-alive connection carrying one FHIR request at a time. The pages of a search with a page limit are one exchange, and are asked for one
 * after the other under its identity.
 */
export function createHttpLink(options: HttpLinkOptions): Link {
  return new HttpLink(options)
}

class HttpLink extends DialledLink {
  readonly #options: HttpLinkOptions
  readonly #draft: RequestDraft = newDraft()
  #request: Bytes = { bytes: new Uint8Array(4096), length: 0 }
  #decoder: HttpReplyDecoder
  #index = NONE
  #operation = 0
  /** Where the stream of bytes stood after the last request. */
  #end = 0
  readonly #bearer: Bearer | null
  /** The token that the last request carried. */
  #header: Uint8Array = NO_HEADER
  /** Refused for its token, and to be sent once more: as soon as there is another, and the connection open. */
  #again = NONE
  #hasRenewed = false
  #isRepeat = false
  /** Of the search in flight, since one had pages; null = none ever had. */
  #paging: Paging | null = null
  /** The search whose next page is asked for as soon as the connection is open. */
  #paged = NONE

  constructor(options: HttpLinkOptions) {
    super(options)
    this.#options = options
    this.#bearer = options.bearer ?? null
    this.#decoder = this.#newDecoder()
    this.connection.dial()
  }

  override prepare(_slot: number, index: number): number {
    this.#isRepeat = false
    this.#prepare(index)
    return this.#request.length
  }

  override write(): void {
    this.connection.write(this.#request.bytes.subarray(0, this.#request.length))
    this.#end = this.connection.bytesOut
  }

  #prepare(index: number): void {
    this.#options.stream.render(index, this.#draft)
    this.#operation = this.#draft.operation
    this.#paging?.begin()
    this.#encode(index)
  }

  #encode(index: number): void {
    const { stream, encode, identityOf } = this.#options
    if (this.connection.holds(this.#end)) this.#request = freshBytes(this.#request)
    if (this.#bearer !== null) this.#header = this.#bearer.header
    encode(this.#draft, identityOf(index), this.#request, stream.operations[this.#operation]!.total !== null)
    this.#index = index
  }

  protected override read(bytes: Uint8Array, length: number): void {
    this.#decoder.push(bytes, 0, length)
  }

  #replied(
    { status, retryAfter, coding }: Readonly<Head>,
    bytes: Uint8Array,
    start: number,
    end: number,
    keepAlive: boolean,
  ): void {
    const { id, events, parses } = this.#options
    const index = this.#index
    if (index === NONE) return this.#protocolError('a reply that was not asked for')
    this.#index = NONE
    if (this.#bearer !== null && (status === UNAUTHORIZED || status === FORBIDDEN)) {
      if (status === UNAUTHORIZED && !this.#isRepeat) return this.#renew(this.#bearer, index, keepAlive)
      events.counted(id, 'auth-refused', 1)
    }
    const expected = this.#expected()
    const verdict =
      coding === 'identity'
        ? verifyReply(expected, status, bytes, start, end, parses(index), this.#options.format)
        : this.#verifyInflated(expected, status, bytes.subarray(start, end), coding, parses(index))
    this.connection.proven()
    const { alarm, entries, page } = verdict
    const reason = page === undefined ? this.#placed(verdict.reason) : this.#take(page, expected)
    if (page !== undefined && reason === null && this.#paging!.next !== null) return this.#readOn(index, keepAlive)
    if (!keepAlive) this.redial()
    if (entries !== undefined) {
      events.counted(id, 'entries', entries.answered)
      if (entries.failed > 0) events.counted(id, 'entries-failed', entries.failed)
    }
    if (reason === null)
      return events.replied(id, 0, status === expected.existed ? 'repeated' : 'accepted', null, alarm)
    const mostAttempts = expected.statuses.includes(status) ? 0 : mostAttemptsAfter(status)
    if (mostAttempts === 0) events.replied(id, 0, 'rejected', reason, alarm)
    else events.deferred(id, 0, reason, { afterMs: retryAfterMs(retryAfter, Date.now()), mostAttempts })
  }

  /** Of pages beyond the first the total is not looked at: it may change while they are read. */
  #expected(): Expectation {
    const expected = this.#options.stream.operations[this.#operation]!
    return this.#isBeyondFirst() ? { ...expected, total: null } : expected
  }

  #isBeyondFirst(): boolean {
    return this.#paging !== null && this.#paging.read > 0
  }

  #placed(reason: string | null): string | null {
    return reason !== null && this.#isBeyondFirst() ? `next page: ${reason}` : reason
  }

  /** Counts a page and finds the next one. Returns what is wrong, or null. */
  #take(page: ReadPage, { pageLimit = 1 }: Expectation): string | null {
    const { id, events, base } = this.#options
    this.#paging ??= new Paging(base)
    const reason = this.#paging.take(page, pageLimit)
    events.counted(id, 'pages', 1)
    events.counted(id, 'matches', page.matches)
    if (this.#paging.isCut) events.counted(id, 'page-limit-reached', 1)
    return reason
  }

  /** Over a new connection where the server closes this one: it has answered, so that nothing is lost. */
  #readOn(index: number, keepAlive: boolean): void {
    if (keepAlive) return this.#askForNext(index)
    this.redial()
    this.#paged = index
  }

  #askForNext(index: number): void {
    const { path, ifNoneExist, body } = this.#draft
    this.#paged = NONE
    this.#draft.method = 'GET'
    path.bytes = Buffer.from(this.#paging!.next!)
    path.length = path.bytes.length
    ifNoneExist.length = 0
    body.length = 0
    this.#encode(index)
    this.write()
  }

  /** Once for each request; the exchange goes on meanwhile, its fate known: the server has not done it. */
  #renew(bearer: Bearer, index: number, keepAlive: boolean): void {
    this.#isRepeat = true
    this.#again = index
    this.#hasRenewed = false
    this.connection.proven()
    const header = this.#header
    if (!keepAlive) this.#dialAgain()
    void bearer.renew(header).then(isNew => {
      if (this.#again !== index || this.#header !== header) return
      this.#hasRenewed = true
      if (!isNew) this.#giveUp()
      else if (this.isOpen) this.#repeat()
    })
  }

  #repeat(): void {
    const { id, events } = this.#options
    const index = this.#again
    this.#again = NONE
    events.counted(id, 'auth-repeats', 1)
    this.#prepare(index)
    this.write()
  }

  #giveUp(): void {
    const { id, events } = this.#options
    this.#again = NONE
    events.counted(id, 'auth-refused', 1)
    events.replied(id, 0, 'rejected', `http ${UNAUTHORIZED}`, null)
  }

  protected override opened(): void {
    if (this.#paged !== NONE) this.#askForNext(this.#paged)
    else if (this.#again !== NONE && this.#hasRenewed) this.#repeat()
    super.opened()
  }

  /** A new connection for what waits to be sent again. */
  #dialAgain(): void {
    const again = this.#again
    this.redial()
    this.#again = again
  }

  #verifyInflated(
    expected: Expectation,
    status: number,
    body: Uint8Array,
    coding: Head['coding'],
    parse: boolean,
  ): Verdict {
    const whole = inflate(body, coding, this.#options.compress ?? false, MAX_BODY_BYTES)
    return typeof whole === 'string'
      ? { reason: whole, alarm: null }
      : verifyReply(expected, status, whole, 0, whole.length, parse, this.#options.format)
  }

  /** What follows on this connection cannot be told apart: the exchange in flight was answered wrongly. */
  #protocolError(reason: string): void {
    const { id, events } = this.#options
    const index = this.#index
    this.redial()
    if (index !== NONE) events.replied(id, 0, 'mismatched', reason, null)
    events.lost(id, reason)
  }

  /** A body without a length ends with its connection, if in good order: that is a reply, not a loss. */
  protected override ended(reason: string): void {
    if (this.#again !== NONE) return this.#forget()
    if (reason !== CLOSED_BY_PEER || !this.#decoder.close()) super.ended(reason)
  }

  protected override reset(): void {
    this.#again = NONE
    this.#paged = NONE
    this.#forget()
  }

  #forget(): void {
    this.#index = NONE
    this.#request = freshBytes(this.#request)
    this.#decoder = this.#newDecoder()
  }

  #newDecoder(): HttpReplyDecoder {
    const decoder: HttpReplyDecoder = new HttpReplyDecoder({
      maxHeadBytes: MAX_HEAD_BYTES,
      maxBodyBytes: MAX_BODY_BYTES,
      onReply: (_status, bytes, start, end, keepAlive, head) => {
        if (decoder === this.#decoder) this.#replied(head, bytes, start, end, keepAlive)
      },
      onError: reason => {
        if (decoder === this.#decoder) this.#protocolError(reason)
      },
    })
    return decoder
  }
}

/** A request that is still being written must not be overwritten by the next one. */
function freshBytes(former: Bytes): Bytes {
  return { bytes: new Uint8Array(Math.min(former.bytes.length, 65536)), length: 0 }
}

function newDraft(): RequestDraft {
  const bytes = (): Bytes => ({ bytes: new Uint8Array(1024), length: 0 })
  return {
    operation: 0,
    method: 'GET',
    path: bytes(),
    ifNoneExist: bytes(),
    body: bytes(),
    contentType: 'application/fhir+json',
  }
}
