/** Bernoulli terms B(2k) / (2k (2k - 1)) of Stirling's series, NIST DLMF 5.11.1. */
const TERMS = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156] as const
/** From here on the first term left out is below 1e-17. */
const SERIES_FROM = 15

/**
 * What Stirling's formula leaves out: ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), for x > 0.
 * Small, and so exact where differences of large ln Gamma would cancel. Recurrence from Gamma(x + 1) = x Gamma(x), DLMF 5.5.1.
 */
export function stirlingRemainder(x: number): number {
  let shift = 0
  let at = x
  for (; at < SERIES_FROM; at++) shift += (at + 0.5) * Math.log1p(1 / at) - 1
  const inverseSquare = 1 / (at * at)
  const series = TERMS.reduceRight((sum, term) => sum * inverseSquare + term, 0) / at
  return shift + series
}
