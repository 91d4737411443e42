import { assertSample } from './input.ts'
import { normalTail } from './normal.ts'
import { ranksOf } from './ranks.ts'

const LARGEST_EXACT = 49

export interface Trend {
  readonly n: number
  /** -1 (falls all the way) to 1; tau-b with ties. null when all values are equal. */
  readonly tau: number | null
  /** Two-sided p of "no trend"; null like tau. */
  readonly p: number | null
}

/**
 * Kendall's rank correlation of a series with its order (Mann, Econometrica 13, 1945). p is exact below 50 values without ties (counts of
 * inversions, Kendall, Biometrika 30, 1938), else normal with tie correction. null for fewer than 3 values.
 * @throws RangeError on an invalid sample.
 */
export function kendallTrend(series: readonly number[]): Trend | null {
  assertSample(series)
  const n = series.length
  if (n < 3) return null
  const pairs = (n * (n - 1)) / 2
  let score = 0
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) score += Math.sign(series[j]! - series[i]!)
  const { ties } = ranksOf(series)
  const tiedPairs = ties.reduce((sum, t) => sum + (t * (t - 1)) / 2, 0)
  if (tiedPairs === pairs) return { n, tau: null, p: null }
  const isExact = ties.length === 0 && n <= LARGEST_EXACT
  const p = isExact ? exactP(n, (pairs - Math.abs(score)) / 2) : normalP(n, score, ties)
  return { n, tau: score / Math.sqrt(pairs * (pairs - tiedPairs)), p }
}

/** Twice the probability of so few inversions. */
function exactP(n: number, inversions: number): number {
  const counts = new Float64Array(inversions + 1)
  counts[0] = 1
  let total = 1
  for (let i = 2; i <= n; i++) {
    total *= i
    // Element i adds 0 to i - 1 inversions: the counts become sums over a window of i.
    for (let at = 1; at <= inversions; at++) counts[at]! += counts[at - 1]!
    for (let at = inversions; at >= i; at--) counts[at]! -= counts[at - i]!
  }
  return Math.min(1, (2 * counts.reduce((sum, count) => sum + count, 0)) / total)
}

function normalP(n: number, score: number, ties: readonly number[]): number {
  const spread = (size: number) => size * (size - 1) * (2 * size + 5)
  const variance = (spread(n) - ties.reduce((sum, t) => sum + spread(t), 0)) / 18
  return Math.min(1, 2 * normalTail(Math.abs(score) / Math.sqrt(variance)))
}
