import { assertSample } from './input.ts'
import { momentsOf } from './moments.ts'

/**
 * Autocorrelation of a series with itself one run later (Box and Jenkins, Time Series Analysis, section 2.1.5). null for fewer than 3
 * values or without variance. @throws RangeError on an invalid series.
 */
export function lag1(series: readonly number[]): number | null {
  assertSample(series)
  const { n, mean, variance } = momentsOf(series)
  if (n < 3 || variance === 0) return null
  let sum = 0
  for (let at = 1; at < n; at++) sum += (series[at]! - mean) * (series[at - 1]! - mean)
  return sum / (variance * (n - 1))
}
