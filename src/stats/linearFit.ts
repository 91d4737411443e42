import { assertLevel, assertSample } from './input.ts'
import { studentQuantile } from './student.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface FittedValue {
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/** y = intercept + slope * x. */
export interface LinearFit {
  readonly n: number
  readonly level: number
  readonly intercept: FittedValue
  readonly slope: FittedValue
  /** Share of the (weighted) variance that the line explains, 0 to 1. */
  readonly r2: number
  /** Smallest and largest x that was measured: the line says nothing beyond. */
  readonly from: number
  readonly to: number
  /** Mean of y at x, with its interval. @throws RangeError beyond the measured x. */
  at(x: number): FittedValue
  /**
   * The largest x, within what was measured, at which the upper bound of the mean of y is within `limit`; `below` when it is at none,
   * `above` when it still is at the largest: the answer then lies outside what was measured.
   */
  largestWithin(limit: number): number | 'below' | 'above'
}

/**
 * Straight line by (weighted) least squares, with t intervals (Draper and Smith, Applied Regression Analysis, 3rd ed., sections 1.4 and 9.2).
 * null for fewer than three points or fewer than two different x.
 * @param weights proportional to 1 / variance of y, above 0; default all equal
 * @throws RangeError on numbers that are not finite, weights that are not above 0, or an invalid level.
 */
export function linearFit(
  points: readonly Point[],
  level: number,
  weights: readonly number[] = points.map(() => 1),
): LinearFit | null {
  assertLevel(level)
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  for (const values of [xs, ys, weights]) assertSample(values)
  if (weights.length !== points.length || weights.some(weight => weight <= 0))
    throw new RangeError('weights: expected one above 0 for each point; pass 1 / variance')
  const n = points.length
  const [from, to] = [Math.min(...xs), Math.max(...xs)]
  if (n < 3 || from === to) return null
  const { slope, intercept, meanX, weight, spread, residual, r2 } = leastSquares(xs, ys, weights)
  const t = studentQuantile((1 + level) / 2, n - 2)
  const around = (estimate: number, se: number) => ({ estimate, lower: estimate - t * se, upper: estimate + t * se })
  const valueAt = (x: number) =>
    around(intercept + slope * x, residual * Math.sqrt(1 / weight + (x - meanX) ** 2 / spread))
  const lowestUpper = lowestOf(slope, (t * residual) / Math.sqrt(spread), Math.sqrt(spread / weight), meanX)
  return {
    n,
    level,
    intercept: valueAt(0),
    slope: around(slope, residual / Math.sqrt(spread)),
    r2,
    from,
    to,
    at(x) {
      if (x < from || x > to)
        throw new RangeError(`x: expected ${from} to ${to}, found ${x}; measure there instead of extrapolating`)
      return valueAt(x)
    },
    largestWithin(limit) {
      if (valueAt(to).upper <= limit) return 'above'
      let [low, high] = [Math.min(to, Math.max(from, lowestUpper)), to]
      if (valueAt(low).upper > limit) return 'below'
      for (let step = 0; step < 100; step++) {
        const middle = (low + high) / 2
        if (valueAt(middle).upper <= limit) low = middle
        else high = middle
      }
      return low
    },
  }
}

/**
 * Where the upper bound slope * d + half * sqrt(deviation^2 + d^2), d = x - meanX, a hyperbola open upwards, is lowest: beyond all x when
 * the slope is clearly not 0.
 * @param half half the width of the interval of the slope
 */
function lowestOf(slope: number, half: number, deviation: number, meanX: number): number {
  if (slope === 0) return meanX
  if (Math.abs(slope) >= half) return -slope * Number.POSITIVE_INFINITY
  return meanX - (slope * deviation) / Math.sqrt((half - slope) * (half + slope))
}

function leastSquares(xs: readonly number[], ys: readonly number[], weights: readonly number[]) {
  const weight = weights.reduce((sum, each) => sum + each, 0)
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value, at) => sum + value * weights[at]!, 0) / weight
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)]
  let [spread, product, whole] = [0, 0, 0]
  for (const [at, x] of xs.entries()) {
    spread += weights[at]! * (x - meanX) ** 2
    product += weights[at]! * (x - meanX) * (ys[at]! - meanY)
    whole += weights[at]! * (ys[at]! - meanY) ** 2
  }
  const slope = product / spread
  const intercept = meanY - slope * meanX
  const squares = xs.reduce((sum, x, at) => sum + weights[at]! * (ys[at]! - intercept - slope * x) ** 2, 0)
  const residual = Math.sqrt(squares / (xs.length - 2))
  return { slope, intercept, meanX, weight, spread, residual, r2: whole === 0 ? 1 : 1 - squares / whole }
}
