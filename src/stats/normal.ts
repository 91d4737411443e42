import { assertProbability } from './input.ts'
import { positiveRoot } from './positiveRoot.ts'

const SERIES_BELOW = 3
const FRACTION_DEPTH = 120

/**
 * The z with P(Z <= z) = p for the standard normal distribution; -Infinity and Infinity for p = 0 and 1.
 * @throws RangeError when p is outside 0 .. 1.
 */
export function normalQuantile(p: number): number {
  assertProbability(p)
  if (p === 0.5) return 0
  const sign = p < 0.5 ? -1 : 1
  const tail = p < 0.5 ? p : 1 - p
  if (tail === 0) return sign * Number.POSITIVE_INFINITY
  const z =
    tail < 0.25 ? positiveRoot(upperTail, at => -density(at), tail) : positiveRoot(centre, density, Math.abs(p - 0.5))
  return sign * z
}

/**
 * P(Z > z) for the standard normal distribution, to a relative error of 1e-12 in the upper tail.
 * @throws RangeError when z is NaN.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) throw new RangeError('z: expected a number, found NaN; pass the statistic')
  return z < 0 ? 1 - upperTail(-z) : upperTail(z)
}

/** P(Z > z), z >= 0; from z = 3 on by Laplace's continued fraction, Abramowitz and Stegun 26.2.14. */
function upperTail(z: number): number {
  if (z < SERIES_BELOW) return 0.5 - centre(z)
  let fraction = z
  for (let k = FRACTION_DEPTH; k >= 1; k--) fraction = z + k / fraction
  return density(z) / fraction
}

/** P(0 < Z < z), z >= 0, by a series of positive terms, Abramowitz and Stegun 26.2.11. */
function centre(z: number): number {
  if (z >= SERIES_BELOW) return 0.5 - upperTail(z)
  let term = z
  let sum = z
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return density(z) * sum
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
}
