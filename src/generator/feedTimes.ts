const LOWEST_MS = 0.05
const HIGHEST_MS = 3_600_000
/** A bucket's geometric middle is at most sqrt(1.04) - 1 = 1.98 % off what is in it. */
const RATIO = 1.04
const PER_LOG = 1 / Math.log(RATIO)
const BUCKETS = 1 + Math.ceil(Math.log(HIGHEST_MS / LOWEST_MS) * PER_LOG)
const WORD = 2 ** 16

/**
 * Counts of times for each of many feeds, in buckets of logarithmic width: under 1 kB for a feed, however many times are recorded.
 * Times from 0.05 ms to 1 h are told within 2 %; shorter ones as at most 0.05 ms.
 */
export class FeedTimes {
  readonly #counts: Uint16Array
  /** How often a bucket's count went beyond 16 bits. */
  readonly #carries = new Map<number, number>()
  readonly #maxMs: Float64Array

  constructor(feeds: number) {
    this.#counts = new Uint16Array(feeds * BUCKETS)
    this.#maxMs = new Float64Array(feeds)
  }

  record(feed: number, ms: number): void {
    const at = feed * BUCKETS + bucketOf(ms)
    const count = this.#counts[at]! + 1
    this.#counts[at] = count
    if (count === WORD) this.#carries.set(at, (this.#carries.get(at) ?? 0) + 1)
    if (ms > this.#maxMs[feed]!) this.#maxMs[feed] = ms
  }

  /** The largest time of a feed, exact, ms; 0 without one. */
  maxMs(feed: number): number {
    return this.#maxMs[feed]!
  }

  /** The time at `rank` (from 1) among those of a feed in ascending order, ms; null when there are not so many. */
  atRank(feed: number, rank: number): number | null {
    let left = rank
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const at = feed * BUCKETS + bucket
      left -= this.#counts[at]! + WORD * (this.#carries.get(at) ?? 0)
      if (left <= 0) return Math.min(middleMs(bucket), this.#maxMs[feed]!)
    }
    return null
  }
}

function bucketOf(ms: number): number {
  return ms <= LOWEST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LOWEST_MS) * PER_LOG))
}

const middleMs = (bucket: number): number => (bucket === 0 ? LOWEST_MS : LOWEST_MS * RATIO ** (bucket - 0.5))
