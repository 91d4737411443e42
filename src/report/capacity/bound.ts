import { quantileRanks } from '../../stats/quantileInterval.ts'
import type { Bound } from './report.ts'

const LEVEL = 0.95

/** Median with its interval over clones. `unknown`: what a null stands for, below or above every load. */
export function boundOver(values: readonly (number | null)[], unknown: 'below' | 'above'): Bound {
  const n = values.length
  if (n === 0) return { median: null, interval: null }
  const edge = unknown === 'below' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const sorted = values.map(value => value ?? edge).toSorted((a, b) => a - b)
  const ranks = quantileRanks(n, 0.5, LEVEL)
  const at = (index: number) => known(sorted[index]!)
  const [low, high] = [at(Math.ceil(n / 2) - 1), at(Math.floor(n / 2))]
  return {
    median: low === null || high === null ? null : (low + high) / 2,
    interval: ranks && { lower: at(ranks.lower - 1), upper: at(ranks.upper - 1) },
  }
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null)
