import type { Expectation } from '../../model/stream.ts'
import type { DialledLinkOptions } from '../dialledLink.ts'
import type { Link } from '../link.ts'
import type { Bearer } from '../smart/bearer.ts'
import type { ReadPage, ReplyFormat } from './format.ts'
import { endsWithConnection, type Head } from './head.ts'
import { inflate } from './inflate.ts'
import { HttpLink } from './link.ts'
import { Paging } from './paging.ts'
import { mostAttemptsAfter, retryAfterMs } from './refusal.ts'
import { RequestBuffer, type RequestBufferOptions } from './requestBuffer.ts'
import { type Verdict, verifyReply } from './verify.ts'

export interface FhirLinkOptions extends DialledLinkOptions, RequestBufferOptions {
  /** URL of the FHIR base, without a trailing slash: next pages are below it. */
  readonly base: string
  /** Whether the reply to request `index` is parsed whole. */
  readonly parses: (index: number) => boolean
  /** Whether gzip was asked for; default not. */
  readonly compress?: boolean
  /** Whose header `encode` writes; default null = requests carry no token. */
  readonly bearer?: Bearer | null
  /** That was asked for; default JSON. */
  readonly format?: ReplyFormat
}

const MAX_BODY_BYTES = 64 * 1024 * 1024
const NONE = -1
const [UNAUTHORIZED, FORBIDDEN] = [401, 403]
const NO_HEADER = new Uint8Array(0)

/**
 * One HTTP/1.1 keep-alive connection carrying one FHIR request at a time. The pages of a search with a page limit are one exchange, and are asked for one
 * after the other under its identity.
 */
export function createFhirLink(options: FhirLinkOptions): Link {
  return new FhirLink(options)
}

/** Only a conditional create says whether the resource had been there. */
function acceptedAs({ existed }: Expectation, status: number): 'accepted' | 'repeated' | 'created' {
  if (existed === undefined) return 'accepted'
  return existed.includes(status) ? 'repeated' : 'created'
}

class FhirLink extends HttpLink {
  readonly #options: FhirLinkOptions
  readonly #request: RequestBuffer
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

  constructor(options: FhirLinkOptions) {
    super(options, MAX_BODY_BYTES)
    this.#options = options
    this.#request = new RequestBuffer(options)
    this.#bearer = options.bearer ?? null
  }

  override prepare(_slot: number, index: number): number {
    this.#isRepeat = false
    this.#prepare(index)
    return this.#request.length
  }

  override write(): void {
    this.send(this.#request.bytes)
  }

  #prepare(index: number): void {
    this.#paging?.begin()
    this.#begin(index)
    this.#request.make(index)
  }

  #begin(index: number): void {
    if (this.isHeld) this.refresh()
    if (this.#bearer !== null) this.#header = this.#bearer.header
    this.expect(index)
  }

  protected override answered(
    index: number,
    head: Readonly<Head>,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { id, events, parses } = this.#options
    const { status, retryAfter, date, coding } = head
    if (this.#bearer !== null && (status === UNAUTHORIZED || status === FORBIDDEN)) {
      if (status === UNAUTHORIZED && !this.#isRepeat) return this.#renew(this.#bearer, index)
      events.counted(id, 'auth-refused', 1)
    }
    const expected = this.#expected()
    const parse = parses(index) || (endsWithConnection(head) && expected.resourceType !== null)
    const verdict =
      coding === 'identity'
        ? verifyReply(expected, status, bytes, start, end, parse, this.#options.format)
        : this.#verifyInflated(expected, status, bytes.subarray(start, end), coding, parse)
    const { alarm, entries, refusedEntries, page } = verdict
    const reason = page === undefined ? this.#placed(verdict.reason) : this.#take(page, expected)
    if (page !== undefined && reason === null && this.#paging!.next !== null) return this.#readOn(index)
    if (entries !== undefined) {
      events.counted(id, 'entries', entries.answered)
      if (entries.failed > 0) events.counted(id, 'entries-failed', entries.failed)
    }
    if (refusedEntries !== undefined) events.entriesRefused(id, 0, refusedEntries)
    if (reason === null) return events.replied(id, 0, acceptedAs(expected, status), null, alarm)
    const mostAttempts = expected.statuses.includes(status) ? 0 : mostAttemptsAfter(status)
    if (mostAttempts === 0) events.replied(id, 0, 'rejected', reason, alarm)
    else events.deferred(id, 0, reason, { afterMs: retryAfterMs(retryAfter, date, Date.now()), mostAttempts })
  }

  /** Of pages beyond the first the total is not looked at: it may change while they are read. */
  #expected(): Expectation {
    const { expected } = this.#request
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

  /** Over a new connection where the server closed the one before: it has answered, so that nothing is lost. */
  #readOn(index: number): void {
    if (this.isOpen) this.#askForNext(index)
    else this.#paged = index
  }

  #askForNext(index: number): void {
    this.#paged = NONE
    this.#begin(index)
    this.#request.makePage(index, this.#paging!.next!)
    this.write()
  }

  /** Once for each request; the exchange goes on meanwhile, its fate known: the server has not done it. */
  #renew(bearer: Bearer, index: number): void {
    this.#isRepeat = true
    this.#again = index
    this.#hasRenewed = false
    const header = this.#header
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

  /** What waits for a token was answered: its connection may go. */
  protected override ended(reason: string): void {
    if (this.#again === NONE) super.ended(reason)
    else super.reset()
  }

  protected override reset(): void {
    this.#again = NONE
    this.#paged = NONE
    super.reset()
  }

  protected override refresh(): void {
    this.#request.refresh()
  }
}
