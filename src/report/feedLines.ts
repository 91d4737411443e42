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
    `${name}: ${feedsText(feeds)}`,
    `response p99 of the median feed ${formatFigure(feeds.p99.p50, 'ms')}`,
    `of nine in ten at most ${formatFigure(feeds.p99.p90, 'ms')}`,
    `of the slowest ${formatFigure(feeds.p99.worst, 'ms')}${ratioText(feeds)}`,
    failuresText(feeds),
  ]
  return [`${parts.join(', ')}. The worst:`]
}

/** Arrivals are those of the median feed that had any. */
function feedsText({ feeds, idle, arrivalsEach }: FeedsReport): string {
  const each = arrivalsEach < 1 ? 'less than 1 arrival' : `about ${plural(arrivalsEach, 'arrival')}`
  if (idle === 0) return `${plural(feeds, 'feed')} with ${each} each in a run`
  return `${plural(feeds, 'feed')}, ${formatCount(idle)} without an arrival and ${formatCount(feeds - idle)} with ${each} each in a run`
}

function ratioText({ worstToMedian: ratio }: FeedsReport): string {
  if (ratio === null) return ''
  return ratio.value === null ? ` (more than ${formatNumber(ratio.above!)} x)` : ` (${formatNumber(ratio.value)} x)`
}

function failuresText({ withFailures }: FeedsReport): string {
  return withFailures === 0 ? 'none with a failure' : `${formatCount(withFailures)} with a failure`
}
