import { assertSample } from './input.ts'
import { momentsOf } from './moments.ts'
import { normalQuantile, normalTail } from './normal.ts'

const FEWEST = 3
const MOST = 5_000

export interface ShapiroWilk {
  readonly n: number
  readonly w: number
  /** p of "the sample is normal". */
  readonly p: number
}

/**
 * Shapiro and Wilk's test of normality by Royston, Applied Statistics 44 (AS R94), 1995. null for n outside 3 .. 5000 or without variance.
 * @throws RangeError on an invalid sample.
 */
export function shapiroWilk(values: readonly number[]): ShapiroWilk | null {
  assertSample(values)
  const { n, mean, variance } = momentsOf(values)
  if (n < FEWEST || n > MOST || variance === 0) return null
  const scale = Math.sqrt(variance)
  const sorted = values.map(value => (value - mean) / scale).sort((a, b) => a - b)
  const weights = weightsOf(n)
  let [product, squares, weightSquares] = [0, 0, 0]
  for (let at = 0; at < n; at++) {
    product += weights[at]! * sorted[at]!
    squares += sorted[at]! ** 2
    weightSquares += weights[at]! ** 2
  }
  // 1 - W without the subtraction from 1.
  const norm = Math.sqrt(squares * weightSquares)
  const lack = ((norm - product) * (norm + product)) / (squares * weightSquares)
  return { n, w: 1 - lack, p: pOf(lack, n) }
}

function weightsOf(n: number): Float64Array {
  const weights = new Float64Array(n)
  const set = (at: number, value: number) => {
    weights[at] = -value
    weights[n - 1 - at] = value
  }
  if (n === 3) {
    set(0, Math.SQRT1_2)
    return weights
  }
  const half = Math.floor(n / 2)
  const scores = Array.from({ length: half }, (_, index) => -normalQuantile((index + 1 - 0.375) / (n + 0.25)))
  const sum = 2 * scores.reduce((total, score) => total + score * score, 0)
  const root = 1 / Math.sqrt(n)
  const first = polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root) + scores[0]! / Math.sqrt(sum)
  const second =
    n > 5
      ? polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root) + scores[1]! / Math.sqrt(sum)
      : null
  const fixed = second === null ? [first] : [first, second]
  const rest = fixed.reduce((left, _, at) => left - 2 * scores[at]! ** 2, sum)
  const share = fixed.reduce((left, weight) => left - 2 * weight * weight, 1)
  const factor = Math.sqrt(rest / share)
  for (let at = 0; at < half; at++) set(at, fixed[at] ?? scores[at]! / factor)
  return weights
}

function pOf(lack: number, n: number): number {
  if (n === 3) {
    const p = (6 / Math.PI) * (Math.asin(Math.sqrt(1 - lack)) - Math.asin(Math.sqrt(0.75)))
    return Math.min(1, Math.max(0, p))
  }
  const y = Math.log(lack)
  if (n <= 11) {
    const gamma = -2.273 + 0.459 * n
    if (y >= gamma) return 1e-99
    const mean = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n)
    const sd = Math.exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n))
    return normalTail((-Math.log(gamma - y) - mean) / sd)
  }
  const size = Math.log(n)
  const mean = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], size)
  const sd = Math.exp(polynomial([-0.4803, -0.082676, 0.0030302], size))
  return normalTail((y - mean) / sd)
}

/** Coefficients from the constant up. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}
