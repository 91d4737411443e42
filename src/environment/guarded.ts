import type { ChildProcess } from 'node:child_process'
import { entries as ownEntries } from './entries.ts'
import { type GuardianLink, linkGuardian } from './guardianLink.ts'
import type { GuardianRequest } from './guardianProtocol.ts'
import { MARK_VARIABLE, markOf } from './mark.ts'
import { startTimeOf } from './processTable.ts'
import { endTree, type ProcessIdentity } from './processTree.ts'
import { createReportDesk, type ReportDesk, startError } from './reportDesk.ts'
import { openJournal, type ResourceJournal, type ResourceKind, type WorkTreePlace } from './resources.ts'
import { stateFolder } from './state.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export interface GuardedOptions {
  readonly experimentId: string
  /** Kind of the environment, for the journal. */
  readonly kind: string
  /** Time to live of what a crash may leave behind, ms; default 24 h. */
  readonly ttlMs?: number
  /** The controller keeps a clone for use by hand, and is ended with it; default false. */
  readonly isKeeper?: boolean
  /** State folder; default `stateFolder()`. */
  readonly folder?: string
  readonly entry?: string
}

export interface CommandRequest extends Omit<GuardianRequest & { op: 'spawn' }, 'op'> {
  readonly resource: ResourceKind
}

export interface GuardedProcess {
  readonly pid: number
  /** Rejects when the guardian is lost before the end of a process that it started. */
  readonly exited: Promise<Exit>
}

/**
 * All processes of one experiment: journalled before they are started, and ended however the controller ends, the journal with them. The guardian
 * itself comes before the journal, so that there is none without it: it ends with its controller, and until then has nothing to end.
 */
export interface Guarded {
  readonly experimentId: string
  /** Journal of what was created. */
  readonly journalFile: string
  /** Aborted, with an EnvironmentError as the reason, when the guardian died: the experiment cannot go on. */
  readonly lost: AbortSignal
  /** Starts a command as a child of the guardian. Throws when it cannot be started. */
  spawn(request: CommandRequest): Promise<GuardedProcess>
  /** Starts a child of the controller, which must be `detached` and carry `mark` in its environment. */
  adopt<Child extends ChildProcess>(
    id: string,
    resource: ResourceKind,
    start: (mark: Record<string, string>) => Child,
  ): Promise<GuardedProcess & { readonly child: Child }>
  /**
   * Ends `id` and everything below it with its descendants: SIGTERM, then SIGKILL after `graceMs` (default 2 s).
   * Resolves with what could not be ended. Idempotent.
   */
  end(id: string, graceMs?: number): Promise<readonly string[]>
  /** Writes down a work tree that is about to be made; a sweep removes it when nobody else did. */
  hold(id: string, workTree: WorkTreePlace): void
  /** Writes down that a work tree is gone. */
  released(id: string): void
  /** Ends everything left, and the guardian. Resolves with what could not be ended. Idempotent. */
  close(): Promise<readonly string[]>
}

const DAY_MS = 86_400_000
const GRACE_MS = 2_000

/** Starts the guardian of an experiment and opens its resource journal. Throws EnvironmentError when either cannot be had. */
export async function startGuarded(options: GuardedOptions): Promise<Guarded> {
  const { experimentId, entry = ownEntries.guardian, folder = stateFolder() } = options
  const reports = createReportDesk()
  const link = await linkGuardian({ experimentId, folder, entry }, reports.deliver)
  link.lost.addEventListener('abort', () => reports.lose(link.lost.reason), { once: true })
  try {
    return guard(experimentId, beginJournal({ ...options, folder }, link.pid), link, reports)
  } catch (error) {
    await link.abandon()
    throw error
  }
}

function beginJournal(
  { experimentId, kind, ttlMs = DAY_MS, isKeeper = false, folder }: GuardedOptions & { readonly folder: string },
  guardianPid: number,
): ResourceJournal {
  const journal = openJournal({ experimentId, kind, expiresMs: Date.now() + ttlMs, folder })
  const own = [...(isKeeper ? [['keeper', process.pid] as const] : []), ['guardian', guardianPid] as const]
  for (const [what, pid] of own) {
    journal.intent(what, what)
    journal.created(what, { pid, startedAt: startTimeOf(pid) ?? '' })
  }
  return journal
}

function guard(experimentId: string, journal: ResourceJournal, link: GuardianLink, reports: ReportDesk): Guarded {
  const roots = new Map<string, ProcessIdentity>()
  const held = new Set<string>()
  let closing: Promise<readonly string[]> | undefined

  function began(id: string, identity: ProcessIdentity, exited: Promise<Exit>): GuardedProcess {
    journal.created(id, identity)
    roots.set(id, identity)
    return { pid: identity.pid, exited }
  }

  /** What the guardian would do, done here because it is no more. */
  async function endAlone(id: string | null, graceMs: number): Promise<number[]> {
    const own = [...roots].filter(([root]) => id === null || root === id || root.startsWith(`${id}.`))
    const survivors = await endTree({ experimentId, id, roots: own.map(([, root]) => root) }, graceMs)
    return survivors.map(({ pid }) => pid)
  }

  async function endByGuardian(id: string, graceMs: number): Promise<readonly number[]> {
    const ended = reports.next('ended', id)
    link.send({ op: 'end', id, graceMs })
    return (await ended).survivors
  }

  async function end(id: string, graceMs = GRACE_MS): Promise<readonly string[]> {
    if (closing !== undefined) return await closing
    const survivors = link.lost.aborted
      ? await endAlone(id, graceMs)
      : await endByGuardian(id, graceMs).catch(() => endAlone(id, graceMs))
    if (survivors.length > 0) return survivors.map(describeLeak)
    for (const root of [...roots.keys()]) if (root === id || root.startsWith(`${id}.`)) roots.delete(root)
    journal.gone(id)
    return []
  }

  async function closeAll(): Promise<readonly string[]> {
    await link.close()
    // Finds nothing, unless the guardian died before it was done.
    const survivors = await endAlone(null, GRACE_MS)
    journal.close(survivors.length === 0 && held.size === 0)
    return survivors.map(describeLeak)
  }

  return {
    experimentId,
    journalFile: journal.file,
    lost: link.lost,
    async spawn({ resource, ...request }) {
      const { id } = request
      link.lost.throwIfAborted()
      journal.intent(id, resource)
      const exited = reports.next('exited', id).then(({ code, signal }): Exit => ({ code, signal }))
      // Nobody may be waiting for the end of a process when the guardian is lost.
      exited.catch(() => {})
      const answer = reports.next('spawned', id)
      link.send({ op: 'spawn', ...request })
      return await answer.then(spawned => began(id, spawned, exited))
    },
    async adopt(id, resource, start) {
      link.lost.throwIfAborted()
      journal.intent(id, resource)
      const child = start({ [MARK_VARIABLE]: markOf(experimentId, id) })
      const failed = new Promise<Error>(resolve => child.on('error', resolve))
      if (child.pid === undefined) throw startError(id, (await failed).message)
      const exited = new Promise<Exit>(resolve => child.on('exit', (code, signal) => resolve({ code, signal })))
      const identity = { pid: child.pid, startedAt: startTimeOf(child.pid) ?? '' }
      link.send({ op: 'watch', id, ...identity })
      void exited.then(() => link.send({ op: 'forget', id }))
      return { ...began(id, identity, exited), child }
    },
    hold(id, workTree) {
      held.add(id)
      journal.intent(id, 'worktree', workTree)
    },
    released(id) {
      held.delete(id)
      journal.gone(id)
    },
    end,
    close: () => (closing ??= closeAll()),
  }
}

const describeLeak = (pid: number) => `process ${pid} could not be ended; end it as its owner: kill -9 ${pid}`

/** Resolves, with the reason, when the guardian is lost. */
export function untilLost(guarded: Guarded): Promise<string> {
  // A signal of its own: listeners do not pile up on the one that lasts as long as the experiment.
  const lost = AbortSignal.any([guarded.lost])
  return new Promise(resolve => {
    const onLost = () => resolve((lost.reason as Error).message)
    if (lost.aborted) onLost()
    else lost.addEventListener('abort', onLost, { once: true })
  })
}
