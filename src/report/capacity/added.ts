import type { CapacityAim, CapacitySearch, CapacityTrial } from '../../model/capacity.ts'
import type { QuantileValue } from '../../model/exchange.ts'
import { signedRank } from '../../stats/signedRank.ts'
import { isBeyond, UNANSWERED_MS } from '../unanswered.ts'
import type { Added, AddedLatency } from './report.ts'

const LEVEL = 0.95
const TOLD = ['p50', 'p99'] as const

/** What the way through the VPN adds to the response, at one load that both kept up with, clone by clone; null where there is no such load. */
export function addedOf(
  { load: name }: CapacityAim,
  own: readonly CapacitySearch[],
  reference: readonly CapacitySearch[],
): AddedLatency | null {
  const kept = (search: CapacitySearch) => search.trials.filter(({ isKept }) => isKept)
  const shared = own.flatMap(search => {
    const others = reference.filter(({ clone }) => clone === search.clone).flatMap(kept)
    return kept(search).flatMap(trial => {
      const other = longest(others.filter(({ load }) => load === trial.load))
      return other === undefined ? [] : [{ clone: search.clone, load: trial.load, trial, other }]
    })
  })
  const load = commonest(shared)
  if (load === null) return null
  const clones = [
    ...Map.groupBy(
      shared.filter(each => each.load === load),
      ({ clone }) => clone,
    ).values(),
  ]
  const pairs = clones.map(all => ({ trial: longest(all.map(({ trial }) => trial))!, other: all[0]!.other }))
  const [p50Ms, p99Ms] = TOLD.map(told => addedAt(pairs, name, told))
  return { load, p50Ms: p50Ms!, p99Ms: p99Ms! }
}

/** The load that most clones share, and of those the highest: what is added beyond what a lightly loaded path takes is in it. */
function commonest(shared: readonly { readonly clone: number; readonly load: number }[]): number | null {
  const clonesAt = new Map<number, Set<number>>()
  for (const { clone, load } of shared) clonesAt.set(load, (clonesAt.get(load) ?? new Set()).add(clone))
  const [found] = [...clonesAt].toSorted(([loadA, a], [loadB, b]) => b.size - a.size || loadB - loadA)
  return found === undefined ? null : found[0]
}

const longest = (trials: readonly CapacityTrial[]): CapacityTrial | undefined =>
  trials.toSorted((a, b) => b.seconds - a.seconds)[0]

/** Above the timeout counts as slower than any answer; where both are, nothing is told of the difference. */
function addedAt(
  pairs: readonly { readonly trial: CapacityTrial; readonly other: CapacityTrial }[],
  load: string,
  told: (typeof TOLD)[number],
): Added | null {
  const differences = pairs.flatMap(({ trial, other }) => {
    const [own, reference] = [responseOf(trial, load, told), responseOf(other, load, told)]
    if (own === undefined || reference === undefined || (own.ms === null && reference.ms === null)) return []
    return [(own.ms ?? UNANSWERED_MS) - (reference.ms ?? UNANSWERED_MS)]
  })
  if (differences.length === 0) return null
  const { estimate, interval } = signedRank(differences, LEVEL)
  const beyond = differences.filter(isBeyond)
  const isContradictory = beyond.some(each => each > 0) && beyond.some(each => each < 0)
  if (isBeyond(estimate) || (interval === null && isContradictory)) return null
  const isKnown = interval !== null && !isBeyond(interval.lower) && !isBeyond(interval.upper)
  return {
    ms: estimate,
    interval: isKnown ? { lower: interval.lower, upper: interval.upper } : null,
    pairs: differences.length,
  }
}

/** undefined = nothing was due */
function responseOf({ result }: CapacityTrial, name: string, told: (typeof TOLD)[number]): QuantileValue | undefined {
  if (result.state === 'failed') return undefined
  const response = result.loads.find(({ load }) => load === name)?.quantiles.response[told]
  return response?.ms === null && response.aboveMs === null ? undefined : response
}
