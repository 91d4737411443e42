import type { Topology } from '../../../model/topology.ts'
import type { Mechanisms } from '../mechanism.ts'
import type { Probes } from '../probe/probes.ts'
import type { Tree } from '../tree.ts'
import type { Vici } from '../vici.ts'
import type { Device } from '../wireguard.ts'

/** A clone that is to be proven. */
export interface Proof {
  readonly tree: Tree
  readonly topology: Topology
  readonly mechanisms: Mechanisms
  readonly probes: Probes
  /** By host of a gateway that speaks IPsec. */
  readonly vici: ReadonlyMap<string, Vici>
  /** Of the gateways that speak WireGuard. */
  readonly wireguard: readonly Device[]
  /** Decides which hospitals are tried where there are many. */
  readonly seed: number
}

/** Port of application and hospitals on which probes answer and that no firewall lets through. */
export const CLOSED_PORT = 2577
/** Longest wait for what must be answered, and for what must not. */
export const ANSWERED_MS = 5_000
export const REFUSED_MS = 400
