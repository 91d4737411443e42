import type { Impairment, IpsecVpn, Vpn, WireguardVpn } from './topology.ts'

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

export const IPSEC_DEFAULTS: IpsecVpn = {
  kind: 'ipsec',
  cipher: 'aes128gcm16',
  auth: 'psk',
  pfs: true,
  rekeySeconds: 3_600,
  dpdSeconds: 30,
  natTraversal: true,
}

export const WIREGUARD_DEFAULTS: WireguardVpn = { kind: 'wireguard', mtu: null }

/** Most hospitals of a hub that all have one address range: each has a host of its own. */
export const MOST_OVERLAPPING = 60

/** What holds where a scenario says nothing. */
export const NETNS_DEFAULTS: NetnsEnvironment & { readonly vpn: Vpn } = {
  kind: 'netns',
  parallel: 1,
  topology: 'site-to-site',
  vpn: IPSEC_DEFAULTS,
  link: { delayMs: 0, jitterMs: 0, lossRatio: 0, rateMbit: null, mtu: null },
  hospitals: 10,
  overlapping: 0,
  translatedBy: 'hospital',
  checks: 'every',
  cpus: { generators: null, gateways: null, targets: null },
}

/** Cores that processes are held on, as taskset(1) lists them; null = any. */
export interface Pinning {
  readonly generators: string | null
  readonly gateways: string | null
  readonly targets: string | null
}
