import { incompleteBeta } from './incompleteBeta.ts'
import { normalTail } from './normal.ts'

const NEGLIGIBLE = 1e-15
const LARGEST_SHIFT = 37

/**
 * P(T > t), t >= 0, for the noncentral t with `df` degrees of freedom and noncentrality `shift` >= 0: the series of Lenth, Applied
 * Statistics 38 (AS 243), 1989. Beyond a shift of 37, where its terms underflow, by the normal approximation of Abramowitz and Stegun 26.7.10.
 */
export function noncentralStudentTail(t: number, df: number, shift: number): number {
  if (shift > LARGEST_SHIFT) {
    const scaled = t * (1 - 1 / (4 * df))
    return normalTail((scaled - shift) / Math.sqrt(1 + (t * t) / (2 * df)))
  }
  const x = (t * t) / (df + t * t)
  const half = (shift * shift) / 2
  let even = Math.exp(-half)
  let odd = (shift * Math.exp(-half)) / (Math.SQRT2 * (Math.sqrt(Math.PI) / 2))
  let left = 1 - even
  let sum = 0
  for (let j = 0; j < 10_000; j++) {
    sum += even * incompleteBeta(j + 0.5, df / 2, x) + odd * incompleteBeta(j + 1, df / 2, x)
    if (j > half && left < NEGLIGIBLE) break
    even *= half / (j + 1)
    odd *= half / (j + 1.5)
    left -= even
  }
  return Math.min(1, Math.max(0, 1 - normalTail(shift) - sum / 2))
}
