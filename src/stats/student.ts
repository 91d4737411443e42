import { betaWeight, incompleteBeta } from './incompleteBeta.ts'
import { assertProbability } from './input.ts'
import { positiveRoot } from './positiveRoot.ts'

/**
 * P(T <= t) for Student's t with `df` > 0 degrees of freedom (fractions allowed).
 * P(|T| > t) = I_(df / (df + t^2))(df / 2, 1 / 2): Abramowitz and Stegun 26.7.1, 26.5.27.
 * @throws RangeError when t is NaN or df is not a finite number above 0.
 */
export function studentCdf(t: number, df: number): number {
  assertDegrees(df)
  if (Number.isNaN(t)) throw new RangeError('t: expected a number, found NaN; pass the statistic')
  if (t < 0) return upperTail(-t, df)
  return t < 1 ? 0.5 + centre(t, df) : 1 - upperTail(t, df)
}

/**
 * The t with P(T <= t) = p, to a relative error of 1e-10; -Infinity and Infinity for p = 0 and 1.
 * @throws RangeError when p is outside 0 .. 1 or df is not a finite number above 0.
 */
export function studentQuantile(p: number, df: number): number {
  assertDegrees(df)
  assertProbability(p)
  if (p === 0.5) return 0
  const sign = p < 0.5 ? -1 : 1
  const tail = p < 0.5 ? p : 1 - p
  if (tail === 0) return sign * Number.POSITIVE_INFINITY
  // Far out the tail is known exactly, near 0 the mass between 0 and t is: neither is found by subtraction.
  const t =
    tail < 0.25
      ? positiveRoot(
          at => upperTail(at, df),
          at => -density(at, df),
          tail,
        )
      : positiveRoot(
          at => centre(at, df),
          at => density(at, df),
          Math.abs(p - 0.5),
        )
  return sign * t
}

/** P(T > t), t >= 0. */
function upperTail(t: number, df: number): number {
  const [inner, outer] = shares(t, df)
  return 0.5 * incompleteBeta(df / 2, 0.5, outer, inner)
}

/** P(0 < T < t), t >= 0. */
function centre(t: number, df: number): number {
  const [inner, outer] = shares(t, df)
  return 0.5 * incompleteBeta(0.5, df / 2, inner, outer)
}

function density(t: number, df: number): number {
  const [inner, outer] = shares(t, df)
  return betaWeight(0.5, df / 2, inner, outer) / t
}

/** t^2 / (df + t^2) and df / (df + t^2), without overflow of t^2. */
function shares(t: number, df: number): readonly [inner: number, outer: number] {
  const ratio = t / Math.sqrt(df)
  if (ratio <= 1) return [(ratio * ratio) / (1 + ratio * ratio), 1 / (1 + ratio * ratio)]
  const inverse = 1 / ratio
  return [1 / (1 + inverse * inverse), (inverse * inverse) / (1 + inverse * inverse)]
}

function assertDegrees(df: number): void {
  if (!(df > 0 && Number.isFinite(df)))
    throw new RangeError(`degrees of freedom: expected a finite number above 0, found ${df}; a sample of two has one`)
}
