import { stirlingRemainder } from './stirling.ts'

const TINY = 1e-300
const PRECISION = 1e-16
const MOST_STEPS = 1_000_000

/**
 * Regularised incomplete beta function I_x(a, b), a and b > 0, NIST DLMF 8.17.
 * @param x 0 to 1
 * @param complement 1 - x; pass it when it is known more exactly than by subtraction
 */
export function incompleteBeta(a: number, b: number, x: number, complement: number = 1 - x): number {
  if (x <= 0) return 0
  if (complement <= 0) return 1
  // The fraction converges fast below the mean; above it the reflection I_x(a, b) = 1 - I_(1-x)(b, a) does, DLMF 8.17.4.
  return x < (a + 1) / (a + b + 2) ? lowerPart(a, b, x, complement) : 1 - lowerPart(b, a, complement, x)
}

/** x^a (1 - x)^b / B(a, b), with B written by Stirling's formula so that large a and b do not cancel. */
export function betaWeight(a: number, b: number, x: number, complement: number): number {
  const difference = b * x - a * complement
  const exponent =
    a * logOfRatio(difference / a, (x * (a + b)) / a) + b * logOfRatio(-difference / b, (complement * (a + b)) / b)
  const remainder = stirlingRemainder(a + b) - stirlingRemainder(a) - stirlingRemainder(b)
  return Math.exp(exponent + remainder) * Math.sqrt((a * b) / (2 * Math.PI * (a + b)))
}

/** ln(1 + offset) where the offset is small, else ln(ratio): each is exact where the other cancels. */
function logOfRatio(offset: number, ratio: number): number {
  return Math.abs(offset) < 0.5 ? Math.log1p(offset) : Math.log(ratio)
}

/** Continued fraction of DLMF 8.17.22, evaluated by the modified Lentz method (DLMF 3.10(iii)). */
function lowerPart(a: number, b: number, x: number, complement: number): number {
  let c = 1
  let d = awayFromZero(1 - ((a + b) * x) / (a + 1))
  d = 1 / d
  let fraction = d
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    const factor = d * c
    fraction *= factor
    if (Math.abs(factor - 1) <= PRECISION) return (betaWeight(a, b, x, complement) / a) * fraction
  }
  throw new RangeError(`I_x(a, b) does not converge at x ${x}, a ${a}, b ${b}; use smaller a and b`)
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
