import { setTimeout as sleep } from 'node:timers/promises'
import { isMarked } from './mark.ts'
import { opensPidNamespace, type ProcessEntry, readProcesses } from './processTable.ts'

export interface ProcessIdentity {
  readonly pid: number
  readonly startedAt: string
}

/** Processes that belong together: by their mark, and by descent from `roots`. */
export interface ProcessTree {
  readonly experimentId: string
  /** null = everything of the experiment. */
  readonly id: string | null
  readonly roots: readonly ProcessIdentity[]
}

const KILL_ROUNDS = 12
const LONGEST_PAUSE_MS = 400

/**
 * The members of a tree: processes that carry its mark, the roots (by pid and start time, never by pid alone), their
 * process groups, and the descendants of all these. The calling process is never a member.
 *
 * Outside Linux marks cannot be read, so a descendant that left its group and lost its parent is not found there.
 */
export function selectTree(processes: readonly ProcessEntry[], tree: ProcessTree): ProcessEntry[] {
  const byPid = new Map(processes.map(entry => [entry.pid, entry]))
  const groups = new Set(tree.roots.filter(root => isSameOrGone(byPid.get(root.pid), root)).map(root => root.pid))
  const starts = new Map(tree.roots.map(root => [root.pid, root.startedAt]))
  const isMember = (entry: ProcessEntry) =>
    isMarked(entry.mark, tree.experimentId, tree.id) ||
    starts.get(entry.pid) === entry.startedAt ||
    groups.has(entry.pgid)
  const members = new Set(processes.filter(isMember).map(entry => entry.pid))
  addDescendants(processes, members)
  members.delete(process.pid)
  return processes.filter(entry => members.has(entry.pid))
}

// While a group has members the system gives its number to nobody else, even when its leader is gone.
const isSameOrGone = (entry: ProcessEntry | undefined, root: ProcessIdentity) =>
  entry === undefined || entry.startedAt === root.startedAt

function addDescendants(processes: readonly ProcessEntry[], members: Set<number>): void {
  let before: number
  do {
    before = members.size
    for (const entry of processes) if (members.has(entry.ppid) && entry.pid !== process.pid) members.add(entry.pid)
  } while (members.size > before)
}

/**
 * Ends a tree: SIGTERM to all but those that wait for a namespace, whose end would leave the namespace to wait until the system's first process reaps
 * what they should have; and SIGKILL to whatever is left after `graceMs`, looking again until nobody is found.
 * Resolves with the processes that could not be ended.
 */
export async function endTree(tree: ProcessTree, graceMs: number): Promise<ProcessEntry[]> {
  // Whoever was a member once stays one, also when its parent has ended and its mark is gone.
  const known = new Map(tree.roots.map(root => [root.pid, root]))
  const look = () => {
    const members = selectTree(readProcesses(), { ...tree, roots: [...known.values()] })
    for (const member of members) known.set(member.pid, member)
    return members
  }
  const asked = new Set<number>()
  const deadline = performance.now() + graceMs
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const members = look()
    if (members.length === 0) return []
    const leftMs = deadline - performance.now()
    if (leftMs <= 0) break
    const fresh = members.filter(({ pid }) => !asked.has(pid) && !opensPidNamespace(pid))
    signalAll(fresh, 'SIGTERM')
    for (const { pid } of fresh) asked.add(pid)
    await sleep(Math.min(pauseMs, leftMs))
  }
  return await killRounds(look)
}

async function killRounds(look: () => ProcessEntry[]): Promise<ProcessEntry[]> {
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const members = look()
    if (members.length === 0) return []
    signalAll(members, 'SIGKILL')
    await sleep(Math.min(5 * 2 ** round, LONGEST_PAUSE_MS))
  }
  return look()
}

function signalAll(members: readonly ProcessEntry[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const { pid } of members) {
    try {
      process.kill(pid, signal)
    } catch {
      // Ended meanwhile, or another user's: the next look tells.
    }
  }
}
