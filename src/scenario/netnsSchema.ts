import { z } from 'zod'
import { IPSEC_DEFAULTS, MOST_OVERLAPPING, NETNS_DEFAULTS, TOPOLOGIES, WIREGUARD_DEFAULTS } from '../model/netns.ts'
import { CIPHERS } from '../model/topology.ts'

const seconds = (text: string, fallback: number) =>
  z.int().min(0).max(86_400).default(fallback).describe(`${text}, s, 0 to 86,400; 0 = never.`)

const ipsec = z.strictObject({
  // Optional as well: a union finds no branch by a default alone.
  kind: z.literal('ipsec').optional().default('ipsec').describe('IKEv2 by strongSwan.'),
  cipher: z.enum(CIPHERS).default(IPSEC_DEFAULTS.cipher).describe('Cipher suite of IKE and ESP.'),
  auth: z
    .enum(['psk', 'certificate'])
    .default(IPSEC_DEFAULTS.auth)
    .describe('A key for each tunnel, or certificates; both are made for the clone.'),
  pfs: z.boolean().default(IPSEC_DEFAULTS.pfs).describe('A key exchange of its own for each renewal of keys.'),
  rekeySeconds: seconds('Keys of the traffic are renewed after this', IPSEC_DEFAULTS.rekeySeconds),
  dpdSeconds: seconds('Idle time after which a gateway asks whether the other lives', IPSEC_DEFAULTS.dpdSeconds),
  natTraversal: z
    .boolean()
    .default(IPSEC_DEFAULTS.natTraversal)
    .describe('ESP in UDP; the only kind where the kernel has no ESP.'),
})

/** Bytes that every host takes (RFC 791), and those of jumbo frames. */
const [MIN_MTU, MAX_MTU] = [576, 9_000]

const wireguard = z.strictObject({
  kind: z.literal('wireguard').describe('WireGuard.'),
  mtu: z
    .int()
    .min(MIN_MTU)
    .max(MAX_MTU)
    .nullable()
    .default(WIREGUARD_DEFAULTS.mtu)
    .describe("Bytes of the tunnel's interface, 576 to 9,000; null = 80 less than the link's, as wg-quick does."),
})

const milliseconds = (text: string) => z.number().min(0).max(10_000).default(0).describe(`${text}, ms, 0 to 10,000.`)

const link = z.strictObject({
  delayMs: milliseconds('Added in each direction'),
  jitterMs: milliseconds('Largest deviation from the delay, evenly spread'),
  lossRatio: z.number().min(0).max(0.5).default(0).describe('Share of packets lost in each direction, 0 to 0.5.'),
  rateMbit: z.number().positive().max(100_000).nullable().default(null).describe('Mbit/s; null = unlimited.'),
  mtu: z.int().min(MIN_MTU).max(MAX_MTU).nullable().default(null).describe('Bytes, 576 to 9,000; null = 1500.'),
})

const cpus = z
  .string()
  .regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, { error: "expected cores such as '0' or '0-3,5'" })
  .nullable()
  .default(null)

export const netnsEnvironment = z.strictObject({
  kind: z.literal('netns').describe('Networks, VPN gateways and hosts in namespaces of this machine; no root.'),
  parallel: z
    .int()
    .min(1)
    .max(64)
    .default(NETNS_DEFAULTS.parallel)
    .describe('Blocks measured at once, 1 to 64; runs that share cores disturb each other.'),
  topology: z.enum(TOPOLOGIES).default(NETNS_DEFAULTS.topology).describe('What the clone is of.'),
  vpn: z.discriminatedUnion('kind', [ipsec, wireguard]).prefault({}).describe('Between gateways; `direct` has none.'),
  link: link.prefault({}).describe('The link of each hospital to the internet.'),
  hospitals: z.int().min(1).max(1_000).default(NETNS_DEFAULTS.hospitals).describe('Hospitals of a hub, 1 to 1,000.'),
  overlapping: z
    .int()
    .min(0)
    .max(MOST_OVERLAPPING)
    .default(NETNS_DEFAULTS.overlapping)
    .describe('Hospitals of a hub that all have one address range, 0 to 60, at most all of them.'),
  translatedBy: z
    .enum(['hospital', 'us'])
    .default(NETNS_DEFAULTS.translatedBy)
    .describe('Whose gateway translates the addresses of those.'),
  checks: z
    .enum(['every', 'first', 'never'])
    .default(NETNS_DEFAULTS.checks)
    .describe('Which clones are proven before any load: reachability, isolation, encryption, NAT, MTU, parameters.'),
  cpus: z
    .strictObject({
      generators: cpus.describe("Cores that generators are held on, such as '0'; null = any."),
      gateways: cpus.describe('Cores that the daemons of gateways are held on; null = any.'),
      targets: cpus.describe('Cores that the targets are held on; null = any.'),
    })
    .prefault({})
    .describe('Who runs where, so that a gateway can have a core of its own.'),
})
