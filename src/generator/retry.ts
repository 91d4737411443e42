import type { CountName } from '../model/counts.ts'
import type { RetryPolicy } from '../model/scenario.ts'
import type { Refusal } from '../protocol/link.ts'
import { hash32, uniform } from '../workload/random.ts'

const JITTER = 0x72657472
/** Retries allowed before the first requests have earned any, and the most that can be saved up. */
const FIRST_TOKENS = 10
const MOST_TOKENS = 100

/** Whether and when a failed message is sent again: exponential backoff with full jitter from the seed, within a budget. */
export class Retry {
  readonly #policy: RetryPolicy
  readonly #maxAttempts: number
  readonly #seed: number
  readonly #arrivals: () => number
  #tokens = FIRST_TOKENS
  #earned = 0

  /** @param arrivals messages so far: each earns its share of a retry */
  constructor(policy: RetryPolicy, maxAttempts: number, seed: number, arrivals: () => number) {
    this.#policy = policy
    this.#maxAttempts = maxAttempts
    this.#seed = seed
    this.#arrivals = arrivals
  }

  /**
   * The wait before message `index` is sent again after `attempts` sends, ms, paid for from the budget; or why it is not sent again.
   * Full jitter: uniform between 0 and base x 2^(attempts - 1), cut at the longest backoff (M. Brooker, "Exponential Backoff And
   * Jitter", AWS, 2015); a wait that the peer asks for comes first and the jitter on top, so that clients do not come back together.
   */
  waitMs(index: number, attempts: number, { afterMs, mostAttempts }: Refusal): number | CountName {
    const { backoffMs, maxBackoffMs, maxRetryAfterMs } = this.#policy
    if (attempts >= Math.min(this.#maxAttempts, mostAttempts)) return 'attempts-exhausted'
    if (afterMs > maxRetryAfterMs) return 'retry-after-too-long'
    this.#earn()
    if (this.#tokens < 1) return 'budget-exhausted'
    this.#tokens--
    const ceilingMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempts - 1))
    return afterMs + ceilingMs * uniform(hash32(this.#seed, JITTER, attempts), JITTER, index)
  }

  #earn(): void {
    const arrivals = this.#arrivals()
    this.#tokens = Math.min(MOST_TOKENS, this.#tokens + (arrivals - this.#earned) * this.#policy.budget)
    this.#earned = arrivals
  }
}
