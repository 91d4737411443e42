import { assertLevel, assertSample } from './input.ts'
import { momentsOf } from './moments.ts'
import { studentQuantile } from './student.ts'

/** Ratio of means y / x. */
export interface Fieller {
  readonly n: readonly [x: number, y: number]
  readonly ratio: number
  /** Both null where the interval is unbounded: the mean of x is not clearly different from 0. */
  readonly lower: number | null
  readonly upper: number | null
  readonly level: number
}

/**
 * Interval of a ratio of means of independent samples: Fieller, JRSS B 16, 1954, with n_x + n_y - 2 degrees of freedom. null for fewer
 * than two values or a mean of x that is 0.
 * @throws RangeError on an invalid sample or level.
 */
export function fieller(x: readonly number[], y: readonly number[], level: number): Fieller | null {
  assertSample(x)
  assertSample(y)
  assertLevel(level)
  if (x.length < 2 || y.length < 2) return null
  const [a, b] = [momentsOf(x), momentsOf(y)]
  if (a.mean === 0) return null
  const ratio = b.mean / a.mean
  const t = studentQuantile((1 + level) / 2, a.n + b.n - 2)
  const [varianceX, varianceY] = [a.variance / a.n, b.variance / b.n]
  const g = (t * t * varianceX) / (a.mean * a.mean)
  const common = { n: [a.n, b.n] as const, ratio, level }
  if (g >= 1) return { ...common, lower: null, upper: null }
  const half = (t / Math.abs(a.mean)) * Math.sqrt(varianceY * (1 - g) + ratio * ratio * varianceX)
  return { ...common, lower: (ratio - half) / (1 - g), upper: (ratio + half) / (1 - g) }
}
