import { quantileSorted } from 'simple-statistics'
import { assertProbability, assertSample } from './input.ts'

/**
 * Sample quantile of type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996:
 * linear between the order statistics around 1 + (n - 1) p.
 * @throws RangeError on an empty sample, a value that is not finite, or p outside 0 .. 1.
 */
export function quantile(values: readonly number[], p: number): number {
  assertSample(values)
  assertProbability(p)
  return quantileSorted(
    values.toSorted((a, b) => a - b),
    p,
  )
}
