import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthMaterial } from '../../model/auth.ts'
import { fetchToken, tokenUrlOf } from './fetchToken.ts'
import { TokenProblem } from './problem.ts'
import type { Token } from './token.ts'
import type { Guarded } from './tokenUrl.ts'

/** Of a token's lifetime, after which the next one is fetched. */
const REFRESH_AT = 0.8
/** Least time between two requests for a token, however short its life; doubled with each failure. */
export const LEAST_BETWEEN_TOKENS_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const LONGEST_FETCH_MS = 10_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a bearer tells whoever counts. */
export interface BearerEvents {
  refreshed(): void
  /** `what`: an error code, or `http 400 invalid_client`. */
  failed(what: string): void
}

/**
 * The access token of all links of one process, as header bytes that are replaced whole when a new token has come: at 80 % of its lifetime,
 * or when the server does not take it any more. There is one request for a token at a time.
 */
export class Bearer {
  readonly #auth: AuthMaterial
  readonly #server: Guarded
  readonly #tokenUrl: string
  readonly #closed = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #fetching: Promise<boolean> | null = null
  #askedMs: number
  #pauseMs = LEAST_BETWEEN_TOKENS_MS
  #goodUntilMs = 0
  #events: BearerEvents = { refreshed() {}, failed() {} }
  /** `Authorization: Bearer ..` with its line end: another array with each token. */
  header: Uint8Array

  private constructor(auth: AuthMaterial, server: Guarded, tokenUrl: string, token: Token) {
    this.#auth = auth
    this.#server = server
    this.#tokenUrl = tokenUrl
    this.#askedMs = performance.now()
    this.header = headerOf(token)
    this.#replaceInTime(token)
  }

  /** Fetches the first token. Throws TokenProblem. */
  static async begin(auth: AuthMaterial, server: Guarded, signal: AbortSignal): Promise<Bearer> {
    const tokenUrl = await tokenUrlOf(auth, server, signal)
    return new Bearer(auth, server, tokenUrl, await fetchToken(auth, tokenUrl, server, signal))
  }

  /** Tells from now on of tokens fetched. */
  observe(events: BearerEvents): void {
    this.#events = events
  }

  /**
   * The server did not take a request with `header`. Resolves with whether there is another token now; at once when there is one already,
   * or when the last request for one was less than a second ago (longer, up to 30 s, where they fail): another would be refused as well.
   * A token whose life was shorter than that second is waited for.
   */
  async renew(header: Uint8Array): Promise<boolean> {
    if (header !== this.header) return true
    const nowMs = performance.now()
    const restMs = this.#fetching === null ? this.#askedMs + this.#pauseMs - nowMs : 0
    if (restMs <= 0) return await this.#refresh()
    const hasFailed = this.#pauseMs > LEAST_BETWEEN_TOKENS_MS
    if (hasFailed || nowMs < this.#goodUntilMs) return false
    await sleep(restMs, undefined, { signal: this.#closed.signal }).catch(() => {})
    return !this.#closed.signal.aborted && (await this.renew(header))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#closed.abort()
  }

  #refresh(): Promise<boolean> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null
    })
    return this.#fetching
  }

  async #fetch(): Promise<boolean> {
    clearTimeout(this.#timer)
    this.#askedMs = performance.now()
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(LONGEST_FETCH_MS)])
    try {
      const token = await fetchToken(this.#auth, this.#tokenUrl, this.#server, signal)
      this.header = headerOf(token)
      this.#pauseMs = LEAST_BETWEEN_TOKENS_MS
      this.#replaceInTime(token)
      this.#events.refreshed()
      return true
    } catch (error) {
      if (this.#closed.signal.aborted) return false
      this.#events.failed(error instanceof TokenProblem ? error.what : 'error')
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
      this.#wakeAfter(this.#pauseMs)
      return false
    }
  }

  #replaceInTime({ lifetimeMs }: Token): void {
    this.#goodUntilMs = this.#askedMs + lifetimeMs
    this.#wakeAfter(Math.max(LEAST_BETWEEN_TOKENS_MS, lifetimeMs * REFRESH_AT))
  }

  #wakeAfter(ms: number): void {
    if (this.#closed.signal.aborted) return
    this.#timer = setTimeout(() => void this.#refresh(), Math.min(ms, LONGEST_TIMER_MS))
  }
}

const headerOf = ({ value }: Token): Uint8Array => new TextEncoder().encode(`Authorization: Bearer ${value}\r\n`)
