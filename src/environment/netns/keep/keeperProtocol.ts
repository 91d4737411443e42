import type { Topology } from '../../../model/topology.ts'
import type { Mechanisms } from '../mechanism.ts'
import type { Kept } from './kept.ts'

/** First line that a keeper reads; the second is KEEP, and the end of the input before that means: end. */
export interface KeeperRequest {
  readonly id: string
  readonly topology: Topology
  readonly mechanisms: Mechanisms
  /** Cores that daemons are held on; null = any. */
  readonly gatewayCpus: string | null
  readonly ttlMs: number
  /** Seed of the scenario, for the checks; null = none are made. */
  readonly checkSeed: number | null
}

export const KEEP = 'keep'

/** The one line that a keeper writes. */
export type KeeperReport =
  | { readonly type: 'up'; readonly kept: Kept }
  /** The message ends with the remedy. */
  | { readonly type: 'failed'; readonly message: string }
