import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMarked } from '../../src/environment/mark.ts'
import { readProcesses } from '../../src/environment/processTable.ts'

export interface CloneTimes {
  readonly builtMs: number
  readonly acknowledgedMs: number
  /** Since SIGKILL: the last process of the clone is gone, and so its networks. */
  readonly goneMs: number
  /** Since SIGKILL: the guardian, which outlives what it guards, has ended too. */
  readonly guardianEndedMs: number
}

const PROJECT = resolve(import.meta.dirname, '../..')
const NOBODY = 65_534
const LONGEST_GOING_MS = 10_000
/** As the controller names it in the journal. */
const CLONE = 'c1'
const isRoot = process.getuid?.() === 0

/** As whom clones are made: without root by setpriv(1) where the bench itself is run by root. */
export const USERS: readonly string[] = isRoot
  ? ['root', ...(spawnSync('setpriv', ['--version']).status === 0 ? ['unprivileged'] : [])]
  : ['unprivileged']

/** One clone, until its first acknowledged message; then its controller is killed, and all of it must go. Throws when something of it stays. */
export async function benchOnce(kind: { topology: string; user: string }, folder: string): Promise<CloneTimes> {
  const state = mkdtempSync(join(folder, 'clone-'))
  const drops = isRoot && kind.user === 'unprivileged'
  if (drops) {
    chmodSync(folder, 0o711)
    chownSync(state, NOBODY, NOBODY)
  }
  const experiment = `bench-${process.pid}-${Date.now().toString(36)}`
  const before = outside()
  const child = startController(drops, [state, experiment, kind.topology])
  try {
    const up = await firstLine(child)
    const times = await killAndWait(child, experiment)
    if (outside() !== before) throw new Error('the clone left a link or a mount behind')
    return { ...up, ...times }
  } finally {
    child.kill('SIGKILL')
    rmSync(state, { recursive: true, force: true })
  }
}

type Controller = ReturnType<typeof startController>

function startController(drops: boolean, args: readonly string[]) {
  const file = join(import.meta.dirname, 'controller.ts')
  const stdio = ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit']
  if (!drops) return spawn(process.execPath, [file, ...args], { stdio })
  // Wherever the project and the state lie, the user must be able to reach them.
  const inside = (path: string) => (path.startsWith(PROJECT) ? `/mnt/${relative(PROJECT, path)}` : path)
  const command =
    'mount --bind "$1" /mnt && shift && exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"'
  return spawn(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', 'sh', '-c', command, 'sh', PROJECT],
      ...[inside(process.execPath), inside(file), ...args],
    ],
    { stdio, env: { ...process.env, HOME: args[0] } },
  )
}

async function firstLine(child: Controller): Promise<Pick<CloneTimes, 'builtMs' | 'acknowledgedMs'>> {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as CloneTimes
  throw new Error('the controller ended before a message was acknowledged')
}

async function killAndWait(
  child: Controller,
  experiment: string,
): Promise<Pick<CloneTimes, 'goneMs' | 'guardianEndedMs'>> {
  const own = readProcesses().filter(({ mark }) => isMarked(mark, experiment, null))
  const clone = own.filter(({ mark }) => isMarked(mark, experiment, CLONE))
  if (clone.length === 0) throw new Error('no process of the clone can be seen: its end cannot be timed')
  const killedMs = performance.now()
  child.kill('SIGKILL')
  const untilGone = async (processes: typeof own): Promise<number> => {
    for (let left = processes; left.length > 0; left = left.filter(({ pid }) => isRunning(pid))) {
      if (performance.now() - killedMs > LONGEST_GOING_MS)
        throw new Error(`${left.length} processes are still there after ${LONGEST_GOING_MS} ms`)
      await sleep(1)
    }
    return performance.now() - killedMs
  }
  const goneMs = await untilGone(clone)
  return { goneMs, guardianEndedMs: await untilGone(own) }
}

/** Zombies have ended: what they had is given back. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc_pid_stat(5): field 3, behind the name in field 2, which may hold spaces and parentheses.
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))
  } catch {
    return false
  }
}

/** What a clone must not add to: links and mounts of the system. */
function outside(): string {
  const links = existsSync('/sys/class/net') ? readdirSync('/sys/class/net') : []
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').length
  return `${links.sort().join(' ')}; ${mounts} mounts`
}
