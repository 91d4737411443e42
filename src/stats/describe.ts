import { logAverage, medianAbsoluteDeviation, quantileSorted } from 'simple-statistics'
import { assertSample } from './input.ts'
import { momentsOf } from './moments.ts'

/** What a sample looks like, in the sample's own unit. */
export interface Description {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (n - 1); null for n = 1. */
  readonly sd: number | null
  /** sd / |mean|; null for n = 1 or a mean of 0. */
  readonly cv: number | null
  readonly min: number
  /** Quartiles of type 7. */
  readonly q1: number
  readonly median: number
  readonly q3: number
  readonly max: number
  /** Median absolute deviation from the median, not scaled. */
  readonly mad: number
  /** Geometric mean; null unless every value is above 0. */
  readonly geoMean: number | null
}

/** @throws RangeError on an empty sample or a value that is not finite. */
export function describe(values: readonly number[]): Description {
  assertSample(values)
  // -0 becomes 0: sorting cannot tell the two apart, and so would keep the order given.
  const sorted = values.map(value => value + 0).sort((a, b) => a - b)
  const { n, mean, variance } = momentsOf(sorted)
  const sd = n < 2 ? null : Math.sqrt(variance)
  const [min, max] = [sorted[0]!, sorted.at(-1)!]
  return {
    n,
    mean,
    sd,
    cv: sd === null || mean === 0 ? null : sd / Math.abs(mean),
    min,
    q1: quantileSorted(sorted, 0.25),
    median: quantileSorted(sorted, 0.5),
    q3: quantileSorted(sorted, 0.75),
    max,
    mad: medianAbsoluteDeviation(sorted),
    geoMean: min > 0 ? Math.min(max, Math.max(min, logAverage(sorted))) : null,
  }
}
