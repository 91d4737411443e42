import type { Cipher, IpsecVpn, Topology, Tunnel, TunnelEnd } from '../../model/topology.ts'
import { CHARON, type Mechanisms } from './mechanism.ts'
import type { Daemon, HostFile } from './script.ts'
import { pathMtu } from './tunnelMtu.ts'
import type { Section } from './vici.ts'

/** Proposals of IKE and of ESP by cipher; P-256 for the exchange of keys (RFC 8247, RFC 8221). */
const PROPOSALS: Readonly<Record<Cipher, { readonly ike: string; readonly esp: string }>> = {
  aes128gcm16: { ike: 'aes128gcm16-prfsha256-ecp256', esp: 'aes128gcm16' },
  aes256gcm16: { ike: 'aes256gcm16-prfsha384-ecp384', esp: 'aes256gcm16' },
  'aes256-sha256': { ike: 'aes256-sha256-ecp256', esp: 'aes256-sha256' },
  chacha20poly1305: { ike: 'chacha20poly1305-prfsha256-curve25519', esp: 'chacha20poly1305' },
}
const GROUP: Readonly<Record<Cipher, string>> = {
  aes128gcm16: 'ecp256',
  aes256gcm16: 'ecp384',
  'aes256-sha256': 'ecp256',
  chacha20poly1305: 'curve25519',
}

/** Packet that a longer message of IKE is cut into (RFC 7383), bytes: charon's own default. */
const LARGEST_FRAGMENT_BYTES = 1_280

/** libipsec leaves VICI hanging for ever below ten. */
const THREADS = 16

export type IpsecTunnel = Tunnel & { readonly vpn: IpsecVpn }

export const ipsecTunnels = ({ tunnels }: Topology): IpsecTunnel[] =>
  tunnels.filter((tunnel): tunnel is IpsecTunnel => tunnel.vpn.kind === 'ipsec')

/** Hosts that run a charon, each once. */
export const ipsecGateways = (topology: Topology): string[] => [
  ...new Set(ipsecTunnels(topology).flatMap(({ initiator, responder }) => [initiator.host, responder.host])),
]

/** Every gateway's charon: told by files that are there before it starts, and by VICI later. */
export function charons(topology: Topology, { esp }: Mechanisms): { files: HostFile[]; daemons: Daemon[] } {
  const gateways = ipsecGateways(topology)
  const many = ipsecTunnels(topology).length > 100
  const fragmentBytes = Math.min(LARGEST_FRAGMENT_BYTES, pathMtu(topology, ipsecTunnels(topology)))
  return {
    files: gateways.map(host => ({
      host,
      name: 'strongswan.conf',
      text: strongswanConf(esp === 'libipsec', many, fragmentBytes),
    })),
    daemons: gateways.map(host => ({
      host,
      name: 'charon',
      command: `env STRONGSWAN_CONF=/run/strongswan.conf ${CHARON}`,
    })),
  }
}

function strongswanConf(libipsec: boolean, many: boolean, fragmentBytes: number): string {
  return `charon {
  load = random nonce openssl kdf hmac sha2 aes gcm pem pkcs1 x509 revocation constraints pubkey curve25519 chapoly socket-default vici updown ${libipsec ? 'kernel-libipsec ' : ''}kernel-netlink
  threads = ${THREADS}
  install_virtual_ip = no
  delete_rekeyed = yes
  dos_protection = no
  fragment_size = ${fragmentBytes}
  ikesa_table_size = ${many ? 1024 : 32}
  ikesa_table_segments = ${many ? 16 : 4}
  retransmit_timeout = 0.5
  retransmit_base = 1.4
  retransmit_tries = 5
  filelog {
    log {
      path = /run/charon.log
      default = ${many ? 0 : 1}
      time_format = %H:%M:%S
      time_add_ms = yes
      flush_line = yes
    }
  }
  plugins {
    vici {
      socket = unix:///run/charon.vici
    }
    kernel-libipsec {
      allow_peer_ts = no
    }
  }
}
`
}

/** The connection of a tunnel as one of its ends knows it, for VICI's load-conn; `credential` is added to its own authentication. */
export function connection(
  { name, vpn, initiator, responder }: IpsecTunnel,
  role: 'initiator' | 'responder',
  credential: Section,
): Section {
  const [own, other] = role === 'initiator' ? [initiator, responder] : [responder, initiator]
  const { ike, esp } = PROPOSALS[vpn.cipher]
  const auth = vpn.auth === 'psk' ? 'psk' : 'pubkey'
  const side = ({ identity }: TunnelEnd) => ({ auth, id: identity })
  return {
    [name]: {
      version: '2',
      local_addrs: [own.address],
      remote_addrs: [other.address],
      proposals: [ike],
      encap: vpn.natTraversal ? 'yes' : 'no',
      mobike: 'no',
      unique: 'replace',
      dpd_delay: `${vpn.dpdSeconds}s`,
      'local-1': { ...side(own), ...credential },
      'remote-1': side(other),
      children: {
        [name]: {
          local_ts: [...own.networks],
          remote_ts: [...other.networks],
          esp_proposals: [vpn.pfs ? `${esp}-${GROUP[vpn.cipher]}` : esp],
          ...lifetimes(vpn),
          dpd_action: role === 'initiator' ? 'restart' : 'clear',
          close_action: role === 'initiator' ? 'start' : 'none',
          start_action: 'none',
        },
      },
    },
  }
}

/** Least time for a renewal before the old keys are dropped, s: charon's own tenth is none at all where keys live for seconds, and every renewal an outage. */
const LEAST_GRACE_SECONDS = 5

/** When the keys of a tunnel's traffic are renewed, s. */
export interface Lifetimes {
  /** 0 = never. */
  readonly rekeySeconds: number
  /** Renewal is so much earlier at most, so that the two ends do not begin it at once. */
  readonly earlySeconds: number
  /** When keys that were not renewed are dropped; 0 = never. */
  readonly lifeSeconds: number
}

/** Renewal is up to a tenth early, or a second. */
export function lifetimesOf({ rekeySeconds }: IpsecVpn): Lifetimes {
  if (rekeySeconds === 0) return { rekeySeconds, earlySeconds: 0, lifeSeconds: 0 }
  const tenth = Math.ceil(rekeySeconds / 10)
  return {
    rekeySeconds,
    earlySeconds: rekeySeconds === 1 ? 0 : tenth,
    lifeSeconds: rekeySeconds + Math.max(LEAST_GRACE_SECONDS, tenth),
  }
}

function lifetimes(vpn: IpsecVpn): Section {
  const { rekeySeconds, earlySeconds, lifeSeconds } = lifetimesOf(vpn)
  const ends = { rekey_time: `${rekeySeconds}s`, life_time: `${lifeSeconds}s` }
  return rekeySeconds === 0 ? ends : { ...ends, rand_time: `${earlySeconds}s` }
}
