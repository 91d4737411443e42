import { EnvironmentError } from '../../error.ts'
import type { Tree } from '../tree.ts'
import { type Device, type Peer, routesTo } from '../wireguard.ts'
import type { Stage } from './addition.ts'

/** The two ends of a tunnel of WireGuard as peers of each other, with the routes to what is behind them: the side that answers first. */
export function peers(tree: Tree, devices: readonly Device[], tunnel: string): Stage {
  const ends = devices.flatMap(device =>
    device.peers.filter(peer => peer.tunnel === tunnel).map(peer => ({ device, peer })),
  )
  const change = async (commandsOf: (device: Device, peer: Peer) => readonly string[]) => {
    for (const { device, peer } of ends) {
      const { code, output } = await tree.run(device.host, ['sh', '-e', '-c', commandsOf(device, peer).join('\n')])
      if (code === 0) continue
      const message = `${device.name} of ${device.host} cannot be configured: ${output.trim()}; run it again`
      throw new EnvironmentError('measure', 'environment', message)
    }
  }
  return {
    step: 'configurationLoaded',
    give: () =>
      change((device, peer) => [
        `wg set ${device.name} peer ${peer.publicKey} endpoint ${peer.endpoint} allowed-ips ${peer.networks.join(',')}`,
        ...routesTo(device, peer).map(route => `ip route replace ${route}`),
      ]),
    take: () =>
      change((device, peer) => [
        ...routesTo(device, peer).map(route => `ip route del ${route}`),
        `wg set ${device.name} peer ${peer.publicKey} remove`,
      ]),
  }
}
