import type { NetworkFacts } from '../../model/environment.ts'
import type { Topology } from '../../model/topology.ts'
import type { Guarded } from '../guarded.ts'
import { bringUpIpsec, type Gateways } from './bringUp.ts'
import { makeCredentials } from './credentials.ts'
import { charons, ipsecTunnels } from './ipsec.ts'
import type { Mechanisms } from './mechanism.ts'
import { narrowDevices } from './narrowDevices.ts'
import { needsRelay } from './relay.ts'
import { startTree, type Tree } from './tree.ts'
import { shakeHands } from './tunnels/shakeHands.ts'
import { type Device, wireguards } from './wireguard.ts'

/** A topology that stands: its hosts, its networks, its gateways with their tunnels up. */
export interface Site {
  readonly topology: Topology
  readonly mechanisms: Mechanisms
  readonly tree: Tree
  readonly gateways: Gateways
  /** Of the gateways that speak WireGuard. */
  readonly wireguard: readonly Device[]
  readonly facts: Omit<NetworkFacts, 'checks'>
}

export interface SiteStart {
  /** Of the clone's processes, for the journal. */
  readonly id: string
  readonly topology: Topology
  readonly mechanisms: Mechanisms
  /** Cores that daemons are held on; null = any. */
  readonly gatewayCpus: string | null
  readonly signal: AbortSignal
}

/** Builds all of it, or nothing. Throws EnvironmentError with the reason of whoever refused. */
export async function buildSite(guarded: Guarded, start: SiteStart): Promise<Site> {
  const { id, topology, mechanisms, gatewayCpus, signal } = start
  const [ipsec, wireguard] = [charons(topology, mechanisms), wireguards(topology, mechanisms)]
  const held = (command: string) => (gatewayCpus === null ? command : `taskset -c ${gatewayCpus} ${command}`)
  const setup = {
    topology,
    mechanisms,
    files: [...ipsec.files, ...wireguard.files],
    daemons: [...ipsec.daemons, ...wireguard.daemons].map(daemon => ({ ...daemon, command: held(daemon.command) })),
    steps: wireguard.steps,
  }
  const [credentials, tree] = await Promise.all([
    makeCredentials(ipsecTunnels(topology)),
    startTree(guarded, id, setup, signal),
  ])
  try {
    await shakeHands(tree, topology, wireguard.devices, signal)
    const gateways = await bringUpIpsec(tree, topology, credentials, signal)
    await narrowDevices(tree, topology, ipsecTunnels(topology), mechanisms)
    return {
      topology,
      mechanisms,
      tree,
      gateways,
      wireguard: wireguard.devices,
      facts: factsOf(topology, mechanisms, gateways.tunnelsUpMs),
    }
  } catch (error) {
    await guarded.end(id, 0)
    throw error
  }
}

/** Only what the topology asks for: the rest says nothing about it. */
function factsOf(topology: Topology, mechanisms: Mechanisms, tunnelsUpMs: number | null): Site['facts'] {
  const { hospitals, tunnels, links, name } = topology
  const speaks = (kind: string) => tunnels.some(({ vpn }) => vpn.kind === kind)
  const impairments = links.flatMap(({ impairment }) => impairment ?? [])
  const used = {
    ...(speaks('ipsec') && { esp: mechanisms.esp }),
    ...(speaks('wireguard') && { wireguard: mechanisms.wireguard }),
    ...(impairments.some(needsRelay) && { delay: mechanisms.delay }),
    ...(impairments.some(({ rateMbit }) => rateMbit !== null) && { rate: mechanisms.rate }),
    namespaces: mechanisms.userNamespace ? 'user' : 'root',
  }
  const known = Object.entries(used).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    topology: name,
    hospitals: hospitals.length,
    tunnels: tunnels.length,
    mechanisms: Object.fromEntries(known),
    tunnelsUpMs,
  }
}
