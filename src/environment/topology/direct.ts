import type { Impairment, Topology } from '../../model/topology.ts'

/** What is settled for a link. */
export interface LinkOptions {
  /** Bytes; null = 1500. */
  readonly mtu: number | null
  readonly impairment: Impairment | null
}

/**
 * Hospital and application with nothing but the internet between them: what every VPN figure is set against.
 * @param receiverPort of the hospital, on which the application reaches it
 */
export function direct(internet: LinkOptions, receiverPort: number): Topology {
  return {
    name: 'direct',
    hosts: [
      { ...endpoint('hosp'), routes: [{ to: 'default', via: '192.0.2.1' }] },
      router('inet'),
      { ...endpoint('app'), routes: [{ to: 'default', via: '198.51.100.1' }] },
    ],
    links: [
      link('internet', ['hosp', 'wan0', '192.0.2.2/30'], ['inet', 'far0', '192.0.2.1/30'], internet),
      link('uplink', ['inet', 'near0', '198.51.100.1/30'], ['app', 'wan0', '198.51.100.2/30'], PLAIN),
    ],
    tunnels: [],
    hospitals: [
      { host: 'hosp', address: '192.0.2.2', seenAs: '192.0.2.2', reachedAt: '192.0.2.2', ports: [], receiverPort },
    ],
    application: 'app',
    applicationAddress: '198.51.100.2',
    sparePorts: [],
    internet: 'inet',
  }
}

export const PLAIN: LinkOptions = { mtu: null, impairment: null }

export const endpoint = (name: string) =>
  ({ name, role: 'endpoint', addresses: [], routes: [], passes: [], translations: [] }) as const

export const router = (name: string) =>
  ({ name, role: 'router', addresses: [], routes: [], passes: 'all', translations: [] }) as const

type End = readonly [host: string, device: string, address: string]

export function link(name: string, from: End, to: End, options: LinkOptions): Topology['links'][number] {
  const end = ([host, device, address]: End) => ({ host, device, address })
  return { name, ends: [end(from), end(to)], ...options }
}
