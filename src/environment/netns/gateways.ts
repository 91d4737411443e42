import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { GatewayReading, GatewayWatch } from '../../model/environment.ts'
import type { Topology } from '../../model/topology.ts'
import type { Gateways } from './bringUp.ts'
import type { Tree } from './tree.ts'

const DAEMONS = new Set(['charon', 'wireguard-go'])
/** proc_pid_stat(5) counts CPU time in ticks, of which Linux has a hundred a second on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096

/** Listens to a clone's gateways from now on, and reads what their daemons have used. */
export function watchGateways({ hosts }: Topology, tree: Tree, heard: Gateways['heard']): GatewayWatch {
  const fileSystem = join('/proc', String(tree.pid), 'root')
  const namespaces = new Map(
    hosts
      .filter(({ role }) => role === 'gateway')
      .map(({ name }) => [inodeOf(join(fileSystem, 'run/netns', name)), name]),
  )
  const heardBefore = heard?.length ?? 0
  return {
    events: () => heard?.slice(heardBefore) ?? null,
    readDaemons: () => readDaemons(namespaces),
  }
}

/** A daemon is known by the network that it is in. */
function readDaemons(namespaces: ReadonlyMap<number | null, string>): GatewayReading[] {
  const found: GatewayReading[] = []
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const stat = read(`/proc/${pid}/stat`)
    const daemon = /\((.*)\)/.exec(stat)?.[1]
    if (daemon === undefined || !DAEMONS.has(daemon)) continue
    const host = namespaces.get(inodeOf(`/proc/${pid}/ns/net`))
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    if (host === undefined) continue
    found.push({
      ...{ pid: Number(pid), host, daemon, residentBytes: fields[21]! * PAGE_BYTES },
      cpuSeconds: (fields[11]! + fields[12]!) / TICKS_PER_SECOND,
    })
  }
  return found
}

function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino
  } catch {
    return null
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
