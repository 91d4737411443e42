import type { ChangePoint } from '../../stats/eDivisive.ts'
import { jointChanges } from '../../stats/jointChanges.ts'
import type { HistorySeries, MetricKind } from './book.ts'
import { type HistoryPoint, pointsOf } from './medians.ts'

/** A lasting change of a metric, as the history shows it. */
export interface HistoryChange {
  readonly series: HistorySeries
  readonly metric: MetricKind
  /** The first experiment after the change. */
  readonly point: HistoryPoint
  readonly before: number
  readonly after: number
  /** after / before. */
  readonly ratio: number
  /** Adjusted for all metrics that were looked at. */
  readonly p: number
  readonly isSlower: boolean
}

const LEVEL = 0.05
const SEED = 1

/**
 * Change points of every metric of the series (E-divisive, one median per experiment), held to a false discovery rate of 5 % over all metrics of
 * all these series, those that do not change included. They are advice: experiments at different times differ by more than the code.
 */
export function changesOf(all: readonly HistorySeries[]): readonly HistoryChange[] {
  const metrics = all.flatMap(series =>
    series.metrics.map(metric => ({ series, metric, points: pointsOf(series, metric.path) })),
  )
  const medians = metrics.map(({ points }) => points.map(({ median }) => median))
  const changes = jointChanges(medians, { seed: SEED, level: LEVEL })
  return metrics.flatMap(({ series, metric, points }, at) =>
    changes[at]!.map(change => changeOf(series, metric, points, change)),
  )
}

function changeOf(
  series: HistorySeries,
  metric: MetricKind,
  points: readonly HistoryPoint[],
  { index, p, before, after }: ChangePoint,
): HistoryChange {
  const isLarger = after > before
  return {
    series,
    metric,
    point: points[index]!,
    before,
    after,
    ratio: after / before,
    p,
    isSlower: metric.better === 'lower' ? isLarger : !isLarger,
  }
}
