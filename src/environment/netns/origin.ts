import type { Path } from '../../model/environment.ts'
import type { Load } from '../../model/scenario.ts'
import type { Hospital, Topology } from '../../model/topology.ts'

/** Host that a generator of a load runs on, and the ways that its connections take in turn; none = one way for all. */
export interface Origin {
  readonly host: string
  readonly paths: readonly Path[]
}

/** Towards the application generators share the hosts that hospitals have, and each speaks for the hospitals of its own; from it they go to every hospital. */
export function originOf(
  { hospitals, application, tunnels }: Topology,
  { protocol, from }: Pick<Load, 'protocol' | 'from'>,
  index: number,
): Origin {
  if (from === 'application') {
    const paths = hospitals.map(({ reachedAt, receiverPort }, place) => ({
      localAddress: null,
      host: reachedAt,
      tunnel: tunnels[place]?.name ?? null,
      port: receiverPort,
    }))
    return { host: application, paths }
  }
  const hosts = hostsOf(hospitals)
  const host = hosts[index % hosts.length]!
  if (hospitals.length === 1) return { host, paths: [] }
  const paths = hospitals
    .map((hospital, place) => ({ ...hospital, tunnel: tunnels[place]?.name ?? null }))
    .filter(each => each.host === host)
    .map(({ address, ports, tunnel }) => ({
      localAddress: address,
      host: null,
      tunnel,
      port: protocol === 'mllp' ? ports[0]! : null,
    }))
  return { host, paths }
}

/** Each once, the one of the most hospitals first. */
export function hostsOf(hospitals: readonly Hospital[]): readonly string[] {
  const count = (host: string) => hospitals.filter(each => each.host === host).length
  return [...new Set(hospitals.map(({ host }) => host))].toSorted((a, b) => count(b) - count(a))
}
