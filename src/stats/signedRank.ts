import { assertLevel, assertSample } from './input.ts'
import { normalQuantile, normalTail } from './normal.ts'
import { type NullCounts, signedRankCounts, subsetSumCounts } from './rankSumCounts.ts'
import { ranksOf, tieTerm } from './ranks.ts'
import { type ShiftInterval, tailRank } from './shiftInterval.ts'

const LARGEST_EXACT = 200
const LARGEST_EXACT_TIED = 100

export interface SignedRank {
  readonly n: number
  /** Differences that are not 0: the test is made of these. */
  readonly nNonZero: number
  /** Sum of the ranks of the positive differences. */
  readonly w: number
  /** One-sided p of "the differences tend to be positive". */
  readonly pGreater: number
  /** One-sided p of "the differences tend to be negative". */
  readonly pLess: number
  readonly pTwo: number
  readonly exact: boolean
  readonly method: 'exact' | 'exact with ties' | 'normal with continuity and tie correction'
  /** Hodges-Lehmann estimate: the median of the Walsh averages of all differences. */
  readonly estimate: number
  /** null where the level cannot be reached with so few differences. */
  readonly interval: ShiftInterval | null
}

/**
 * Wilcoxon's signed-rank test of paired differences, with the Hodges-Lehmann estimate and its distribution-free interval (Hollander and
 * Wolfe, Nonparametric Statistical Methods, sections 3.1 to 3.3). Zeros are dropped for p, not for the estimate.
 * @param level of the interval, for instance 0.9
 * @throws RangeError on an invalid sample or level.
 */
export function signedRank(differences: readonly number[], level: number): SignedRank {
  assertSample(differences)
  assertLevel(level)
  const nonZero = differences.filter(difference => difference !== 0)
  const { ranks, ties } = ranksOf(nonZero.map(Math.abs))
  const w = nonZero.reduce((sum, difference, index) => (difference > 0 ? sum + ranks[index]! : sum), 0)
  const counts = nullCounts(ranks, ties)
  const tails = counts === null ? normalTails(w, nonZero.length, ties) : exactTails(w, counts, ties.length > 0)
  const averages = walshAverages(differences)
  return {
    n: differences.length,
    nNonZero: nonZero.length,
    w,
    pGreater: tails[0],
    pLess: tails[1],
    pTwo: Math.min(1, 2 * Math.min(...tails)),
    exact: counts !== null,
    method:
      counts === null ? 'normal with continuity and tie correction' : ties.length > 0 ? 'exact with ties' : 'exact',
    estimate: middleOf(averages),
    interval: intervalOf(averages, differences.length, level),
  }
}

/** null = too many for an exact distribution. With ties the ranks are doubled, so that half ranks are whole numbers. */
function nullCounts(ranks: Float64Array, ties: readonly number[]): NullCounts | null {
  if (ties.length === 0) return ranks.length <= LARGEST_EXACT ? signedRankCounts(ranks.length) : null
  return ranks.length <= LARGEST_EXACT_TIED ? subsetSumCounts(Array.from(ranks, rank => 2 * rank)) : null
}

function exactTails(w: number, { most, atMost }: NullCounts, isDoubled: boolean): [greater: number, less: number] {
  const at = isDoubled ? 2 * w : w
  return [atMost(most - at), atMost(at)]
}

function normalTails(w: number, n: number, ties: readonly number[]): [greater: number, less: number] {
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm(ties) / 48
  if (!(variance > 0)) return [1, 1]
  const excess = w - (n * (n + 1)) / 4
  const sd = Math.sqrt(variance)
  return [normalTail((excess - 0.5) / sd), normalTail((-excess - 0.5) / sd)]
}

/** Means of all pairs of differences, each with itself too, sorted. */
function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length
  const averages = new Float64Array((n * (n + 1)) / 2)
  let at = 0
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) averages[at++] = i === j ? differences[i]! : differences[i]! / 2 + differences[j]! / 2
  return averages.sort()
}

export function middleOf(sorted: Float64Array): number {
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : sorted[half - 1]! / 2 + sorted[half]! / 2
}

function intervalOf(averages: Float64Array, n: number, level: number): ShiftInterval | null {
  const most = averages.length
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)
  const ranks =
    n <= LARGEST_EXACT
      ? tailRank(signedRankCounts(n), level)
      : { cut: Math.floor(most / 2 - 0.5 - normalQuantile((1 + level) / 2) * sd), coverage: level }
  if (ranks === null) return null
  return { lower: averages[ranks.cut]!, upper: averages[most - 1 - ranks.cut]!, level, coverage: ranks.coverage }
}
