import type { Tunnel } from '../../../model/topology.ts'
import { ipsecTunnels } from '../ipsec.ts'
import type { Site } from '../site.ts'
import type { Addition, Stage } from './addition.ts'
import { openPassages } from './openPassages.ts'
import { passagesOf } from './passagesOf.ts'
import { peers } from './peers.ts'

/** The connection, the ports and the tunnel of the hospital at a place. Its keys are known to the gateways already. */
export function addTunnel(site: Site, place: number): Addition {
  const { topology, tree } = site
  const hospital = topology.hospitals[place]!
  const tunnel = topology.tunnels[place]!
  const ports = openPassages(tree, tunnel.responder.host, passagesOf(topology, tunnel))
  return {
    ...{ do: 'add-tunnel', hospital, tunnel: tunnel.name, port: hospital.ports[0]!, isThere: true },
    stages: tunnel.vpn.kind === 'ipsec' ? ipsec(site, tunnel, ports) : wireguard(site, tunnel, ports),
  }
}

function ipsec({ topology, gateways }: Site, { name }: Tunnel, ports: Stage): Stage[] {
  const tunnel = ipsecTunnels(topology).find(each => each.name === name)!
  return [
    { step: 'configurationLoaded', give: () => gateways.load(tunnel), take: () => gateways.unload(tunnel) },
    ports,
    { step: 'tunnelUp', give: () => gateways.initiate(tunnel), take: () => gateways.terminate(tunnel) },
  ]
}

/** It has no key exchange but that of the first packet, which is that of the connection. */
const wireguard = ({ tree, wireguard: devices }: Site, { name }: Tunnel, ports: Stage): Stage[] => [
  peers(tree, devices, name),
  ports,
]
