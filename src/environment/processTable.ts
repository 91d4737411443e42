import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { MARK_VARIABLE } from './mark.ts'

export interface ProcessEntry {
  readonly pid: number
  readonly ppid: number
  readonly pgid: number
  /** Start time in the system's own notation: a pid names a process only together with it. */
  readonly startedAt: string
  /** null = none, or not told: other users' processes, and every process outside Linux. */
  readonly mark: string | null
}

const onLinux = process.platform === 'linux'

/**
 * Every live process of this machine (of this container); zombies have ended and are left out. On Linux the first thread of a process
 * is one as soon as it ends itself: until the others have too, the process holds its sockets.
 */
export function readProcesses(): ProcessEntry[] {
  return onLinux ? readProc() : parsePs(runPs(['-A']))
}

/** Start time of a process, or null when there is none of that pid. Zombies still have one. */
export function startTimeOf(pid: number): string | null {
  if (onLinux) return readStat(pid)?.startedAt ?? null
  return parsePs(runPs(['-p', String(pid)]))[0]?.startedAt ?? null
}

/**
 * Whether the children of a process live in another pid namespace than itself, as those of unshare(1) and nsenter(1) do. Such a process waits
 * for them and ends when they have. false also where the system does not tell.
 */
export function opensPidNamespace(pid: number): boolean {
  const own = readLink(`/proc/${pid}/ns/pid`)
  return own !== null && readLink(`/proc/${pid}/ns/pid_for_children`) !== own
}

/** Identity of this boot, or null where the system does not tell. */
export function bootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null
}

function readProc(): ProcessEntry[] {
  const found: ProcessEntry[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? readStat(pid) : null
    if (stat === null || stat.state === 'X' || (stat.state === 'Z' && stat.threads <= 1)) continue
    found.push({ pid, ppid: stat.ppid, pgid: stat.pgid, startedAt: stat.startedAt, mark: readMark(pid) })
  }
  return found
}

/** proc_pid_stat(5): fields 3, 4, 5, 20 and 22. The name in field 2 may itself hold spaces and parentheses. */
function readStat(pid: number) {
  const text = readText(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [ppid, pgid, threads] = [1, 2, 17].map(field => Number(fields[field])) as [number, number, number]
  return { state: fields[0], ppid, pgid, threads, startedAt: fields[19] ?? '' }
}

function readMark(pid: number): string | null {
  const head = `${MARK_VARIABLE}=`
  const entry = readText(`/proc/${pid}/environ`)
    ?.split('\0')
    .find(variable => variable.startsWith(head))
  return entry?.slice(head.length) ?? null
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** One `-o` for each column: BSD's `ps` takes all that follows `=` for the heading. */
export function runPs(selection: readonly string[]): string {
  const columns = ['pid=', 'ppid=', 'pgid=', 'stat=', 'lstart='].flatMap(column => ['-o', column])
  try {
    return execFileSync('ps', [...selection, ...columns], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch (error) {
    // `ps -p` of a pid that is not there ends with 1 and prints nothing.
    if ((error as { status?: unknown }).status === 1) return ''
    throw error
  }
}

export function parsePs(text: string): ProcessEntry[] {
  return text.split('\n').flatMap(line => {
    const [, pid, ppid, pgid, state, startedAt] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? []
    if (startedAt === undefined || state?.startsWith('Z')) return []
    return [{ pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), startedAt, mark: null }]
  })
}
