import { quantileSorted } from 'simple-statistics'
import { assertCount, assertLevel, assertSample } from './input.ts'
import { momentsOf } from './moments.ts'
import { normalQuantile, normalTail } from './normal.ts'
import { createRandom } from './random.ts'

export interface BootstrapInterval {
  readonly n: number
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  readonly level: number
  readonly resamples: number
}

/**
 * Bootstrap interval of the mean of a skewed sample, bias-corrected and accelerated: Efron, JASA 82, 1987; acceleration by the jackknife.
 * For information beside the order-statistic interval. null for n < 3 or a sample without variance.
 * @throws RangeError on an invalid sample, level or number of resamples (at least 100).
 */
export function bcaMean(
  values: readonly number[],
  seed: number,
  level: number,
  resamples = 10_000,
): BootstrapInterval | null {
  assertSample(values)
  assertLevel(level)
  assertCount('resamples', resamples, 100)
  const sorted = Float64Array.from(values).sort()
  const { n, mean, variance } = momentsOf(values)
  if (n < 3 || variance === 0) return null
  const means = resampledMeans(sorted, createRandom(seed), resamples)
  const bias = normalQuantile(shareBelow(means, mean))
  const acceleration = accelerationOf(sorted, mean)
  const bound = (p: number) => {
    const z = bias + normalQuantile(p)
    const shrunk = 1 - acceleration * z
    // The correction has a pole: from there on nothing less than the last resample will do.
    const corrected = shrunk > 0 ? bias + z / shrunk : Math.sign(z) * Number.POSITIVE_INFINITY
    return quantileSorted(means as unknown as number[], normalTail(-corrected))
  }
  return { n, estimate: mean, lower: bound((1 - level) / 2), upper: bound((1 + level) / 2), level, resamples }
}

function resampledMeans(values: Float64Array, random: () => number, resamples: number): Float64Array {
  const means = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)]!
    means[resample] = sum / values.length
  }
  return means.sort()
}

/** Kept off 0 and 1, where the correction would be infinite. */
function shareBelow(means: Float64Array, mean: number): number {
  const below = means.filter(each => each < mean).length + means.filter(each => each === mean).length / 2
  return Math.min(means.length - 0.5, Math.max(0.5, below)) / means.length
}

/** Of the mean: skewness of the sample / (6 sqrt(n)). */
function accelerationOf(values: Float64Array, mean: number): number {
  let [squares, cubes] = [0, 0]
  for (const value of values) {
    squares += (value - mean) ** 2
    cubes += (value - mean) ** 3
  }
  return cubes / (6 * squares ** 1.5)
}
