import type { FeedColumns } from '../model/feeds.ts'

/** How far the feeds of a load are apart. A p99 of +infinity lies among the unanswered; null = no feed had an arrival. */
export interface FeedSpread {
  readonly feeds: number
  /** Feeds with an arrival that was not accepted. */
  readonly withFailures: number
  /** Response p99 of feeds, ms: that of a feed so far from the best, by nearest rank among the feeds that had arrivals. */
  readonly p99Ms: Readonly<Record<'p10' | 'p50' | 'p90' | 'worst', number>> | null
}

export function feedSpread({
  arrivals,
  accepted,
  p99Ms,
}: Pick<FeedColumns, 'arrivals' | 'accepted' | 'p99Ms'>): FeedSpread {
  const p99s = Float64Array.from(p99Ms.map(ms => ms ?? Number.POSITIVE_INFINITY))
    .filter((_, feed) => arrivals[feed]! > 0)
    .sort()
  const at = (share: number) => p99s[Math.max(1, Math.ceil(share * p99s.length)) - 1]!
  return {
    feeds: arrivals.length,
    withFailures: arrivals.filter((count, feed) => count > accepted[feed]!).length,
    p99Ms: p99s.length === 0 ? null : { p10: at(0.1), p50: at(0.5), p90: at(0.9), worst: at(1) },
  }
}
