import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { EnvironmentError } from './error.ts'
import { bootId, startTimeOf } from './processTable.ts'
import type { ProcessIdentity } from './processTree.ts'
import { draftFile, journalFile, stateFolder } from './state.ts'

/** First line of a resource journal: who may be asked whether the experiment still runs. */
export interface ControllerLine {
  readonly op: 'controller'
  readonly experiment: string
  /** Kind of the environment. */
  readonly kind: string
  readonly owner: string
  readonly host: string
  readonly boot: string | null
  readonly pid: number
  readonly startedAt: string
  /** ISO 8601 UTC. */
  readonly at: string
  readonly expires: string
}

export type ResourceLine =
  | ControllerLine
  | {
      readonly op: 'intent'
      readonly id: string
      readonly resource: ResourceKind
      readonly at: string
      /** Of a work tree. */
      readonly workTree?: WorkTreePlace
    }
  | { readonly op: 'created'; readonly id: string; readonly pid: number; readonly startedAt: string }
  | { readonly op: 'gone'; readonly id: string }

/** A git work tree made for an experiment. */
export interface WorkTreePlace {
  /** The repository whose work tree it is, absolute. */
  readonly repository: string
  /** Absolute. */
  readonly folder: string
}

export type ResourceKind =
  | 'guardian'
  | 'keeper'
  | 'clone'
  | 'sut'
  | 'target'
  | 'generator'
  | 'hook'
  | 'build'
  | 'worktree'

/** Writer of the resource journal of one experiment. */
export interface ResourceJournal {
  readonly file: string
  /** On disk when it returns: only then may it be created. */
  intent(id: string, resource: ResourceKind, workTree?: WorkTreePlace): void
  created(id: string, identity: ProcessIdentity): void
  /** Of `id` and everything below it. */
  gone(id: string): void
  /** Ends the journal; its folder is removed when nothing it names is left. */
  close(isEmpty: boolean): void
}

export interface JournalOptions {
  readonly experimentId: string
  readonly kind: string
  /** After this time `sweep({ expiredOnly: true })` may remove what a dead controller left, ms since 1970. */
  readonly expiresMs: number
  readonly folder?: string
}

/**
 * Begins a journal. It appears with its first line in it or not at all, so that whoever finds one knows whose it is.
 * Throws when the experiment has one already: it runs, or has to be swept first.
 */
export function openJournal(options: JournalOptions): ResourceJournal {
  const folder = options.folder ?? stateFolder()
  const file = journalFile(folder, options.experimentId)
  const draft = draftFile(folder, options.experimentId, process.pid)
  mkdirSync(dirname(draft), { recursive: true, mode: 0o700 })
  const fd = openSync(draft, 'w', 0o600)
  const open = new Set<string>()
  const write = (line: ResourceLine, durable: boolean) => {
    writeSync(fd, `${JSON.stringify(line)}\n`)
    if (durable) fsyncSync(fd)
  }
  write(controllerLine(options), true)
  fsyncFolder(dirname(draft))
  try {
    publish(draft, file, options.experimentId)
  } catch (error) {
    closeSync(fd)
    rmSync(dirname(draft), { recursive: true, force: true })
    throw error
  }
  return {
    file,
    intent(id, resource, workTree) {
      open.add(id)
      const place = workTree === undefined ? {} : { workTree }
      write({ op: 'intent', id, resource, at: new Date().toISOString(), ...place }, true)
    },
    created(id, { pid, startedAt }) {
      write({ op: 'created', id, pid, startedAt }, true)
    },
    gone(id) {
      for (const each of open) {
        if (each !== id && !each.startsWith(`${id}.`)) continue
        open.delete(each)
        write({ op: 'gone', id: each }, false)
      }
    },
    close(isEmpty) {
      closeSync(fd)
      if (isEmpty) rmSync(dirname(file), { recursive: true, force: true })
    },
  }
}

/** A folder takes the place of no other that has something in it (rename(2)). */
function publish(draft: string, file: string, experimentId: string): void {
  try {
    renameSync(dirname(draft), dirname(file))
    fsyncFolder(dirname(dirname(file)))
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new EnvironmentError(
      'provision',
      'environment',
      `experiment ${experimentId} already has a resource journal (${file}): it is being run, or was not cleaned up; ` +
        `wait for it to end, or run: hl7bench env sweep --experiment ${experimentId}`,
      { cause: error },
    )
  }
}

function controllerLine({ experimentId, kind, expiresMs }: JournalOptions): ControllerLine {
  return {
    op: 'controller',
    experiment: experimentId,
    kind,
    owner: userInfo().username,
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    startedAt: startTimeOf(process.pid) ?? '',
    at: new Date().toISOString(),
    expires: new Date(expiresMs).toISOString(),
  }
}

// A new file survives a crash of the machine only when its folder is on disk too (fsync(2)).
function fsyncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
