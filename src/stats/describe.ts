import { logAverage, mean, medianAbsoluteDeviation, quantileSorted, sampleStandardDeviation } from 'simple-statistics'
import { assertSample } from './input.ts'

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
  const sorted = values.toSorted((a, b) => a - b)
  const centre = mean(sorted)
  const sd = sorted.length < 2 ? null : sampleStandardDeviation(sorted)
  return {
    n: sorted.length,
    mean: centre,
    sd,
    cv: sd === null || centre === 0 ? null : sd / Math.abs(centre),
    min: sorted[0]!,
    q1: quantileSorted(sorted, 0.25),
    median: quantileSorted(sorted, 0.5),
    q3: quantileSorted(sorted, 0.75),
    max: sorted.at(-1)!,
    mad: medianAbsoluteDeviation(sorted),
    geoMean: sorted[0]! > 0 ? logAverage(sorted) : null,
  }
}
