import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineTimed } from '../../model/environment.ts'
import type { Topology } from '../../model/topology.ts'
import type { TunnelEvent } from '../../model/tunnelEvent.ts'
import { EnvironmentError } from '../error.ts'
import type { Credentials } from './credentials.ts'
import { connection, type IpsecTunnel, ipsecGateways, ipsecTunnels } from './ipsec.ts'
import { hearRekeys } from './rekeys.ts'
import type { Tree } from './tree.ts'
import { establish } from './tunnels/establish.ts'
import { openVici, type Vici } from './vici.ts'

/** The daemons of a clone's gateways, spoken to by VICI. */
export interface Gateways {
  /** By host. */
  readonly vici: ReadonlyMap<string, Vici>
  /** From the first message of a key exchange to the last tunnel up, ms; null where there is no IPsec. */
  readonly tunnelsUpMs: number | null
  /** What has befallen the tunnels since they are up, as our gateways tell it; grows. Null where there is no IPsec. */
  readonly heard: readonly MachineTimed<TunnelEvent>[] | null
  /** Loads a tunnel's connection at both ends. */
  load(tunnel: IpsecTunnel): Promise<void>
  /** Has its initiator begin, and waits until it is up. Throws EnvironmentError where it does not come up. */
  initiate(tunnel: IpsecTunnel): Promise<void>
  /** Takes the tunnel down. Throws EnvironmentError where there is none. */
  terminate(tunnel: IpsecTunnel): Promise<void>
  /** Takes the connection from both ends. */
  unload(tunnel: IpsecTunnel): Promise<void>
  close(): void
}

const LONGEST_START_MS = 10_000
const LONGEST_TUNNEL_MS = 10_000

/** Loads every connection and lets the hospitals' gateways begin. Throws EnvironmentError with the gateways' own reason. */
export async function bringUpIpsec(
  tree: Tree,
  topology: Topology,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Gateways> {
  const tunnels = ipsecTunnels(topology)
  const vici = new Map<string, Vici>()
  const close = () => {
    for (const each of vici.values()) each.close()
  }
  try {
    await Promise.all(ipsecGateways(topology).map(async host => vici.set(host, await connectTo(tree, host, signal))))
    for (const [host, gateway] of vici)
      for (const { command, argument } of credentials.of(host)) await gateway.command(command, argument)
    const verbs = verbsOf(vici, credentials)
    for (const tunnel of tunnels) await verbs.load(tunnel)
    const tunnelsUpMs = tunnels.length === 0 ? null : await establish(tree, tunnels, vici, signal)
    const heard = tunnels.length === 0 ? null : await hearRekeys(tunnels, vici)
    return { vici, tunnelsUpMs, heard, ...verbs, close }
  } catch (error) {
    close()
    throw error
  }
}

const ROLES = ['responder', 'initiator'] as const

function verbsOf(
  vici: ReadonlyMap<string, Vici>,
  credentials: Credentials,
): Pick<Gateways, 'load' | 'initiate' | 'terminate' | 'unload'> {
  const at = (tunnel: IpsecTunnel, role: (typeof ROLES)[number]) => vici.get(tunnel[role].host)!
  return {
    async load(tunnel) {
      for (const role of ROLES)
        await at(tunnel, role).command('load-conn', connection(tunnel, role, credentials.localOf(tunnel, role)))
    },
    async initiate(tunnel) {
      const { name } = tunnel
      const argument = { child: name, ike: name, timeout: String(LONGEST_TUNNEL_MS), loglevel: '-1' }
      await at(tunnel, 'initiator').command('initiate', argument, 2 * LONGEST_TUNNEL_MS)
    },
    async terminate(tunnel) {
      const argument = { ike: tunnel.name, timeout: String(LONGEST_TUNNEL_MS), loglevel: '-1' }
      await at(tunnel, 'initiator').command('terminate', argument, 2 * LONGEST_TUNNEL_MS)
    },
    async unload(tunnel) {
      for (const role of ROLES) await at(tunnel, role).command('unload-conn', { name: tunnel.name })
    },
  }
}

/** A daemon listens as soon as its socket is there. */
async function connectTo(tree: Tree, host: string, signal: AbortSignal): Promise<Vici> {
  const socket = tree.fileOf(host, 'charon.vici')
  const deadline = performance.now() + LONGEST_START_MS
  for (;;) {
    signal.throwIfAborted()
    const opened = existsSync(socket) ? await openVici(socket).catch(() => null) : null
    if (opened !== null) return opened
    if (performance.now() > deadline) throw silent(tree, host)
    await sleep(5)
  }
}

/** The reason lies in what the daemon says itself. */
function silent(tree: Tree, host: string): EnvironmentError {
  const said = tree.logOf(host, 'charon').trimEnd().split('\n').slice(-4)
  return new EnvironmentError(
    'provision',
    'environment',
    [
      `charon on ${host} does not come up:`,
      ...said.map(line => `  ${host} | ${line}`),
      'see what this machine can do: hl7bench doctor',
    ].join('\n'),
  )
}
