import type { Hospital, Tunnel } from '../../../model/topology.ts'
import { createRandom, shuffle } from '../../../workload/random.ts'
import type { Proof } from './check.ts'

const MOST = 50

/** The hospitals that are tried: all, or 50 of them by the seed. */
export function sampled({ topology: { hospitals }, seed }: Proof): readonly Hospital[] {
  return hospitals.length <= MOST ? hospitals : shuffle([...hospitals], createRandom(seed)).slice(0, MOST)
}

/** The tunnels of those. */
export function sampledTunnels(site: Proof): readonly Tunnel[] {
  const tried = new Set(sampled(site))
  return site.topology.tunnels.filter((_, place) => tried.has(site.topology.hospitals[place]!))
}

/** A hospital's host that plays no other, and a hospital that it must not reach. */
export interface Pair {
  readonly from: { readonly host: string; readonly address: string }
  readonly to: Hospital
}

/** From hosts that play one hospital to all others, 50 at most: a host that plays several reaches itself. */
export function pairs({ topology: { hospitals }, seed }: Proof): readonly Pair[] {
  const all = hospitals.flatMap(hospital => {
    const from = hospital.apart ?? (isAlone(hospital, hospitals) ? hospital : null)
    return from === null ? [] : hospitals.filter(other => other !== hospital).map(to => ({ from, to }))
  })
  return shuffle(all, createRandom(seed)).slice(0, MOST)
}

const isAlone = ({ host }: Hospital, hospitals: readonly Hospital[]) =>
  hospitals.filter(other => other.host === host).length === 1
