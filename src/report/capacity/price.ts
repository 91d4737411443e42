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
    return [{ ratio: search.lower / other.lower, own: search, reference: other }]
  })
  if (pairs.length === 0) return null
  const open = (of: 'own' | 'reference') => pairs.map(pair => pair[of]).filter(({ upper }) => upper === null)
  const [openOwn, openReferences] = [open('own'), open('reference')]
  const kind = kindOf(openOwn.length > 0, openReferences.length > 0)
  return {
    referenceId,
    pairs: pairs.length,
    kind,
    limits: limitsOf([...openOwn, ...openReferences]),
    ...ratioOf(
      pairs.map(({ ratio }) => ratio),
      kind,
    ),
  }
}

function limitsOf(open: readonly CapacitySearch[]): CapacityPrice['limits'] {
  const isBound = ({ ended }: CapacitySearch) => ended === 'generator-bound'
  return [...(open.some(isBound) ? ['generator' as const] : []), ...(open.every(isBound) ? [] : ['most' as const])]
}

/** A lower bound over a lower bound says nothing. */
function kindOf(isOwnOpen: boolean, isReferenceOpen: boolean): CapacityPrice['kind'] {
  if (isOwnOpen && isReferenceOpen) return 'not told'
  if (isReferenceOpen) return 'at most'
  return isOwnOpen ? 'at least' : 'exact'
}

function ratioOf(ratios: readonly number[], kind: CapacityPrice['kind']): Pick<CapacityPrice, 'ratio' | 'interval'> {
  if (kind === 'not told') return { ratio: null, interval: null }
  const { estimate, interval: logs } = signedRank(logsOf(ratios), LEVEL)
  const interval = logs && exponential(logs)
  return {
    ratio: Math.exp(estimate),
    interval: interval && {
      lower: kind === 'at most' ? null : interval.lower,
      upper: kind === 'at least' ? null : interval.upper,
    },
  }
}
