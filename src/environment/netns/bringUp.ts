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
const LONGEST_TUNNELS_MS = 10_000
const MS_PER_TUNNEL = 60

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
      const argument = { child: name, ike: name, timeout: String(LONGEST_TUNNELS_MS), loglevel: '-1' }
      await at(tunnel, 'initiator').command('initiate', argument, 2 * LONGEST_TUNNELS_MS)
    },
    async terminate(tunnel) {
      const argument = { ike: tunnel.name, timeout: String(LONGEST_TUNNELS_MS), loglevel: '-1' }
      await at(tunnel, 'initiator').command('terminate', argument, 2 * LONGEST_TUNNELS_MS)
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
    if (performance.now() > deadline) throw failure(tree, [host], `charon on ${host} does not come up`)
    await sleep(5)
  }
}

/**
 * Lets the initiators of loaded connections begin, all at once, as a gateway that starts again sees it; resolves with how long it took until the last
 * tunnel was up, ms. Throws EnvironmentError with what the daemons say of those that do not come up.
 */
export async function establish(
  tree: Tree,
  tunnels: readonly IpsecTunnel[],
  vici: ReadonlyMap<string, Vici>,
  signal: AbortSignal,
): Promise<number> {
  const missing = new Set(tunnels.map(({ name }) => name))
  const { promise, resolve } = Promise.withResolvers<void>()
  const initiators = [...new Set(tunnels.map(({ initiator }) => initiator.host))]
  for (const host of initiators)
    await vici.get(host)!.listen('child-updown', message => {
      if (message.up !== 'yes') return
      for (const name of Object.keys(message)) missing.delete(name)
      if (missing.size === 0) resolve()
    })
  const beganMs = performance.now()
  for (const { name, initiator } of tunnels)
    await vici.get(initiator.host)!.command('initiate', { child: name, ike: name, timeout: '-1', loglevel: '-1' })
  const limitMs = LONGEST_TUNNELS_MS + MS_PER_TUNNEL * tunnels.length
  const timer = new AbortController()
  const refused = watchForRefusal(tree, tunnels, missing, AbortSignal.any([timer.signal, signal]))
  try {
    await Promise.race([promise, refused, sleep(limitMs, undefined, { signal: timer.signal }), aborted(signal)])
  } finally {
    timer.abort()
  }
  if (missing.size > 0) {
    const hosts = [initiators[0]!, tunnels[0]!.responder.host]
    throw failure(
      tree,
      hosts,
      `${missing.size} of ${tunnels.length} tunnels (${[...missing].slice(0, 3).join(', ')}) did not come up`,
    )
  }
  return performance.now() - beganMs
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

/** What ends a key exchange for good, in charon's own words. */
const REFUSED =
  /AUTHENTICATION_FAILED|NO_PROPOSAL_CHOSEN|TS_UNACCEPTABLE|no (shared|private) key found|certificate .*(invalid|expired|not valid|rejected)|no trusted .* found|constraint check failed|failed to establish CHILD_SA/

/** Ends when a daemon says that it gives up: there is nothing to wait for. */
async function watchForRefusal(
  tree: Tree,
  tunnels: readonly IpsecTunnel[],
  missing: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(100, undefined, { signal }).catch(() => {})
    if (missing.size > 0 && tunnels.length === 1 && REFUSED.test(tree.logOf(tunnels[0]!.initiator.host, 'charon')))
      return
  }
  await new Promise<never>(() => {})
}

/** The reason lies in what the daemons say of it themselves. */
function failure(tree: Tree, hosts: readonly string[], what: string): EnvironmentError {
  const said = [...new Set(hosts)].flatMap(host =>
    tree
      .logOf(host, 'charon')
      .split('\n')
      .filter(line => REFUSED.test(line) || /\b(error|failed|unable|peer not responding|giving up)\b/i.test(line))
      .slice(-4)
      .map(line => `  ${host} | ${line}`),
  )
  const quote = said.length === 0 ? '' : `:\n${said.join('\n')}`
  return new EnvironmentError(
    'provision',
    'environment',
    `${what}${quote}\ncompare the two ends of environment.vpn, or see what this machine can do: hl7bench doctor`,
  )
}
