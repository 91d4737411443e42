import { assertSample } from './input.ts'
import { quantile } from './quantile.ts'

const LARGEST_EXACT = 10_000
/** Steps that reach the statistic but for rounding count as reaching it. */
const ROUNDING = 1e-7

export interface Kolmogorov {
  readonly n: readonly [x: number, y: number]
  /** Largest distance between the two distribution functions. */
  readonly d: number
  readonly p: number
  readonly exact: boolean
}

/**
 * Two-sample Kolmogorov-Smirnov test of samples centred at their medians: whether one is the other shifted. p is exact for n_x n_y < 10,000,
 * also with ties (paths on a lattice, Schroeer and Trenkler, CSDA 20, 1995), else Smirnov's limit. The centring makes either approximate.
 * @throws RangeError on an invalid sample.
 */
export function ksCentred(x: readonly number[], y: readonly number[]): Kolmogorov {
  return kolmogorov(centred(x), centred(y))
}

/** The same test of samples as they are. @throws RangeError on an invalid sample. */
export function kolmogorov(x: readonly number[], y: readonly number[]): Kolmogorov {
  assertSample(x)
  assertSample(y)
  const [m, n] = [x.length, y.length]
  const all = [...x.map(value => ({ value, own: 1 / m })), ...y.map(value => ({ value, own: -1 / n }))]
  all.sort((a, b) => a.value - b.value)
  // Only after the last of equal values do the distribution functions mean anything.
  const isStep = all.map(({ value }, index) => value !== all[index + 1]?.value)
  let [distance, d] = [0, 0]
  for (const [index, { own }] of all.entries()) {
    distance += own
    if (isStep[index]) d = Math.max(d, Math.abs(distance))
  }
  const exact = m * n < LARGEST_EXACT
  return { n: [m, n], d, p: exact ? exactP(d, m, n, isStep) : limitP(d * Math.sqrt((m * n) / (m + n))), exact }
}

function centred(values: readonly number[]): number[] {
  const median = quantile(values, 0.5)
  return values.map(value => value - median)
}

/** Probability that a random path from (0, 0) to (m, n) comes as far from the diagonal as `d` at a step that counts. */
function exactP(d: number, m: number, n: number, isStep: readonly boolean[]): number {
  const touched = new Float64Array(n + 1)
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      const isFar = i + j > 0 && isStep[i + j - 1] && Math.abs(i / m - j / n) >= d * (1 - ROUNDING)
      if (isFar) touched[j] = 1
      else {
        const before = (i > 0 ? i * touched[j]! : 0) + (j > 0 ? j * touched[j - 1]! : 0)
        touched[j] = i + j === 0 ? 0 : before / (i + j)
      }
    }
  }
  return touched[n]!
}

/** Smirnov, Ann. Math. Statist. 19, 1948. */
function limitP(z: number): number {
  if (z < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * z * z)
  return Math.min(1, Math.max(0, sum))
}
