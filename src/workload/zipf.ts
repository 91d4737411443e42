import { hash32 } from './random.ts'

/** A rank from 0 for draw `index`: the same whenever it is asked for. */
export type RankOf = (index: number) => number

/** 2^21: the high word of a 53-bit fraction counts in these. */
const HIGH = 2_097_152

/**
 * Ranks 0 to `size` - 1 with probabilities proportional to 1 / (rank + 1)^exponent, exactly, in constant time and memory: rejection-inversion
 * (Hoermann and Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6, 1996). Fewer than
 * 1.1 tries a draw on average; try n of draw i takes its uniform number from seed, stream, n and i alone.
 * @param size 1 to 100,000,000
 * @param exponent above 0
 */
export function zipfRanks(size: number, exponent: number, seed: number, stream: number): RankOf {
  const height = (x: number) => x ** -exponent
  const integral = (x: number) => integralOf(Math.log(x), exponent)
  const first = integral(1.5) - 1
  const last = integral(size + 0.5)
  const squeeze = 2 - inverseOf(integral(2.5) - height(2), exponent)

  return index => {
    for (let attempt = 0; ; attempt++) {
      const u = last + fraction(seed, stream + 2 * attempt, index) * (first - last)
      const x = inverseOf(u, exponent)
      const rank = Math.min(size, Math.max(1, Math.round(x)))
      if (rank - x <= squeeze || u >= integral(rank + 0.5) - height(rank)) return rank - 1
    }
  }
}

/** (x^(1-s) - 1) / (1-s), which tends to ln x; by expm1, so that it is exact near s = 1. */
function integralOf(logX: number, exponent: number): number {
  const power = (1 - exponent) * logX
  return Math.abs(power) > 1e-8 ? (Math.expm1(power) / power) * logX : logX * (1 + power / 2)
}

function inverseOf(u: number, exponent: number): number {
  // Rounding may carry u below the range of the integral.
  const scaled = Math.max(-1, u * (1 - exponent))
  return Math.exp(Math.abs(scaled) > 1e-8 ? (Math.log1p(scaled) / scaled) * u : u * (1 - scaled / 2))
}

/** In [0, 1) with a resolution of 2^-53. */
function fraction(seed: number, stream: number, index: number): number {
  const high = hash32(seed, stream, index) >>> 11
  const low = hash32(seed, stream + 1, index)
  return (high * 4_294_967_296 + low) / (HIGH * 4_294_967_296)
}
