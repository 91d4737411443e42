import type { Impairment, Vpn } from './topology.ts'

export const TOPOLOGIES = ['direct', 'site-to-site', 'hub'] as const
export type TopologyName = (typeof TOPOLOGIES)[number]

/** Networks, gateways and hosts in namespaces of this machine. */
export interface NetnsEnvironment {
  readonly kind: 'netns'
  readonly parallel: number
  readonly topology: TopologyName
  /** Between each hospital's gateway and ours; null = there are none (`direct`). */
  readonly vpn: Vpn | null
  /** The link of each hospital to the internet. */
  readonly link: Impairment & {
    /** Bytes; null = 1500. */
    readonly mtu: number | null
  }
  /** Hospitals of a hub, 1 to 1,000; of the others 1. */
  readonly hospitals: number
  /** Hospitals of a hub whose address range is that of others, and whose gateway translates it. */
  readonly overlapping: number
  readonly translatedBy: 'hospital' | 'us'
  /** Clones that are proven before any load: every one, the first of an experiment, or none. */
  readonly checks: 'every' | 'first' | 'never'
  readonly cpus: Pinning
}

/** Cores that processes are held on, as taskset(1) lists them; null = any. */
export interface Pinning {
  readonly generators: string | null
  readonly gateways: string | null
  readonly targets: string | null
}
