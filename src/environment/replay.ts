import { readdirSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { bootId, type ProcessEntry } from './processTable.ts'
import type { ProcessIdentity } from './processTree.ts'
import type { ControllerLine, ResourceKind, ResourceLine, WorkTreePlace } from './resources.ts'
import { journalFile } from './state.ts'

/** What a resource journal says is there, or may be. */
export interface JournalledExperiment {
  readonly experiment: string
  readonly folder: string
  /** null = the journal has no readable beginning: nothing was created yet, or the file is damaged. */
  readonly controller: ControllerLine | null
  readonly resources: readonly JournalledResource[]
  /** Time of the folder's last change, ms since 1970. */
  readonly changedMs: number
}

export interface JournalledResource {
  readonly id: string
  readonly kind: ResourceKind
  /** ISO 8601 UTC. */
  readonly at: string
  /** null = intended; whether it was created is told by its mark alone. */
  readonly identity: ProcessIdentity | null
  /** null = a process. */
  readonly workTree: WorkTreePlace | null
}

/** Every experiment with a journal under a state folder; none when the folder is not there. */
export function replayAll(folder: string): JournalledExperiment[] {
  // Another sweep may have removed one since the listing.
  return listFolders(folder).flatMap(experiment => replay(folder, experiment) ?? [])
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort()
  } catch (error) {
    // Where no folder can be, nothing was ever written.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** The journal of one experiment; null = it has none. */
export function replay(folder: string, experiment: string): JournalledExperiment | null {
  const own = join(folder, experiment)
  const changedMs = statSync(own, { throwIfNoEntry: false })?.mtimeMs
  if (changedMs === undefined) return null
  const resources = new Map<string, JournalledResource>()
  let controller: ControllerLine | null = null
  for (const line of readLines(journalFile(folder, experiment))) {
    if (line.op === 'controller') controller = line
    else if (line.op === 'intent')
      resources.set(line.id, {
        id: line.id,
        kind: line.resource,
        at: line.at,
        identity: null,
        workTree: line.workTree ?? null,
      })
    else if (line.op === 'gone') resources.delete(line.id)
    else {
      const intended = resources.get(line.id)
      if (intended) resources.set(line.id, { ...intended, identity: { pid: line.pid, startedAt: line.startedAt } })
    }
  }
  return { experiment, folder: own, controller, resources: [...resources.values()], changedMs }
}

/** A line torn by a crash is left out: whatever it would have told follows an intent that is whole. */
function readLines(file: string): ResourceLine[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap(line => {
    try {
      return [JSON.parse(line) as ResourceLine]
    } catch {
      return []
    }
  })
}

/** Where a journalled process can be looked for. `elsewhere` = on another machine that shares the folder. */
export type Whereabouts = 'this-boot' | 'earlier-boot' | 'elsewhere'

export function whereaboutsOf(controller: ControllerLine): Whereabouts {
  if (controller.host !== hostname()) return 'elsewhere'
  return controller.boot === bootId() ? 'this-boot' : 'earlier-boot'
}

export const isRunning = (processes: readonly ProcessEntry[], { pid, startedAt }: ProcessIdentity) =>
  processes.some(entry => entry.pid === pid && entry.startedAt === startedAt)
