import { type ChangePoint, eDivisive } from '../../stats/eDivisive.ts'
import { benjaminiHochberg } from '../../stats/multiplicity.ts'
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
  /** Adjusted for the number of metrics. */
  readonly p: number
  readonly isSlower: boolean
}

const LEVEL = 0.05
const SEED = 1

/**
 * Change points of every metric of a series (E-divisive, one median per experiment), held to a false discovery rate of 5 %. They are advice:
 * experiments at different times differ by more than the code.
 */
export function changesOf(series: HistorySeries): readonly HistoryChange[] {
  const found = series.metrics.flatMap(metric => {
    const points = pointsOf(series, metric.path)
    const medians = points.map(({ median }) => median)
    if (medians.length < 4) return []
    return (eDivisive(medians, { seed: SEED, level: LEVEL }) ?? []).map(change =>
      changeOf(series, metric, points, change),
    )
  })
  const adjusted = benjaminiHochberg(found.map(({ p }) => p))
  return found.flatMap((change, at) => (adjusted[at]! <= LEVEL ? [{ ...change, p: adjusted[at]! }] : []))
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
