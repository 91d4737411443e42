import type { OpenWorkload } from '../model/scenario.ts'
import type { ArrivalCursor, ScheduleShare } from './arrivals.ts'
import { hash32, uniform } from './random.ts'
import { pieceAt, type RatePiece, timeAt } from './rateProfile.ts'

const [FEED_GAPS, FEED_PHASES] = [0x66656564, 0x70686173]

/**
 * The schedules of many feeds, each of its own, merged by a heap: O(log feeds) for an arrival, a few numbers for each feed. Feed f of the load is feed
 * (f - index) / of of generator f mod `of`; arrivals are numbered in the order in which they come in this generator.
 * @param feeds of this generator
 * @param pieces the rate of one feed
 */
export function feedArrivals(
  kind: OpenWorkload['arrivals'],
  pieces: readonly RatePiece[],
  seed: number,
  share: ScheduleShare,
  feeds: number,
): ArrivalCursor {
  const schedules = new FeedSchedules(kind, pieces, seed, share, feeds)
  const heap = new FeedHeap(schedules.timeMs)
  let index = share.index
  return {
    get index() {
      return index
    },
    get timeMs() {
      return schedules.timeMs[heap.first]!
    },
    get feed() {
      return heap.first
    },
    advance() {
      index += share.of
      schedules.advance(heap.first)
      heap.sink()
    },
  }
}

/** When the next message of each feed is due. */
class FeedSchedules {
  readonly timeMs: Float64Array
  readonly #isPoisson: boolean
  readonly #pieces: readonly RatePiece[]
  readonly #seed: number
  readonly #share: ScheduleShare
  /** Integral of the feed's rate at which its next message is due. */
  readonly #count: Float64Array
  readonly #nth: Float64Array
  readonly #piece: Int32Array

  constructor(
    kind: OpenWorkload['arrivals'],
    pieces: readonly RatePiece[],
    seed: number,
    share: ScheduleShare,
    feeds: number,
  ) {
    this.#isPoisson = kind === 'poisson'
    this.#pieces = pieces
    this.#seed = hash32(seed, FEED_GAPS, 0)
    this.#share = share
    this.timeMs = new Float64Array(feeds)
    this.#count = new Float64Array(feeds)
    this.#nth = new Float64Array(feeds)
    this.#piece = new Int32Array(feeds)
    for (let feed = 0; feed < feeds; feed++) {
      // The first of a constant schedule comes within one gap; that of a Poisson process within a gap of its own.
      this.#count[feed] = this.#isPoisson ? this.#gap(feed) : uniform(seed, FEED_PHASES, this.#numberOf(feed))
      this.#schedule(feed)
    }
  }

  advance(feed: number): void {
    this.#nth[feed]!++
    this.#count[feed]! += this.#isPoisson ? this.#gap(feed) : 1
    this.#schedule(feed)
  }

  #gap(feed: number): number {
    return -Math.log(1 - uniform(this.#seed, this.#numberOf(feed), this.#nth[feed]!))
  }

  /** Number of the feed in the whole load. */
  #numberOf(feed: number): number {
    return this.#share.index + feed * this.#share.of
  }

  #schedule(feed: number): void {
    const piece = pieceAt(this.#pieces, this.#piece[feed]!, this.#count[feed]!)
    this.#piece[feed] = piece
    this.timeMs[feed] = timeAt(this.#pieces[piece]!, this.#count[feed]!)
  }
}

/** Binary heap of feeds by the time of their next message; of equal times, the lower number comes first. */
class FeedHeap {
  readonly #timeMs: Float64Array
  readonly #feeds: Int32Array

  constructor(timeMs: Float64Array) {
    this.#timeMs = timeMs
    this.#feeds = Int32Array.from(timeMs, (_, feed) => feed)
    for (let at = (timeMs.length >> 1) - 1; at >= 0; at--) this.#sinkFrom(at)
  }

  get first(): number {
    return this.#feeds[0]!
  }

  /** The first feed has a later time by now. */
  sink(): void {
    this.#sinkFrom(0)
  }

  #sinkFrom(start: number): void {
    const feeds = this.#feeds
    const feed = feeds[start]!
    let at = start
    for (;;) {
      let child = 2 * at + 1
      if (child >= feeds.length) break
      if (child + 1 < feeds.length && this.#isBefore(feeds[child + 1]!, feeds[child]!)) child++
      if (this.#isBefore(feed, feeds[child]!)) break
      feeds[at] = feeds[child]!
      at = child
    }
    feeds[at] = feed
  }

  #isBefore(a: number, b: number): boolean {
    const [timeA, timeB] = [this.#timeMs[a]!, this.#timeMs[b]!]
    return timeA < timeB || (timeA === timeB && a < b)
  }
}
