import { mean, sampleVariance } from 'simple-statistics'

/** Mean and sample variance (n - 1) of at least two values; sorted first, so that the order of the runs cannot change a digit. */
export function momentsOf(values: readonly number[]): {
  readonly n: number
  readonly mean: number
  readonly variance: number
} {
  const sorted = values.toSorted((a, b) => a - b)
  // Equal values vary by nothing, not by the rounding of their mean.
  const isConstant = sorted[0] === sorted.at(-1)
  return {
    n: sorted.length,
    mean: isConstant ? sorted[0]! : mean(sorted),
    variance: isConstant ? 0 : sampleVariance(sorted),
  }
}
