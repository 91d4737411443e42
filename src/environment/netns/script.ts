import type { Impairment, Route, Topology, TopologyHost, TopologyLink } from '../../model/topology.ts'
import type { Mechanisms } from './mechanism.ts'
import { relayOf } from './relay.ts'
import { rulesOf } from './rules.ts'

/** Work folder of a host within its clone; what a daemon of it sees as /run. */
export const workFolder = (host: string) => `/run/hl7bench/${host}`

/** A file of a host that is there before its daemons start, by its name in the work folder. */
export interface HostFile {
  readonly host: string
  readonly name: string
  readonly text: string
}

/** A program that runs on a host for as long as the clone. */
export interface Daemon {
  readonly host: string
  readonly name: string
  /** Shell command; /run is the host's work folder. */
  readonly command: string
}

/** A command of a host, run once its daemons have been started; /run is the host's work folder. */
export interface Step {
  readonly host: string
  readonly command: string
}

export interface Setup {
  readonly topology: Topology
  readonly mechanisms: Mechanisms
  readonly files: readonly HostFile[]
  readonly daemons: readonly Daemon[]
  /** Those of one list run at once, the next list after them. */
  readonly steps: readonly (readonly Step[])[]
}

/** Printed on standard output when everything is there. */
export const READY = 'READY'

/**
 * The program of pid 1 of a clone, for a POSIX shell that reads it from standard input: builds the networks, starts the daemons and then
 * waits for the end of that input, which is the lifeline to the controller.
 */
export function setupScript({ topology, mechanisms, files, daemons, steps }: Setup): string {
  const { hosts, links } = topology
  const relay = relayOf(topology, mechanisms)
  return `set -e
export PATH="$PATH:/usr/sbin:/sbin"
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/netns ${hosts.map(({ name }) => workFolder(name)).join(' ')}
${files.map(writeFile).join('')}ip -batch - <<'END'
${hosts.map(({ name }) => `netns add ${name}\n`).join('')}${links.map(createLink).join('')}END
${hosts.map(host => configure(topology, host, mechanisms)).join('')}${waitForAll(hosts.length)}${[...daemons, ...relay.daemons].map(startDaemon).join('')}${[...relay.steps, ...steps].map(perform).join('')}echo ${READY}
cat > /dev/null
exit 0
`
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

const writeFile = ({ host, name, text }: HostFile) => `cat > ${workFolder(host)}/${name} <<'END'\n${text}END\n`

/** Both ends are born in their namespaces: nothing shows anywhere else. */
function createLink({ ends: [from, to] }: TopologyLink): string {
  return `link add ${from.device} netns ${from.host} type veth peer name ${to.device} netns ${to.host}\n`
}

function configure(topology: Topology, host: TopologyHost, mechanisms: Mechanisms): string {
  const rules = rulesOf(topology, host, mechanisms)
  const forwards = host.role !== 'endpoint'
  return `ip netns exec ${host.name} sh -e <<'END' &
for kind in all default; do
  [ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/$kind/disable_ipv6
${forwards ? '  echo 0 > /proc/sys/net/ipv4/conf/$kind/rp_filter\n' : ''}done
${forwards ? 'echo 1 > /proc/sys/net/ipv4/ip_forward\n' : ''}echo '1024 65535' > /proc/sys/net/ipv4/ip_local_port_range
ip -batch - <<'BATCH'
${addressing(topology, host)}BATCH
${shaping(topology, host, mechanisms)}${rules === null ? '' : `nft -f - <<'RULES'\n${rules}RULES\n`}END
pids="$pids $!"
`
}

/** Exit codes of the hosts' own set-up: \`set -e\` does not see those of jobs in the background. */
const waitForAll = (count: number) => (count === 0 ? '' : 'for pid in $pids; do wait "$pid"; done\n')

function addressing({ links }: Topology, host: TopologyHost): string {
  const own = links.flatMap(link =>
    link.ends.filter(end => end.host === host.name).map(end => ({ ...end, mtu: link.mtu })),
  )
  return [
    'link set lo up',
    ...host.addresses.map(address => `addr add ${address} dev lo`),
    ...own.flatMap(({ device, address, mtu }) => [
      `addr add ${address} dev ${device}`,
      `link set ${device} up${mtu === null ? '' : ` mtu ${mtu}`}`,
    ]),
    ...host.routes.flatMap(routing),
    '',
  ].join('\n')
}

/** Tables of routes by source begin here; the kernel's own are 253 to 255, strongSwan's is 220. */
const FIRST_TABLE = 1_000

function routing({ to, via, from }: Route, place: number): string[] {
  if (from === undefined) return [`route add ${to} via ${via}`]
  const table = FIRST_TABLE + place
  return [`rule add from ${from}/32 lookup ${table}`, `route add ${to} via ${via} table ${table}`]
}

/** By the kernel's queueing disciplines, at both ends of a link: each shapes what it sends. */
function shaping({ links }: Topology, host: TopologyHost, { delay }: Mechanisms): string {
  return links
    .flatMap(({ ends, impairment }) =>
      impairment === null ? [] : ends.filter(end => end.host === host.name).map(end => ({ ...end, impairment })),
    )
    .map(({ device, impairment }) => discipline(device, impairment, delay))
    .join('')
}

const LIMIT_PACKETS = 20_000

function discipline(device: string, impairment: Impairment, delay: Mechanisms['delay']): string {
  const { delayMs, jitterMs, lossRatio, rateMbit } = impairment
  if (delay === 'netem') {
    const rate = rateMbit === null ? '' : ` rate ${rateMbit}mbit`
    return `tc qdisc replace dev ${device} root netem delay ${delayMs}ms ${jitterMs}ms loss ${lossRatio * 100}%${rate} limit ${LIMIT_PACKETS}\n`
  }
  return rateMbit === null
    ? ''
    : `tc qdisc replace dev ${device} root tbf rate ${rateMbit}mbit burst 64kb latency 100ms\n`
}

const onHost = (host: string, command: string) =>
  `ip netns exec ${host} sh -e -c ${quoted(`mount --bind ${workFolder(host)} /run\n${command}`)} < /dev/null`

function startDaemon({ host, name, command }: Daemon): string {
  return `${onHost(host, `exec ${command}`)} > ${workFolder(host)}/${name}.out 2>&1 &\n`
}

const perform = (steps: readonly Step[]) =>
  `pids=''\n${steps.map(({ host, command }) => `${onHost(host, command)} & pids="$pids $!"\n`).join('')}${waitForAll(steps.length)}`
