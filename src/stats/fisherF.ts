import { incompleteBeta } from './incompleteBeta.ts'

/**
 * P(F > f) for Fisher's F with `numerator` and `denominator` > 0 degrees of freedom: I_(d2 / (d2 + d1 f))(d2 / 2, d1 / 2),
 * Abramowitz and Stegun 26.6.2. Relative error 1e-10 in the upper tail.
 * @throws RangeError when f is NaN or a degree of freedom is not a finite number above 0.
 */
export function fisherTail(f: number, numerator: number, denominator: number): number {
  if (Number.isNaN(f)) throw new RangeError('f: expected a number, found NaN; pass the statistic')
  for (const df of [numerator, denominator])
    if (!(df > 0 && Number.isFinite(df)))
      throw new RangeError(`degrees of freedom: expected a finite number above 0, found ${df}; a sample of two has one`)
  if (f <= 0) return 1
  const ratio = (numerator / denominator) * f
  return ratio === Number.POSITIVE_INFINITY
    ? 0
    : incompleteBeta(denominator / 2, numerator / 2, 1 / (1 + ratio), ratio / (1 + ratio))
}
