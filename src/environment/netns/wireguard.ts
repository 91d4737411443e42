import { generateKeyPairSync } from 'node:crypto'
import { WIREGUARD_OVERHEAD_BYTES } from '../../model/mtu.ts'
import type { Topology, Tunnel, TunnelEnd, WireguardVpn } from '../../model/topology.ts'
import type { Mechanisms } from './mechanism.ts'
import type { Daemon, HostFile, Step } from './script.ts'
import { pathMtu } from './tunnelMtu.ts'

type WireguardTunnel = Tunnel & { readonly vpn: WireguardVpn }

/** A device of a gateway: our gateway has one for all its peers, a hospital's one for each tunnel. */
export interface Device {
  readonly host: string
  readonly name: string
  readonly port: number
  readonly key: KeyPair
  readonly mtu: number
  readonly source: string
  /** Networks whose traffic goes this way where several devices lead to the same place; null = there is one device. */
  readonly from: { readonly networks: readonly string[]; readonly table: number } | null
  readonly peers: readonly Peer[]
}

export interface Peer {
  /** Name of the tunnel that leads to it. */
  readonly tunnel: string
  readonly publicKey: string
  readonly endpoint: string
  readonly networks: readonly string[]
}

interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

const PORT = 51820
const FIRST_TABLE = 1000

/** WireGuard on every gateway that speaks it, with keys made for this clone: the side that answers is configured first. */
export function wireguards(
  topology: Topology,
  { wireguard }: Mechanisms,
): { files: HostFile[]; daemons: Daemon[]; steps: Step[][]; devices: Device[] } {
  const spoken = topology.tunnels.filter((tunnel): tunnel is WireguardTunnel => tunnel.vpn.kind === 'wireguard')
  const { responders, initiators } = devicesOf(topology, spoken)
  const devices = [...responders, ...initiators]
  return {
    devices,
    files: devices.map(device => ({ host: device.host, name: `${device.name}.conf`, text: configurationOf(device) })),
    daemons:
      wireguard === 'wireguard-go'
        ? devices.map(({ host, name }) => ({
            host,
            name,
            command: `env WG_PROCESS_FOREGROUND=1 wireguard-go -f ${name}`,
          }))
        : [],
    steps: [responders, initiators]
      .map(group => group.map(device => configure(device, wireguard === 'kernel')))
      .filter(group => group.length > 0),
  }
}

function devicesOf(
  topology: Topology,
  tunnels: readonly WireguardTunnel[],
): { responders: Device[]; initiators: Device[] } {
  const keys = new Map<string, KeyPair>()
  const keyOf = (name: string) => {
    const key = keys.get(name) ?? makeKey()
    keys.set(name, key)
    return key
  }
  const places = new Map<string, number>()
  const initiators: Device[] = []
  const peersOf = new Map<TunnelEnd, Peer[]>()
  const answering = new Map<string, WireguardTunnel>()
  const isAlone = (host: string) => tunnels.filter(({ initiator }) => initiator.host === host).length === 1
  for (const tunnel of tunnels) {
    const { name, initiator, responder } = tunnel
    const place = places.get(initiator.host) ?? 0
    places.set(initiator.host, place + 1)
    const key = keyOf(name)
    const first = answering.get(responder.host) ?? tunnel
    answering.set(responder.host, first)
    initiators.push({
      host: initiator.host,
      name: `wg${place}`,
      port: PORT + place,
      key,
      mtu: mtuOf(topology, tunnel),
      source: initiator.inside,
      from: isAlone(initiator.host) ? null : { networks: initiator.networks, table: FIRST_TABLE + place },
      peers: [
        {
          tunnel: name,
          publicKey: keyOf(responder.host).publicKey,
          endpoint: `${responder.address}:${PORT}`,
          networks: responder.networks,
        },
      ],
    })
    const peers = peersOf.get(first.responder) ?? []
    peers.push({
      tunnel: name,
      publicKey: key.publicKey,
      endpoint: `${initiator.address}:${PORT + place}`,
      networks: initiator.networks,
    })
    peersOf.set(first.responder, peers)
  }
  const responders = [...answering.values()].map(first => ({
    host: first.responder.host,
    name: 'wg0',
    port: PORT,
    key: keyOf(first.responder.host),
    mtu: mtuOf(topology, first),
    source: first.responder.inside,
    from: null,
    peers: peersOf.get(first.responder)!,
  }))
  return { responders, initiators }
}

/** As asked, or as wg-quick(8) derives it from the link. */
const mtuOf = (topology: Topology, tunnel: WireguardTunnel): number =>
  tunnel.vpn.mtu ?? pathMtu(topology, [tunnel]) - WIREGUARD_OVERHEAD_BYTES

/** X25519, as wg(8) writes keys: the 32 bytes in base64. */
function makeKey(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const bytes = (value: string | undefined) => Buffer.from(value!, 'base64url').toString('base64')
  return {
    privateKey: bytes(privateKey.export({ format: 'jwk' }).d),
    publicKey: bytes(publicKey.export({ format: 'jwk' }).x),
  }
}

function configurationOf({ port, key, peers }: Device): string {
  const peer = ({ publicKey, endpoint, networks }: Peer) =>
    `[Peer]\nPublicKey = ${publicKey}\nEndpoint = ${endpoint}\nAllowedIPs = ${networks.join(', ')}\n`
  return `[Interface]\nPrivateKey = ${key.privateKey}\nListenPort = ${port}\n${peers.map(peer).join('')}`
}

/** What `ip route replace` is told for a peer, or what `ip route del` is. */
export const routesTo = ({ name, source, from }: Device, { networks }: Peer): string[] =>
  networks.map(network => `${network} dev ${name} src ${source}${from === null ? '' : ` table ${from.table}`}`)

function configure(device: Device, inKernel: boolean): Step {
  const { host, name, mtu, from, peers } = device
  const routes = peers.flatMap(peer => routesTo(device, peer)).map(route => `ip route replace ${route}`)
  const rules = (from?.networks ?? []).map(
    network => `ip rule add pref ${from!.table} from ${network} lookup ${from!.table}`,
  )
  return {
    host,
    command: [
      inKernel
        ? `ip link add ${name} type wireguard`
        : `until [ -S /run/wireguard/${name}.sock ] || [ -S /var/run/wireguard/${name}.sock ]; do sleep 0.01; done`,
      `wg setconf ${name} /run/${name}.conf`,
      `ip link set ${name} up mtu ${mtu}`,
      ...routes,
      ...rules,
    ].join('\n'),
  }
}
