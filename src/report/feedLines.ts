import type { LoadReport } from './experiment.ts'
import type { FeedReport, FeedsReport } from './feeds.ts'
import { formatCount, formatFigure, formatNumber, plural } from './format.ts'

export const FEED_COLUMNS = ['feed', 'arrivals', 'accepted', 'unanswered', 'p50', 'p99', 'max'] as const

/** As in `FEED_COLUMNS`. */
export function feedCells({ feed, arrivals, accepted, unanswered, p50, p99, max }: FeedReport): readonly string[] {
  const times = [p50, p99, max].map(figure => formatFigure(figure, 'ms'))
  return [String(feed), ...[arrivals, accepted, unanswered].map(formatCount), ...times]
}

/** What stands above the table of the worst feeds: a line for a load that has feeds, or none. */
export function feedNotes({ name, feeds }: Pick<LoadReport, 'name' | 'feeds'>): readonly string[] {
  if (feeds === undefined || feeds.p99 === null) return []
  const parts = [
    `${name}: ${plural(feeds.feeds, 'feed')} with about ${plural(feeds.arrivalsEach, 'arrival')} each in a run`,
    `response p99 of the median feed ${formatFigure(feeds.p99.p50, 'ms')}`,
    `of nine in ten at most ${formatFigure(feeds.p99.p90, 'ms')}`,
    `of the slowest ${formatFigure(feeds.p99.worst, 'ms')}${ratioText(feeds)}`,
    failuresText(feeds),
    ...(feeds.idle === 0 ? [] : [`${plural(feeds.idle, 'feed')} without an arrival`]),
  ]
  return [`${parts.join(', ')}. The worst:`]
}

function ratioText({ worstToMedian: ratio }: FeedsReport): string {
  if (ratio === null) return ''
  return ratio.value === null ? ` (more than ${formatNumber(ratio.above!)} x)` : ` (${formatNumber(ratio.value)} x)`
}

function failuresText({ withFailures }: FeedsReport): string {
  return withFailures === 0 ? 'none with a failure' : `${formatCount(withFailures)} with a failure`
}
