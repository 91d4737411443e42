import type { Hospital } from '../../../model/topology.ts'
import { createRandom, shuffle } from '../../../workload/random.ts'
import type { Proof } from './check.ts'

const MOST = 50

/** The hospitals that are tried: all, or 50 of them by the seed. */
export function sampled({ topology: { hospitals }, seed }: Proof): readonly Hospital[] {
  return hospitals.length <= MOST ? hospitals : shuffle([...hospitals], createRandom(seed)).slice(0, MOST)
}

/** Ordered pairs of hospitals in namespaces of their own, 50 at most: others share a sender, which reaches itself. */
export function pairs(site: Proof): readonly (readonly [Hospital, Hospital])[] {
  const apart = site.topology.hospitals.filter(
    each => site.topology.hospitals.filter(({ host }) => host === each.host).length === 1,
  )
  const all = apart.flatMap(from =>
    site.topology.hospitals.filter(to => to.host !== from.host).map(to => [from, to] as const),
  )
  return shuffle(all, createRandom(site.seed)).slice(0, MOST)
}
