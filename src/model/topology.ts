/** What a clone is made of, as data: rendered alike by every environment that can build networks. */
export interface Topology {
  readonly name: string
  readonly hosts: readonly TopologyHost[]
  readonly links: readonly TopologyLink[]
  /** In the order of the hospitals, one for each, or none. */
  readonly tunnels: readonly Tunnel[]
  /** Where load comes from, by place: `hospital` is the first, others follow in the order of the hospitals. */
  readonly hospitals: readonly Hospital[]
  /** Host on which the targets run. */
  readonly application: string
  /** Address at which the application is reached from the hospitals. */
  readonly applicationAddress: string
  /** Ports on which the application listens and which no firewall lets through, for drills to open. */
  readonly sparePorts: readonly number[]
  /** Router that stands for the network between the sites: what impairs the links to it, and what is seen of the traffic. */
  readonly internet: string
}

export interface Hospital {
  /** Host that the load comes from. */
  readonly host: string
  /** Address of that host on its own network. */
  readonly address: string
  /** Address under which the application sees it, once gateways have translated it. */
  readonly seenAs: string
  /** Address at which the application reaches it. */
  readonly reachedAt: string
  /** Another host in its network alone, from which it is tried what others can be reached; absent: `host` plays no other hospital. */
  readonly apart?: { readonly host: string; readonly address: string }
  /** Ports of the application that its firewall lets through. */
  readonly ports: readonly number[]
  /** Its own port on which the application reaches it. */
  readonly receiverPort: number
}

export interface TopologyHost {
  /** Names its namespace: up to 12 of a-z and 0-9. */
  readonly name: string
  readonly role: 'endpoint' | 'gateway' | 'router'
  /** Addresses of the host itself, on its loopback interface, with prefix length. */
  readonly addresses: readonly string[]
  readonly routes: readonly Route[]
  /** What it passes on between networks besides answers; `all` = everything, and an endpoint nothing. */
  readonly passes: 'all' | readonly Passage[]
  readonly translations: readonly Translation[]
  /** TCP ports of an endpoint, first and last, that are all taken for one. */
  readonly redirect?: { readonly first: number; readonly last: number; readonly to: number }
}

/** Connections that a gateway lets through. */
export interface Passage {
  /** Network that they come from, with prefix length. */
  readonly from: string
  /** Address or network that they go to. */
  readonly to: string
  /** TCP ports at their end; null = all. */
  readonly ports: readonly number[] | null
  /** `in`: only when they come out of a tunnel. `out`: only when they go into one. */
  readonly tunnel: 'in' | 'out'
}

/** One network shown as another on the far side of a gateway's tunnels, address by address. */
export interface Translation {
  /** Network as it is on its own side. */
  readonly inside: string
  /** Network of the same size as which the other side knows it. */
  readonly outside: string
  /** `sent`: of the network behind this gateway. `received`: of the network at the far end of its tunnels. */
  readonly of: 'sent' | 'received'
}

export interface TopologyLink {
  readonly name: string
  readonly ends: readonly [LinkEnd, LinkEnd]
  /** Bytes; null = 1500. */
  readonly mtu: number | null
  readonly impairment: Impairment | null
}

export interface LinkEnd {
  readonly host: string
  /** Interface name: up to 15 characters, no keyword of nft or ip. */
  readonly device: string
  /** With prefix length. */
  readonly address: string
}

/** What a link does to packets, in each direction. */
export interface Impairment {
  /** Added one way, ms, 0 = none. */
  readonly delayMs: number
  /** Largest deviation from the delay, ms, evenly spread. */
  readonly jitterMs: number
  /** Share of packets lost, 0 to 1. */
  readonly lossRatio: number
  /** Mbit/s; null = unlimited. */
  readonly rateMbit: number | null
}

export interface Route {
  /** Only for packets from this address of the host; absent = for all. */
  readonly from?: string
  /** Destination with prefix length, or `default`. */
  readonly to: string
  /** Address of the next hop. */
  readonly via: string
}

export const CIPHERS = ['aes128gcm16', 'aes256gcm16', 'aes256-sha256', 'chacha20poly1305'] as const
export type Cipher = (typeof CIPHERS)[number]

/** One VPN connection between two gateways. */
export interface Tunnel {
  /** Unique in the topology, and below 32 characters of a-z, 0-9 and -. */
  readonly name: string
  readonly vpn: Vpn
  readonly initiator: TunnelEnd
  readonly responder: TunnelEnd
}

export type Vpn = IpsecVpn | WireguardVpn

export interface IpsecVpn {
  readonly kind: 'ipsec'
  readonly cipher: Cipher
  readonly auth: 'psk' | 'certificate'
  /** A key exchange of its own for each renewal of keys. */
  readonly pfs: boolean
  /** Keys of the traffic are renewed after this, s; 0 = never. */
  readonly rekeySeconds: number
  /** Idle time after which a gateway asks whether the other lives, s; 0 = never. */
  readonly dpdSeconds: number
  /** ESP in UDP even where no address is translated. */
  readonly natTraversal: boolean
}

export interface WireguardVpn {
  readonly kind: 'wireguard'
  /** Bytes of the tunnel's interface; null = by the link's. */
  readonly mtu: number | null
}

export interface TunnelEnd {
  readonly host: string
  /** Address on the network between the gateways. */
  readonly address: string
  /** IKE identity, a domain name. */
  readonly identity: string
  /** Networks behind this gateway that the tunnel carries. */
  readonly networks: readonly string[]
  /** An address of this gateway inside `networks`. */
  readonly inside: string
}
