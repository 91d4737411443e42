import { incompleteBeta } from './incompleteBeta.ts'
import { assertCount, assertProbability } from './input.ts'

/**
 * P(X <= k) for X binomial with `n` trials of probability `p`: I_(1-p)(n - k, k + 1), Abramowitz and Stegun 26.5.24.
 * @throws RangeError when n is not a count, k is not a whole number, or p is outside 0 .. 1.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  assertCount('n', n, 0)
  assertProbability(p)
  if (!Number.isSafeInteger(k))
    throw new RangeError(`k: expected a whole number, found ${k}; pass a count of successes`)
  if (k < 0) return 0
  if (k >= n) return 1
  return incompleteBeta(n - k, k + 1, 1 - p, p)
}
