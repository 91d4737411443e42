import type { Topology } from '../../model/topology.ts'
import { EnvironmentError } from '../error.ts'
import type { IpsecTunnel } from './ipsec.ts'
import type { Mechanisms } from './mechanism.ts'
import type { Tree } from './tree.ts'
import { largestInEsp, pathMtu } from './tunnelMtu.ts'

/** What kernel-libipsec gives its device, bytes. */
const LIBIPSEC_MTU = 1_400
const LIBIPSEC_DEVICE = 'ipsec0'

/** The MTU that the device of a gateway's tunnels must have, bytes: that of the narrowest. */
export const deviceMtu = (topology: Topology, tunnels: readonly IpsecTunnel[]): number =>
  Math.min(LIBIPSEC_MTU, ...tunnels.map(tunnel => largestInEsp(tunnel.vpn.cipher, pathMtu(topology, [tunnel]))))

/** Makes the devices of gateways whose ESP is libipsec as narrow as their links ask for; the kernel's ESP reckons by itself. Throws EnvironmentError with what `ip` says. */
export async function narrowDevices(
  tree: Tree,
  topology: Topology,
  tunnels: readonly IpsecTunnel[],
  { esp }: Mechanisms,
): Promise<void> {
  if (esp !== 'libipsec') return
  const hosts = new Set(tunnels.flatMap(({ initiator, responder }) => [initiator.host, responder.host]))
  await Promise.all(
    [...hosts].map(async host => {
      const own = tunnels.filter(({ initiator, responder }) => [initiator.host, responder.host].includes(host))
      const mtu = deviceMtu(topology, own)
      if (mtu === LIBIPSEC_MTU) return
      const { code, output } = await tree.run(host, ['ip', 'link', 'set', LIBIPSEC_DEVICE, 'mtu', String(mtu)])
      if (code !== 0)
        throw new EnvironmentError(
          'provision',
          'environment',
          `${host} does not give ${LIBIPSEC_DEVICE} an MTU of ${mtu}: ${output.trim()}\nleave environment.link.mtu out, or see what this machine can do: hl7bench doctor`,
        )
    }),
  )
}
