import { fisherTail } from './fisherF.ts'
import { momentsOf } from './moments.ts'
import { quantile } from './quantile.ts'

/**
 * p of "both samples spread equally": Brown and Forsythe, JASA 69, 1974: one-way analysis of variance of the distances from the medians.
 * null for fewer than two values, or where no distance varies. @throws RangeError on an invalid sample.
 */
export function brownForsythe(x: readonly number[], y: readonly number[]): { f: number; p: number } | null {
  const [a, b] = [distances(x), distances(y)]
  if (a.length < 2 || b.length < 2) return null
  const [p, q] = [momentsOf(a), momentsOf(b)]
  const within = (p.variance * (p.n - 1) + q.variance * (q.n - 1)) / (p.n + q.n - 2)
  if (within === 0) return null
  const f = (((p.n * q.n) / (p.n + q.n)) * (p.mean - q.mean) ** 2) / within
  return { f, p: fisherTail(f, 1, p.n + q.n - 2) }
}

function distances(values: readonly number[]): number[] {
  const median = quantile(values, 0.5)
  return values.map(value => Math.abs(value - median))
}
