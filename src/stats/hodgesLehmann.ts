import { assertLevel, assertSample } from './input.ts'
import { normalQuantile } from './normal.ts'
import { rankSumCounts } from './rankSumCounts.ts'
import { type ShiftInterval, tailRank } from './shiftInterval.ts'
import { middleOf } from './signedRank.ts'

const LARGEST_EXACT = 200

export interface Shift {
  readonly n: readonly [x: number, y: number]
  /** Median of all differences y - x. */
  readonly estimate: number
  /** null where the level cannot be reached with so few values. */
  readonly interval: ShiftInterval | null
}

/** A ratio y / x with its interval. */
export interface Ratio {
  readonly n: readonly [x: number, y: number]
  readonly ratio: number
  readonly interval: ShiftInterval | null
}

/**
 * By how much y lies above x: Hodges and Lehmann, Ann. Math. Statist. 34, 1963; interval of Moses from the Mann-Whitney distribution
 * (Hollander and Wolfe, sections 4.2 and 4.3), exact up to 200 x 200.
 * @throws RangeError on an invalid sample or level.
 */
export function hodgesLehmann(x: readonly number[], y: readonly number[], level: number): Shift {
  assertSample(x)
  assertSample(y)
  assertLevel(level)
  const differences = new Float64Array(x.length * y.length)
  let at = 0
  for (const b of y) for (const a of x) differences[at++] = b - a
  differences.sort()
  const ranks = cutOf(x.length, y.length, level)
  const interval =
    ranks === null
      ? null
      : {
          lower: differences[ranks.cut]!,
          upper: differences[differences.length - 1 - ranks.cut]!,
          level,
          coverage: ranks.coverage,
        }
  return { n: [x.length, y.length], estimate: middleOf(differences), interval }
}

/** The ratio y / x by `hodgesLehmann` on logarithms. @throws RangeError also on a value that is not above 0. */
export function ratioOf(x: readonly number[], y: readonly number[], level: number): Ratio {
  const { n, estimate, interval } = hodgesLehmann(logsOf(x), logsOf(y), level)
  return { n, ratio: Math.exp(estimate), interval: interval && exponential(interval) }
}

export const exponential = (interval: ShiftInterval): ShiftInterval => ({
  ...interval,
  lower: Math.exp(interval.lower),
  upper: Math.exp(interval.upper),
})

/** @throws RangeError naming the first value that has no logarithm. */
export function logsOf(values: readonly number[]): number[] {
  assertSample(values)
  const wrong = values.findIndex(value => value <= 0)
  if (wrong >= 0)
    throw new RangeError(`[${wrong}]: expected a number above 0, found ${values[wrong]}; a ratio needs positive values`)
  return values.map(Math.log)
}

function cutOf(m: number, n: number, level: number): { cut: number; coverage: number } | null {
  if (Math.max(m, n) <= LARGEST_EXACT) return tailRank(rankSumCounts(m, n), level)
  const sd = Math.sqrt((m * n * (m + n + 1)) / 12)
  return { cut: Math.floor((m * n) / 2 - 0.5 - normalQuantile((1 + level) / 2) * sd), coverage: level }
}
