import type { FeedColumns } from '../model/feeds.ts'
import { FeedTimes } from './feedTimes.ts'
import type { MeasuredPhase } from './recorder.ts'

/** Beyond the buckets' own precision digits are noise, and results hold six numbers for each of thousands of feeds. */
const DIGITS = 5

/** What each feed of a generator does in the measured phase: constant in size, nothing is allocated for a message. */
export class FeedRecorder {
  readonly #phase: MeasuredPhase
  readonly #times: FeedTimes
  readonly #arrivals: Float64Array
  readonly #accepted: Float64Array
  readonly #rejected: Float64Array
  readonly #unanswered: Float64Array

  constructor(feeds: number, phase: MeasuredPhase) {
    this.#phase = phase
    this.#times = new FeedTimes(feeds)
    this.#arrivals = new Float64Array(feeds)
    this.#accepted = new Float64Array(feeds)
    this.#rejected = new Float64Array(feeds)
    this.#unanswered = new Float64Array(feeds)
  }

  arrived(feed: number, intendedMs: number): void {
    if (this.#isMeasured(intendedMs)) this.#arrivals[feed]!++
  }

  answered(feed: number, outcome: 'accepted' | 'rejected', intendedMs: number, doneMs: number): void {
    if (!this.#isMeasured(intendedMs)) return
    const counts = outcome === 'accepted' ? this.#accepted : this.#rejected
    counts[feed]!++
    this.#times.record(feed, doneMs - intendedMs)
  }

  unanswered(feed: number, intendedMs: number): void {
    if (this.#isMeasured(intendedMs)) this.#unanswered[feed]!++
  }

  /** @throws Error when an arrival of a feed is not accounted for: a defect of the generator, never of the target. */
  checkConservation(): void {
    const feed = this.#arrivals.findIndex((arrivals, at) => arrivals !== this.#answeredBy(at) + this.#unanswered[at]!)
    if (feed < 0) return
    throw new Error(
      `outcomes of feed ${feed} do not add up: ${this.#answeredBy(feed) + this.#unanswered[feed]!} of ${this.#arrivals[feed]} measured arrivals; please report this as a defect of hl7bench`,
    )
  }

  columns(): FeedColumns {
    const feeds = Array.from(this.#arrivals.keys())
    return {
      arrivals: [...this.#arrivals],
      accepted: [...this.#accepted],
      unanswered: [...this.#unanswered],
      p50Ms: feeds.map(feed => this.#quantileMs(feed, 50)),
      p99Ms: feeds.map(feed => this.#quantileMs(feed, 99)),
      maxMs: feeds.map(feed => this.#quantileMs(feed, 100)),
    }
  }

  /** Over every arrival: the smallest time that `hundredths` of them do not exceed. */
  #quantileMs(feed: number, hundredths: number): number | null {
    const rank = Math.max(1, Math.ceil((hundredths * this.#arrivals[feed]!) / 100))
    if (rank > this.#answeredBy(feed)) return null
    const ms = hundredths === 100 ? this.#times.maxMs(feed) : this.#times.atRank(feed, rank)!
    return Number(ms.toPrecision(DIGITS))
  }

  #answeredBy(feed: number): number {
    return this.#accepted[feed]! + this.#rejected[feed]!
  }

  #isMeasured(intendedMs: number): boolean {
    return intendedMs >= this.#phase.fromMs && intendedMs < this.#phase.untilMs
  }
}
