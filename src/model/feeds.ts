/**
 * What each feed of a load did in the measured phase, in columns: element f is of feed f, its connection by number. Times are the response, within
 * 2 % (the largest is exact); null = among the unanswered, or nothing arrived.
 */
export interface FeedColumns {
  readonly arrivals: readonly number[]
  readonly accepted: readonly number[]
  /** Arrivals without an answer: they count as infinitely slow. */
  readonly unanswered: readonly number[]
  readonly p50Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
  readonly maxMs: readonly (number | null)[]
}

/** The feeds of all generators of a load. */
export interface FeedFigures extends FeedColumns {
  /** A time among the unanswered is at least this, ms. */
  readonly aboveMs: number
}

/** From the time at which a backlog is due until the last of its messages was answered, ms. */
export interface TimeToDrain {
  /** null: not every message was answered. */
  readonly ms: number | null
  /** Then, how long it was waited for; else null. */
  readonly aboveMs: number | null
}
