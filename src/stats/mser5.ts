import { assertSample } from './input.ts'

const BATCH = 5
const FEWEST_BATCHES = 10

export interface Truncation {
  /** Values at the start that are better left out. */
  readonly drop: number
  /** The best cut lies at the half or beyond: no steady state was seen. */
  readonly steady: boolean
}

/**
 * How much of a series is warm-up, by MSER-5: White, Simulation 69, 1997: of means of 5, drop as many as minimise sum (z - mean)^2 / (k - d)^2.
 * null for fewer than 10 batches. @throws RangeError on an invalid series.
 */
export function mser5(series: readonly number[]): Truncation | null {
  assertSample(series)
  const batches = Math.floor(series.length / BATCH)
  if (batches < FEWEST_BATCHES) return null
  const means = Array.from({ length: batches }, (_, batch) => {
    const values = series.slice(batch * BATCH, (batch + 1) * BATCH)
    return values.reduce((sum, value) => sum + value, 0) / BATCH
  })
  const half = Math.floor(batches / 2)
  let [best, least] = [half, Number.POSITIVE_INFINITY]
  // From the end on, by Welford's update (Technometrics 4, 1962): one pass over any length.
  let [mean, squares] = [0, 0]
  for (let dropped = batches - 1; dropped >= 0; dropped--) {
    const kept = batches - dropped
    const apart = means[dropped]! - mean
    mean += apart / kept
    squares += apart * (means[dropped]! - mean)
    const error = squares / kept ** 2
    if (dropped <= half && error <= least) [best, least] = [dropped, error]
  }
  return { drop: best * BATCH, steady: best < half }
}
