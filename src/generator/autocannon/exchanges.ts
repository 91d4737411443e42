import type { Fates } from '../../ledger/fate.ts'
import type { GeneratorPlan } from '../../model/generator.ts'
import type { Expectation, RequestDraft, RequestStream } from '../../model/stream.ts'
import type { ReplyFormat } from '../../protocol/http/format.ts'
import { verifyReply } from '../../protocol/http/verify.ts'
import { createDraft } from '../../workload/fhir/stream.ts'
import { createIdentity, IDENTITY_LENGTH } from '../../workload/identity.ts'
import { parsedSample, replyFormat } from '../content.ts'
import type { Recorder } from '../recorder.ts'
import { indexAt, positionOf } from '../share.ts'

/** A request as autocannon wants it. */
export interface AutocannonRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** The exchange that a client of autocannon has open. */
export interface Open {
  readonly index: number
  readonly atMs: number
  readonly expected: Expectation
}

export interface ExchangesOptions {
  readonly plan: GeneratorPlan
  readonly stream: RequestStream
  readonly recorder: Recorder
  readonly fates: Fates
  /** ms since the start of the run. */
  readonly now: () => number
}

/** Our stream's requests and the fate of each, whoever sends them. */
export class Exchanges {
  readonly #options: ExchangesOptions
  readonly #share: { readonly index: number; readonly of: number }
  readonly #draft: RequestDraft = createDraft()
  readonly #identityOf: (index: number) => string
  readonly #parses: (index: number) => boolean
  readonly #format: ReplyFormat
  /** Of requests whose answer is verified to be of now. */
  readonly #cacheControl: Record<string, string>
  #begun = 0
  open = 0

  constructor(options: ExchangesOptions) {
    const { plan } = options
    this.#options = options
    this.#share = { index: plan.index, of: plan.load.generators }
    this.#parses = parsedSample(plan)
    this.#format = replyFormat(plan)
    const cache = plan.load.protocol === 'fhir' ? plan.load.cache : 'default'
    this.#cacheControl = cache === 'default' ? {} : { 'Cache-Control': cache }
    const identity = createIdentity(plan.runKey, plan.loadIndex)
    const bytes = Buffer.alloc(IDENTITY_LENGTH)
    this.#identityOf = index => {
      identity.write(index, bytes, 0)
      return bytes.toString('latin1')
    }
  }

  /** The next request of the stream; it arrives now. */
  begin(): Open & { readonly request: AutocannonRequest } {
    const { plan, stream, recorder, fates, now } = this.#options
    const index = indexAt(this.#begun, this.#share)
    this.#begun++
    this.open++
    stream.render(index, this.#draft)
    const request = this.#requestOf(plan.basePath, index)
    const atMs = now()
    fates.plan(positionOf(index, this.#share) + 1)
    recorder.arrived(atMs, atMs)
    return { index, atMs, expected: stream.operations[this.#draft.operation]!, request }
  }

  /** @param durationMs from the request's write to the last byte of the reply, by autocannon's own clock */
  answered({ index, atMs, expected }: Open, status: number, body: string, durationMs: number): void {
    const { recorder, fates } = this.#options
    const bytes = Buffer.from(body)
    const verdict = verifyReply(expected, status, bytes, 0, bytes.length, this.#parses(index), this.#format)
    const { alarm, page, refusedEntries } = verdict
    const reason =
      page === undefined || page.next === null ? verdict.reason : 'a next page, which autocannon cannot read'
    const outcome = reason === null ? 'accepted' : 'rejected'
    if (reason !== null) recorder.because(reason)
    if (alarm !== null) recorder.alarm(alarm)
    recorder.answered(outcome, atMs, atMs, atMs, atMs + durationMs)
    fates.set(positionOf(index, this.#share), outcome, 1)
    if (refusedEntries !== undefined) fates.refuseEntries(positionOf(index, this.#share), refusedEntries)
    this.open--
  }

  unanswered({ index, atMs }: Open, outcome: 'unknown' | 'unfinished', reason: string | null): void {
    const { recorder, fates } = this.#options
    if (reason !== null) recorder.because(reason)
    recorder.unansweredAs(outcome, atMs)
    fates.set(positionOf(index, this.#share), outcome, 1)
    this.open--
  }

  #requestOf(basePath: string, index: number): AutocannonRequest {
    const { operation, method, path, ifNoneExist, body, contentType } = this.#draft
    const text = ({ bytes, length }: RequestDraft['path']) => Buffer.from(bytes.subarray(0, length)).toString('latin1')
    return {
      method,
      path: basePath + text(path),
      headers: {
        Accept: this.#format.mediaType,
        'Accept-Encoding': 'identity',
        'User-Agent': 'hl7bench',
        'X-Request-Id': this.#identityOf(index),
        ...(this.#options.stream.operations[operation]!.total !== null && this.#cacheControl),
        ...(ifNoneExist.length > 0 && { 'If-None-Exist': text(ifNoneExist) }),
        ...(method !== 'GET' && { 'Content-Type': contentType }),
      },
      body: Buffer.from(body.bytes.subarray(0, body.length)),
    }
  }
}
