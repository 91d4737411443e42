import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'

/** How this machine does what a topology asks for: found out by trying, recorded with every run. */
export interface Mechanisms {
  /** Whether clones live in a user namespace: made without root. */
  readonly userNamespace: boolean
  /** ESP of IPsec: in the kernel, or charon's own over a TUN device; null = neither. */
  readonly esp: 'kernel' | 'libipsec' | null
  readonly wireguard: 'kernel' | 'wireguard-go' | null
  /** Delay, jitter and loss of links. */
  readonly delay: 'netem' | 'relay' | null
  /** Rate of links. */
  readonly rate: 'tbf' | null
}

/** Something that is looked for, and what brings it. */
export interface Capability {
  readonly name: string
  readonly isThere: boolean
  /** What it is needed for. */
  readonly purpose: string
  /** Debian packages, or what else to do where it is missing. */
  readonly remedy: string
}

export const CHARON = '/usr/lib/ipsec/charon'
const LIBIPSEC = '/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so'
const LONGEST_PROBE_MS = 5_000

/** Each is tried in namespaces of its own, which are gone afterwards. */
const PROBES = {
  tun: 'ip tuntap add dev t0 mode tun',
  netem: 'ip link set lo up; tc qdisc add dev lo root netem delay 1ms',
  tbf: 'ip link set lo up; tc qdisc add dev lo root tbf rate 10mbit burst 32kb latency 50ms',
  esp: 'ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode tunnel aead "rfc4106(gcm(aes))" 0x0102030405060708090a0b0c0d0e0f1011121314 128',
  wireguard: 'ip link add wg0 type wireguard',
  nft: 'nft add table inet t',
  veth: 'ip link add v0 type veth peer name v1',
} as const

export interface Survey {
  readonly mechanisms: Mechanisms
  readonly capabilities: readonly Capability[]
}

let surveyed: Promise<Survey> | undefined

/** What this machine has; found out once in a process. */
export function survey(): Promise<Survey> {
  surveyed ??= look()
  return surveyed
}

async function look(): Promise<Survey> {
  const userNamespace = process.getuid?.() !== 0
  const found = await Promise.all(
    Object.entries(PROBES).map(async ([name, command]) => [name, await succeeds(userNamespace, command)] as const),
  )
  const can = Object.fromEntries(found) as Record<keyof typeof PROBES, boolean>
  const namespaces = Object.values(can).some(Boolean)
  const has = (program: string) => isExecutable(program)
  const charon = has(CHARON)
  const relay = can.tun && has('python3')
  const mechanisms: Mechanisms = {
    userNamespace,
    esp: !charon ? null : can.esp ? 'kernel' : can.tun && isReadable(LIBIPSEC) ? 'libipsec' : null,
    wireguard: !has('wg') ? null : can.wireguard ? 'kernel' : can.tun && has('wireguard-go') ? 'wireguard-go' : null,
    delay: can.netem ? 'netem' : relay ? 'relay' : null,
    rate: can.tbf ? 'tbf' : null,
  }
  const capability = (name: string, isThere: boolean, purpose: string, remedy: string) => ({
    name,
    isThere,
    purpose,
    remedy,
  })
  return {
    mechanisms,
    capabilities: [
      capability(
        'ip, tc, unshare, nsenter',
        ['ip', 'tc', 'unshare', 'nsenter'].every(has),
        'clones of networks',
        'apt-get install iproute2 util-linux',
      ),
      capability(
        userNamespace ? 'namespaces without root' : 'namespaces',
        namespaces && can.veth,
        'clones of networks',
        'allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or run as root',
      ),
      capability('nftables', can.nft, 'firewalls, NAT and the proof of encryption', 'apt-get install nftables'),
      capability(
        'TUN',
        can.tun,
        'IPsec and WireGuard outside the kernel, and delay without netem',
        'make /dev/net/tun available: modprobe tun',
      ),
      capability(
        'charon',
        charon,
        'IPsec',
        'apt-get install strongswan-charon strongswan-swanctl libstrongswan-standard-plugins libstrongswan-extra-plugins',
      ),
      capability(
        'ESP in the kernel',
        can.esp,
        'IPsec at the speed of a kernel',
        'use a kernel with CONFIG_INET_ESP and CONFIG_CRYPTO_GCM',
      ),
      capability(
        'kernel-libipsec',
        isReadable(LIBIPSEC),
        'IPsec where the kernel has no ESP',
        'apt-get install libcharon-extra-plugins',
      ),
      capability(
        'WireGuard in the kernel',
        can.wireguard,
        'WireGuard at the speed of a kernel',
        'use a kernel with CONFIG_WIREGUARD',
      ),
      capability(
        'wireguard-go and wg',
        has('wireguard-go') && has('wg'),
        'WireGuard',
        'apt-get install wireguard-go wireguard-tools',
      ),
      capability(
        'netem',
        can.netem,
        'delay and loss by the kernel',
        'use a kernel with CONFIG_NET_SCH_NETEM: modprobe sch_netem',
      ),
      capability(
        'python3',
        has('python3'),
        'the proof of encryption, and delay and loss where the kernel has no netem',
        'apt-get install python3',
      ),
      capability('tbf', can.tbf, 'links of a limited rate', 'use a kernel with CONFIG_NET_SCH_TBF'),
    ],
  }
}

function succeeds(userNamespace: boolean, command: string): Promise<boolean> {
  const flags = userNamespace ? ['--user', '--map-root-user'] : []
  return new Promise(resolve => {
    execFile(
      'unshare',
      [...flags, '--net', '--mount', 'sh', '-c', command],
      { timeout: LONGEST_PROBE_MS, killSignal: 'SIGKILL', env: { ...process.env, PATH: PLACES.join(':') } },
      error => resolve(error === null),
    )
  })
}

/** Administrators' programs are often left out of the path of others. */
const PLACES = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']

function isExecutable(program: string): boolean {
  const files = program.includes('/') ? [program] : PLACES.map(place => `${place}/${program}`)
  return files.some(file => isAccessible(file, constants.X_OK))
}

const isReadable = (file: string) => isAccessible(file, constants.R_OK)

function isAccessible(file: string, mode: number): boolean {
  try {
    accessSync(file, mode)
    return true
  } catch {
    return false
  }
}
