import type { Topology } from '../../../model/topology.ts'
import type { Tree } from '../tree.ts'
import type { Device } from '../wireguard.ts'
import { aborted } from './aborted.ts'
import { named, notUp } from './complaint.ts'

/** WireGuard sends a handshake that was not answered again after 5 to 5.3 s (its paper, 6.4: Rekey-Timeout): two in all. */
const LONGEST_S = 6
/** Where a link loses packets: four handshakes. */
const LONGEST_LOSSY_S = 17
const TICK_S = 0.05

/**
 * Has every initiator of WireGuard begin at once, by a keepalive that is turned off again, and waits until all have shaken hands. Throws EnvironmentError that names
 * the tunnels whose peers never did, after 6 s, or 17 s where packets are lost on purpose: WireGuard itself says nothing, and does not answer who has another key.
 */
export async function shakeHands(
  tree: Tree,
  { tunnels, links }: Topology,
  devices: readonly Device[],
  signal: AbortSignal,
): Promise<void> {
  const isLossy = links.some(({ impairment }) => (impairment?.lossRatio ?? 0) > 0)
  const longestS = isLossy ? LONGEST_LOSSY_S : LONGEST_S
  const initiates = new Set(tunnels.map(({ name, initiator }) => `${initiator.host} ${name}`))
  const peers = devices.flatMap(({ host, name: device, peers }) =>
    peers.flatMap(({ tunnel, publicKey }) =>
      initiates.has(`${host} ${tunnel}`) ? [{ host, device, tunnel, publicKey }] : [],
    ),
  )
  const asked = Promise.all(
    [...Map.groupBy(peers, ({ host }) => host)].map(async ([host, own]) => {
      const { output } = await tree.run(host, ['sh', '-c', handshake(own, longestS)])
      return output.split('\n').map(line => `${host} ${line}`)
    }),
  )
  const shaken = await Promise.race([asked, aborted(signal)])
  const known = new Set(shaken.flat())
  const silent = peers.filter(({ host, device, publicKey }) => !known.has(`${host} ${device} ${publicKey}`))
  if (silent.length === 0) return
  throw notUp(
    `${silent.length} of ${peers.length} tunnels (${named(silent)}) did not come up: no handshake within ${longestS} s. ` +
      'WireGuard gives no reason: a peer whose key is not the one that was agreed gets no answer',
  )
}

/** Prints the device and the key of each peer that has shaken hands. */
function handshake(
  peers: readonly { readonly device: string; readonly publicKey: string }[],
  longestS: number,
): string {
  const keepalive = (seconds: string) =>
    peers
      .map(({ device, publicKey }) => `wg set ${device} peer ${publicKey} persistent-keepalive ${seconds}`)
      .join('\n')
  return `${keepalive('1')}
timeout ${longestS} sh -c 'while wg show all latest-handshakes | grep -q "[[:space:]]0$"; do sleep ${TICK_S}; done'
${keepalive('off')}
wg show all latest-handshakes | awk '$3 > 0 { print $1, $2 }'`
}
