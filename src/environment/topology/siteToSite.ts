import type { Topology, Vpn } from '../../model/topology.ts'
import { SPARE_PORTS } from './applicationPorts.ts'
import { endpoint, type LinkOptions, link, PLAIN, router } from './direct.ts'

export interface SiteToSiteOptions {
  readonly vpn: Vpn
  readonly internet: LinkOptions
  /** Ports of the application that our gateway's firewall lets through, at least one; the first is what spare ones are taken for. */
  readonly ports: readonly number[]
  /** The one port of the hospital that both firewalls let the application through to. */
  readonly receiverPort: number
}

const HOSPITAL = '10.1.0.0/24'
const APPLICATION = '10.100.0.0/24'

/** Hospital, its gateway, the internet, our gateway, application; the tunnel carries the two networks behind the gateways. */
export function siteToSite({ vpn, internet, ports, receiverPort }: SiteToSiteOptions): Topology {
  return {
    name: 'site-to-site',
    hosts: [
      { ...endpoint('hosp'), routes: [{ to: 'default', via: '10.1.0.1' }] },
      {
        name: 'hgw',
        role: 'gateway',
        addresses: [],
        routes: [{ to: 'default', via: '192.0.2.1' }],
        passes: [
          { from: HOSPITAL, to: APPLICATION, ports: null, tunnel: 'out' },
          { from: APPLICATION, to: HOSPITAL, ports: [receiverPort], tunnel: 'in' },
        ],
        translations: [],
      },
      router('inet'),
      {
        name: 'gw',
        role: 'gateway',
        addresses: [],
        routes: [{ to: 'default', via: '198.51.100.1' }],
        passes: [
          { from: HOSPITAL, to: '10.100.0.10', ports, tunnel: 'in' },
          { from: APPLICATION, to: HOSPITAL, ports: [receiverPort], tunnel: 'out' },
        ],
        translations: [],
      },
      {
        ...endpoint('app'),
        routes: [{ to: 'default', via: '10.100.0.1' }],
        redirect: { first: SPARE_PORTS[0]!, last: SPARE_PORTS.at(-1)!, to: ports[0]! },
      },
    ],
    links: [
      link('hospital', ['hosp', 'lan0', '10.1.0.10/24'], ['hgw', 'lan0', '10.1.0.1/24'], PLAIN),
      link('internet', ['hgw', 'wan0', '192.0.2.2/30'], ['inet', 'far0', '192.0.2.1/30'], internet),
      link('uplink', ['inet', 'near0', '198.51.100.1/30'], ['gw', 'wan0', '198.51.100.2/30'], PLAIN),
      link('application', ['gw', 'lan0', '10.100.0.1/24'], ['app', 'lan0', '10.100.0.10/24'], PLAIN),
    ],
    tunnels: [
      {
        name: 'hosp',
        vpn,
        initiator: {
          host: 'hgw',
          address: '192.0.2.2',
          identity: 'hosp.hospital.example',
          networks: [HOSPITAL],
          inside: '10.1.0.1',
        },
        responder: {
          host: 'gw',
          address: '198.51.100.2',
          identity: 'vpn.application.example',
          networks: [APPLICATION],
          inside: '10.100.0.1',
        },
      },
    ],
    hospitals: [
      { host: 'hosp', address: '10.1.0.10', seenAs: '10.1.0.10', reachedAt: '10.1.0.10', ports, receiverPort },
    ],
    application: 'app',
    applicationAddress: '10.100.0.10',
    sparePorts: SPARE_PORTS,
    internet: 'inet',
  }
}
