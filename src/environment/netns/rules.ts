import type { Passage, Topology, TopologyHost, Translation } from '../../model/topology.ts'
import type { Mechanisms } from './mechanism.ts'
import { RELAY_DEVICE } from './relay.ts'

/** Matches of nft for packets that come out of a tunnel of a gateway, or go into one. */
interface TunnelMatch {
  readonly in: string
  readonly out: string
}

/** Name, or pattern of names, of the interface behind which the tunnels of a gateway lie; null = they have none: ESP of the kernel. */
export function tunnelDevice(topology: Topology, host: string, { esp }: Mechanisms): string | null {
  const tunnel = topology.tunnels.find(({ initiator, responder }) => initiator.host === host || responder.host === host)
  if (tunnel === undefined) return null
  if (tunnel.vpn.kind === 'wireguard') return 'wg*'
  return esp === 'kernel' ? null : 'ipsec0'
}

/** The ruleset of a host for `nft -f`, or null where it needs none. */
export function rulesOf(topology: Topology, host: TopologyHost, mechanisms: Mechanisms): string | null {
  if (host.name === topology.internet) return topology.tunnels.length === 0 ? null : WALL
  if (host.role !== 'gateway') return host.redirect === undefined ? null : redirection(host.redirect)
  const device = tunnelDevice(topology, host.name, mechanisms)
  const match: TunnelMatch =
    device === null
      ? { in: 'meta secpath exists', out: 'rt ipsec exists' }
      : { in: `iifname "${device}"`, out: `oifname "${device}"` }
  return [
    ...(host.passes === 'all' ? [] : [firewall(host.passes, match)]),
    ...(host.translations.length === 0 ? [] : [translation(host.translations, match)]),
  ].join('')
}

const elementsOf = ({ from, to, ports }: Passage) =>
  ports === null ? [`${from} . ${to}`] : ports.map(port => `${from} . ${to} . ${port}`)

/** Arguments of nft that add passages to the firewall of a gateway, or take them from it. */
export function changeOf(passes: readonly Passage[], verb: 'add' | 'delete'): string {
  const setOf = ({ tunnel, ports }: Passage) => `${tunnel}_${ports === null ? 'all' : 'ports'}`
  return passes
    .map(passage => `${verb} element inet gate ${setOf(passage)} { ${elementsOf(passage).join(', ')} }`)
    .join('; ')
}

/** Sets, so that a thousand hospitals cost a packet no more than one. */
function firewall(passes: readonly Passage[], match: TunnelMatch): string {
  const elements = (tunnel: Passage['tunnel'], hasPorts: boolean) =>
    passes.filter(passage => passage.tunnel === tunnel && (passage.ports !== null) === hasPorts).flatMap(elementsOf)
  const set = (name: string, type: string, found: readonly string[]) =>
    `  set ${name} { type ${type}; flags interval; ${found.length === 0 ? '' : `elements = { ${found.join(', ')} }; `}}\n`
  return `table inet gate {
${set('in_ports', 'ipv4_addr . ipv4_addr . inet_service', elements('in', true))}${set('in_all', 'ipv4_addr . ipv4_addr', elements('in', false))}${set('out_ports', 'ipv4_addr . ipv4_addr . inet_service', elements('out', true))}${set('out_all', 'ipv4_addr . ipv4_addr', elements('out', false))}  counter refused { }
  chain forward {
    type filter hook forward priority 0; policy drop;
    tcp flags syn tcp option maxseg size set rt mtu
    ct state established,related accept
    ${match.in} ip saddr . ip daddr . tcp dport @in_ports accept
    ${match.in} ip saddr . ip daddr @in_all accept
    ${match.out} ip saddr . ip daddr . tcp dport @out_ports accept
    ${match.out} ip saddr . ip daddr @out_all accept
    counter name refused drop
  }
}
`
}

function redirection({ first, last, to }: NonNullable<TopologyHost['redirect']>): string {
  return `table ip own_ports {
  chain before {
    type nat hook prerouting priority dstnat;
    tcp dport ${first}-${last} redirect to :${to}
  }
}
`
}

/** Address by address, so that the outside names each host: RFC 3022's basic NAT, stateful for what comes back. */
function translation(translations: readonly Translation[], match: TunnelMatch): string {
  const maps = (of: Translation['of'], from: 'inside' | 'outside') =>
    translations
      .filter(each => each.of === of)
      .map(each => `${each[from]} : ${each[from === 'inside' ? 'outside' : 'inside']}`)
      .join(', ')
  const rule = (when: string, change: string, map: string) =>
    map === '' ? '' : `    ${when} ${change} map { ${map} }\n`
  return `table ip translate {
  chain before {
    type nat hook prerouting priority dstnat;
${rule(match.in, 'dnat ip prefix to ip daddr', maps('sent', 'outside'))}${rule('iifname "lan0"', 'dnat ip prefix to ip daddr', maps('received', 'outside'))}  }
  chain after {
    type nat hook postrouting priority srcnat;
${rule(match.out, 'snat ip prefix to ip saddr', maps('sent', 'inside'))}${rule('oifname "lan0"', 'snat ip prefix to ip saddr', maps('received', 'inside'))}  }
}
`
}

/**
 * What crosses the internet is counted by kind, once though a relay delays it, and what is no part of a VPN is dropped. ESP in UDP has a security parameter index other
 * than 0 where IKE has four zero bytes (RFC 3948 section 2.2); WireGuard's transport data begin with 4 (its white paper, 5.4.6).
 */
const WALL = `table inet wall {
  counter esp_seen { }
  counter ike_seen { }
  counter wireguard_seen { }
  counter leaked { }
  chain crossing {
    type filter hook forward priority 0; policy accept;
    oifname "${RELAY_DEVICE}" accept
    meta l4proto esp counter name esp_seen accept
    udp dport 4500 udp length > 12 @th,64,32 != 0 counter name esp_seen accept
    udp dport { 500, 4500 } counter name ike_seen accept
    udp dport 51820 counter name wireguard_seen accept
    udp sport 51820 counter name wireguard_seen accept
    meta l4proto icmp accept
    counter name leaked drop
  }
}
`
