import { assertSample } from './input.ts'

export interface Scalability {
  /** Throughput of one unit of load. */
  readonly lambda: number
  /** Contention, 0 to 1. */
  readonly sigma: number
  /** Coherence, at least 0. */
  readonly kappa: number
  /** Share of the variance explained. */
  readonly r2: number
  /** Load of the highest throughput; null when the fit has none (kappa 0). */
  readonly peak: number | null
  /** Throughput there; null like `peak`. */
  readonly most: number | null
  /** The peak lies outside the measured loads: no capacity to rely on. */
  readonly extrapolated: boolean
}

const FEWEST_LOADS = 4
/** What each coefficient adds to the denominator at the largest load: the same for connections as for messages per second. */
const STARTS = [0.01, 0.3, 3, 30].flatMap(contention =>
  [1e-3, 0.3, 3].map(coherence => [contention, coherence] as const),
)
const LARGEST_SIGMA_AT_START = 0.9
const ROUNDING = 1e-14
const SETTLED = 1e-12
/** A coherence that adds less than this at the largest load makes no peak. */
const NEGLIGIBLE = 1e-9

/**
 * Universal Scalability Law, X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)) (Gunther, Guerrilla Capacity Planning, 2007), by
 * Levenberg-Marquardt within sigma 0 .. 1 and kappa >= 0 from several starts. For information: the SLO decides what a capacity is.
 * null for fewer than 4 different loads. @throws RangeError on numbers that are not finite or not above 0.
 */
export function uslFit(loads: readonly number[], throughputs: readonly number[]): Scalability | null {
  assertSample(loads)
  assertSample(throughputs)
  if (loads.length !== throughputs.length || [...loads, ...throughputs].some(value => value <= 0))
    throw new RangeError('expected as many throughputs as loads, all above 0; leave out what was not measured')
  if (new Set(loads).size < FEWEST_LOADS) return null
  const [least, most] = [Math.min(...loads), Math.max(...loads)]
  const fits = STARTS.map(([contention, coherence]) => {
    const sigma = Math.min(LARGEST_SIGMA_AT_START, contention / most)
    return descend(startAt(sigma, coherence / most ** 2, loads, throughputs), loads, throughputs)
  })
  const [lambda, sigma, kappa] = fits.reduce((best, fit) =>
    errorOf(fit, loads, throughputs) < errorOf(best, loads, throughputs) ? fit : best,
  )
  const mean = throughputs.reduce((sum, value) => sum + value, 0) / throughputs.length
  const whole = throughputs.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const peak = kappa * most ** 2 > NEGLIGIBLE ? Math.sqrt((1 - sigma) / kappa) : null
  return {
    lambda,
    sigma,
    kappa,
    r2: whole === 0 ? 1 : 1 - errorOf([lambda, sigma, kappa], loads, throughputs) / whole,
    peak,
    most: peak === null ? null : throughputAt([lambda, sigma, kappa], peak),
    extrapolated: peak !== null && (peak < least || peak > most),
  }
}

type Parameters = readonly [lambda: number, sigma: number, kappa: number]

const throughputAt = ([lambda, sigma, kappa]: Parameters, n: number): number =>
  (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1))

const errorOf = (parameters: Parameters, loads: readonly number[], throughputs: readonly number[]): number =>
  loads.reduce((sum, n, at) => sum + (throughputs[at]! - throughputAt(parameters, n)) ** 2, 0)

/** With the lambda that fits best. */
function startAt(sigma: number, kappa: number, loads: readonly number[], throughputs: readonly number[]): Parameters {
  const shape = loads.map(n => throughputAt([1, sigma, kappa], n))
  const product = shape.reduce((sum, value, at) => sum + value * throughputs[at]!, 0)
  return [product / shape.reduce((sum, value) => sum + value * value, 0), sigma, kappa]
}

function descend(start: Parameters, loads: readonly number[], throughputs: readonly number[]): Parameters {
  let at = start
  let error = errorOf(at, loads, throughputs)
  let damping = 1e-3
  for (let step = 0; step < 500 && damping < 1e12; step++) {
    const next = within(stepFrom(at, damping, loads, throughputs))
    const nextError = errorOf(next, loads, throughputs)
    // Near the minimum the error is flat: rounding may raise it while the coefficients still improve.
    if (nextError <= error * (1 + ROUNDING)) {
      const isThere = next.every((value, index) => Math.abs(value - at[index]!) <= SETTLED * value)
      ;[at, error, damping] = [next, nextError, damping / 4]
      if (isThere) break
    } else damping *= 4
  }
  return at
}

const within = ([lambda, sigma, kappa]: Parameters): Parameters => [
  Math.max(1e-12, lambda),
  Math.min(1, Math.max(0, sigma)),
  Math.max(0, kappa),
]

/** Solves (J'J + damping diag(J'J)) d = J'r by Cramer's rule; a coefficient that the step would push over its bound stays there. */
function stepFrom(
  at: Parameters,
  damping: number,
  loads: readonly number[],
  throughputs: readonly number[],
): Parameters {
  const normal = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  const right = [0, 0, 0]
  for (const [index, n] of loads.entries()) {
    const x = throughputAt(at, n)
    const slope = -(x * x) / (at[0] * n)
    const gradient = [x / at[0], slope * (n - 1), slope * n * (n - 1)]
    const residual = throughputs[index]! - x
    for (let row = 0; row < 3; row++) {
      right[row]! += gradient[row]! * residual
      for (let column = 0; column < 3; column++) normal[3 * row + column]! += gradient[row]! * gradient[column]!
    }
  }
  for (const [index, value] of at.entries()) {
    normal[4 * index]! *= 1 + damping
    if (!isHeld(index, value, right[index]!)) continue
    right[index] = 0
    for (let other = 0; other < 3; other++) normal[3 * index + other] = normal[3 * other + index] = 0
    normal[4 * index] = 1
  }
  const whole = determinant(normal)
  if (whole === 0) return at
  const solved = [0, 1, 2].map(
    column =>
      determinant(normal.map((value, cell) => (cell % 3 === column ? right[Math.floor(cell / 3)]! : value))) / whole,
  )
  return [at[0] + solved[0]!, at[1] + solved[1]!, at[2] + solved[2]!]
}

/** sigma (1) and kappa (2) at a bound, where the error falls only beyond it. */
function isHeld(index: number, value: number, descent: number): boolean {
  if (index === 0) return false
  return (value === 0 && descent <= 0) || (index === 1 && value === 1 && descent >= 0)
}

function determinant(matrix: readonly number[]): number {
  const [a, b, c, d, e, f, g, h, i] = matrix as [number, number, number, number, number, number, number, number, number]
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}
