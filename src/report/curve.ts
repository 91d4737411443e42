import type { LoadResult } from '../model/result.ts'
import { decode, merge, valueAtRankMs } from '../stats/histogram.ts'
import type { CurvePoint } from './experiment.ts'

const POINTS_PER_DECADE = 20
const DEEPEST_DECADE = 5

/**
 * Response by quantile over every arrival of some runs of one load, at equal steps of -log10(1 - quantile), as deep as the count
 * supports. Unanswered arrivals are slower than all others.
 */
export function responseCurve(results: readonly LoadResult[]): readonly CurvePoint[] {
  const answered = merge(results.map(result => decode(result.histograms.response)))
  const total = results.reduce((sum, result) => sum + arrivalsOf(result), 0)
  if (total === 0) return []
  const depth = Math.min(DEEPEST_DECADE, Math.log10(total))
  return Array.from({ length: Math.floor(depth * POINTS_PER_DECADE) + 1 }, (_, step) => {
    const quantile = 1 - 10 ** (-step / POINTS_PER_DECADE)
    const rank = Math.max(1, Math.ceil(quantile * total))
    return { quantile, ms: rank > answered.totalCount ? null : valueAtRankMs(answered, rank) }
  })
}

function arrivalsOf(result: LoadResult): number {
  return Object.values(result.measured).reduce((sum, count) => sum + count, 0)
}
