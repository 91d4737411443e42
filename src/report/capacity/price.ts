import type { CapacitySearch } from '../../model/capacity.ts'
import { exponential, logsOf } from '../../stats/hodgesLehmann.ts'
import { signedRank } from '../../stats/signedRank.ts'
import type { CapacityPrice } from './report.ts'

const LEVEL = 0.95

/** A capacity set against that of a reference that was searched beside it, clone by clone; null where no clone knows both. */
export function priceOf(
  referenceId: string,
  own: readonly CapacitySearch[],
  reference: readonly CapacitySearch[],
): CapacityPrice | null {
  const pairs = own.flatMap(search => {
    const other = reference.find(({ clone }) => clone === search.clone)
    if (search.lower === null || other === undefined || other.lower === null) return []
    return [{ ratio: search.lower / other.lower, isBounded: search.ended !== 'found' || other.ended !== 'found' }]
  })
  if (pairs.length === 0) return null
  const { estimate, interval } = signedRank(logsOf(pairs.map(({ ratio }) => ratio)), LEVEL)
  return {
    referenceId,
    pairs: pairs.length,
    ratio: Math.exp(estimate),
    interval: interval && exponential(interval),
    isBounded: pairs.some(({ isBounded }) => isBounded),
  }
}
