import { assertCount, assertLevel } from './input.ts'
import { normalQuantile } from './normal.ts'

export interface ProportionInterval {
  readonly n: number
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  readonly level: number
}

/**
 * Score interval of a proportion, without continuity correction: E. B. Wilson, JASA 22(158), 1927.
 * @param k successes, 0 .. n
 * @param n trials, at least 1
 * @throws RangeError when k or n is not such a count or level is not strictly between 0 and 1.
 */
export function wilson(k: number, n: number, level: number): ProportionInterval {
  assertCount('n', n, 1)
  assertCount('k', k, 0)
  assertLevel(level)
  if (k > n) throw new RangeError(`k: expected at most n = ${n}, found ${k}; pass successes first, trials second`)
  const z = normalQuantile((1 + level) / 2)
  const share = k / n
  const spread = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  return {
    n,
    estimate: share,
    lower: k === 0 ? 0 : middle - spread,
    upper: k === n ? 1 : middle + spread,
    level,
  }
}
