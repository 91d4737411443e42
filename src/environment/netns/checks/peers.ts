import type { Device, Peer } from '../wireguard.ts'
import type { Proof } from './check.ts'
import { type Account, type Deviation, deviationsOf, type Point } from './deviation.ts'

/** A device as `wg show all dump` tells of it. */
interface Shown {
  readonly publicKey: string
  readonly port: string
  /** By public key. */
  readonly peers: ReadonlyMap<string, ShownPeer>
}

interface ShownPeer {
  readonly sharedKey: string
  readonly endpoint: string
  readonly networks: readonly string[]
  /** Seconds since 1970; 0 = never. */
  readonly handshakeSeconds: number
  /** Seconds, or `off`. */
  readonly keepalive: string
}

/** What gateways say of their WireGuard peers: all as asked, and all have shaken hands. */
export async function wireguardAccount(site: Proof): Promise<Account> {
  const { tunnels } = site.topology
  const byHost = Object.entries(Object.groupBy(site.wireguard, ({ host }) => host))
  const deviations = await Promise.all(
    byHost.map(async ([host, devices]) => {
      const { output } = await site.tree.run(host, ['wg', 'show', 'all', 'dump'])
      const begun = new Set(tunnels.flatMap(({ name, initiator }) => (initiator.host === host ? [name] : [])))
      return deviationsOn(host, devices!, dumpOf(output), begun)
    }),
  )
  const { length } = tunnels
  return {
    deviations: deviations.flat(),
    evidence: `${length} ${length === 1 ? 'tunnel' : 'tunnels'} of WireGuard: both ends tell keys, ports and allowed networks as asked, and have shaken hands`,
  }
}

/** @param output of `wg show all dump`: 5 columns of a device, 9 of a peer */
export function dumpOf(output: string): ReadonlyMap<string, Shown> {
  const found = new Map<string, Shown & { peers: Map<string, ShownPeer> }>()
  for (const line of output.split('\n')) {
    const [device, key, ...rest] = line.split('\t')
    if (rest.length === 3) found.set(device!, { publicKey: rest[0]!, port: rest[1]!, peers: new Map() })
    if (rest.length !== 7) continue
    const [sharedKey, endpoint, networks, handshake] = rest as [string, string, string, string]
    const keepalive = rest.at(-1)!
    found.get(device!)?.peers.set(key!, {
      ...{ sharedKey, endpoint, keepalive, handshakeSeconds: Number(handshake) },
      networks: networks === '(none)' ? [] : networks.split(','),
    })
  }
  return found
}

/** @param begun names of the tunnels whose first packet comes from this host */
function deviationsOn(
  host: string,
  devices: readonly Device[],
  dump: ReadonlyMap<string, Shown>,
  begun: ReadonlySet<string>,
): Deviation[] {
  return devices.flatMap(device => {
    const shown = dump.get(device.name)
    const first = device.peers[0]?.tunnel ?? device.name
    if (shown === undefined) return deviationsOf(first, host, [[`device ${device.name}`, 'not there', 'there']])
    const known = new Set(device.peers.map(({ publicKey }) => publicKey))
    const strangers = [...shown.peers.keys()].filter(key => !known.has(key))
    return [
      ...deviationsOf(first, host, [
        [`public key of ${device.name}`, shown.publicKey, device.key.publicKey],
        [`port of ${device.name}`, shown.port, device.port],
        [`peers of ${device.name} that no tunnel has`, strangers, []],
      ]),
      ...device.peers.flatMap(peer =>
        deviationsOf(peer.tunnel, host, pointsOf(peer, shown.peers.get(peer.publicKey), begun)),
      ),
    ]
  })
}

function pointsOf(
  { tunnel, networks, endpoint }: Peer,
  shown: ShownPeer | undefined,
  begun: ReadonlySet<string>,
): Point[] {
  if (shown === undefined) return [['peer', 'not there', 'there']]
  return [
    ['allowed-ips', shown.networks, networks],
    ['persistent-keepalive', shown.keepalive, 'off'],
    ['preshared key', shown.sharedKey === '(none)' ? 'none' : 'there', 'none'],
    // Who answers takes the endpoint from the packets that come (WireGuard's white paper, 2.1).
    ...(begun.has(tunnel) ? [['endpoint', shown.endpoint, endpoint] as const] : []),
    ['handshake', shown.handshakeSeconds === 0 ? 'none' : 'done', 'done'],
  ]
}
