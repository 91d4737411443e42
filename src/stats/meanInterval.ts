import { mean, sampleStandardDeviation } from 'simple-statistics'
import { assertLevel, assertSample } from './input.ts'
import { studentQuantile } from './student.ts'

export interface MeanInterval {
  readonly n: number
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  readonly level: number
  /** All values are equal: the width of 0 says nothing about the precision. */
  readonly zeroVariance: boolean
}

/**
 * Mean with its t interval: mean +- t(n - 1) sd / sqrt(n); null for n < 2.
 * @throws RangeError on an invalid sample or a level that is not strictly between 0 and 1.
 */
export function meanInterval(values: readonly number[], level: number): MeanInterval | null {
  assertSample(values)
  assertLevel(level)
  const n = values.length
  if (n < 2) return null
  // Sorted, so that the order of the runs cannot change a digit.
  const sorted = values.toSorted((a, b) => a - b)
  const zeroVariance = sorted[0] === sorted.at(-1)
  const estimate = zeroVariance ? sorted[0]! : mean(sorted)
  const half = zeroVariance
    ? 0
    : (studentQuantile((1 + level) / 2, n - 1) * sampleStandardDeviation(sorted)) / Math.sqrt(n)
  return { n, estimate, lower: estimate - half, upper: estimate + half, level, zeroVariance }
}
