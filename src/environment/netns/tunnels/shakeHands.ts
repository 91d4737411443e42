import type { Topology } from '../../../model/topology.ts'
import { aborted } from '../aborted.ts'
import type { Tree } from '../tree.ts'
import type { Device } from '../wireguard.ts'
import { named, notUp } from './complaint.ts'

/** WireGuard itself would wait for 5 s before it tries again (its paper, 6.4: Rekey-Timeout): a device that is configured anew tries at once. */
const ROUND_S = 1.5
const TUNNELS_PER_SECOND = 100
const ROUNDS = 3
/** Where a link loses packets, so many seconds of rounds. */
const LOSSY_S = 18
const LONGEST_ROUND_S = 6
const TICK_S = 0.05

/**
 * Has the initiator of every tunnel of WireGuard begin, by a keepalive that is turned off again, and waits until all have shaken hands. Throws EnvironmentError that names
 * the tunnels that never did, after three attempts of 1.5 s, or 18 s of them where packets are lost on purpose; to each is added a link's delay, and a second for every
 * 100 tunnels, up to 6 s. WireGuard itself says nothing, and does not answer who has another key.
 */
export async function shakeHands(
  tree: Tree,
  { tunnels, links }: Topology,
  devices: readonly Device[],
  signal: AbortSignal,
): Promise<void> {
  const { rounds, roundS } = patience(links, devices.length)
  const hostOf = new Map(tunnels.map(({ name, initiator }) => [name, initiator.host]))
  const initiating = devices.filter(({ host, peers }) => peers.every(({ tunnel }) => hostOf.get(tunnel) === host))
  const asked = [...Map.groupBy(initiating, ({ host }) => host)].map(async ([host, own]) => {
    const names = own.map(({ name }) => name)
    const { output } = await tree.run(host, ['sh', '-c', handshakes(names, rounds, roundS)])
    return output.split('\n').map(line => `${host} ${line}`)
  })
  const shaken = new Set((await Promise.race([Promise.all(asked), aborted(signal)])).flat())
  const silent = initiating.filter(({ host, name }) => !shaken.has(`${host} ${name}`)).flatMap(({ peers }) => peers)
  if (silent.length === 0) return
  throw notUp(
    `${silent.length} of ${initiating.length} tunnels (${named(silent)}) did not come up: no handshake within ${(rounds * roundS).toFixed(1)} s. ` +
      'WireGuard gives no reason: a peer whose key is not the one that was agreed gets no answer',
  )
}

/** A round that were shorter than the way there and back would never end in a handshake. */
function patience(links: Topology['links'], tunnels: number): { rounds: number; roundS: number } {
  const impairments = links.flatMap(({ impairment }) => impairment ?? [])
  const delayMs = Math.max(0, ...impairments.map(each => each.delayMs + each.jitterMs))
  const roundS = Math.min(
    LONGEST_ROUND_S,
    ROUND_S + Math.ceil((2 * delayMs) / 100) / 10 + Math.floor(tunnels / TUNNELS_PER_SECOND),
  )
  const isLossy = impairments.some(({ lossRatio }) => lossRatio > 0)
  return { rounds: isLossy ? Math.floor(LOSSY_S / roundS) : ROUNDS, roundS }
}

/** Prints the devices, of one peer each, that have shaken hands. If both ends began at once, each would drop its own handshake for the other's, again and again. */
const handshakes = (devices: readonly string[], rounds: number, roundS: number) => `
devices='${devices.join(' ')}'
silent() { wg show all latest-handshakes | awk '$3 == 0 { print $1 }'; }
keep_alive() {
  for device in $1; do wg set "$device" peer "$(wg show "$device" peers)" persistent-keepalive "$2"; done
}
keep_alive "$devices" 1
for round in $(seq ${rounds}); do
  timeout ${roundS} sh -c 'while wg show all latest-handshakes | grep -q "[[:space:]]0$"; do sleep ${TICK_S}; done' && break
  [ $round -eq ${rounds} ] && break
  for device in $(silent); do
    wg setconf "$device" "/run/$device.conf"
    keep_alive "$device" 1
  done
done
keep_alive "$devices" off
wg show all latest-handshakes | awk '$3 > 0 { print $1 }'`
