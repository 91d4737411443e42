import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import { quantileRanks } from '../../stats/quantileInterval.ts'
import type { Bound } from './report.ts'

const LEVEL = 0.95

/**
 * Median with its interval over clones. Of an even number of them it is the mean of the two in the middle, of whole feeds and tunnels the lower of both,
 * so that it was tried. `unknown`: what a null stands for, below or above every load.
 */
export function boundOver(
  values: readonly (number | null)[],
  unknown: 'below' | 'above',
  over: CapacityAim['over'],
): Bound {
  const n = values.length
  if (n === 0) return { median: null, interval: null }
  const edge = unknown === 'below' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const sorted = values.map(value => value ?? edge).toSorted((a, b) => a - b)
  const ranks = quantileRanks(n, 0.5, LEVEL)
  const at = (index: number) => known(sorted[index]!)
  const low = at(Math.ceil(n / 2) - 1)
  const high = over === 'rate' ? at(Math.floor(n / 2)) : low
  return {
    median: low === null || high === null ? null : (low + high) / 2,
    interval: ranks && { lower: at(ranks.lower - 1), upper: at(ranks.upper - 1) },
  }
}

/** The loads kept up with. A clone for which nothing was too much may keep up with any more: it bounds nothing from above. */
export function lowerBound(
  searches: readonly Pick<CapacitySearch, 'lower' | 'upper'>[],
  over: CapacityAim['over'],
): { readonly bound: Bound /** The median is no more than that. */; readonly isExact: boolean } {
  const least = searches.map(({ lower }) => lower)
  const most = searches.map(({ lower, upper }) => (upper === null && lower !== null ? Number.POSITIVE_INFINITY : lower))
  const [bound, highest] = [boundOver(least, 'below', over), boundOver(most, 'below', over)]
  const interval = bound.interval && { lower: bound.interval.lower, upper: highest.interval!.upper }
  return { bound: { median: bound.median, interval }, isExact: bound.median === highest.median }
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null)
