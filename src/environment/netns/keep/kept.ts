import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult } from '../../../model/environment.ts'
import type { Topology } from '../../../model/topology.ts'
import { readProcesses } from '../../processTable.ts'
import type { ProcessIdentity } from '../../processTree.ts'
import { isRunning, type JournalledExperiment, replay } from '../../replay.ts'
import { stateFolder } from '../../state.ts'
import type { Site } from '../site.ts'

/** A clone that stands for use by hand. */
export interface Kept {
  readonly schema: 'hl7bench.kept/1'
  readonly id: string
  readonly facts: Site['facts']
  readonly topology: Topology
  /** First process of the clone, as seen from outside. */
  readonly first: ProcessIdentity
  readonly userNamespace: boolean
  /** Empty when none were asked for. */
  readonly checks: readonly CheckResult[]
  /** From nothing to the last tunnel up, ms. */
  readonly upMs: number
  /** ISO 8601 UTC; the clone is removed then. */
  readonly expires: string
}

/** No clone of that name is kept, or it has no such host. The message ends with the remedy. */
export class UnknownCloneError extends Error {
  override readonly name = 'UnknownCloneError'
}

const FILE = 'clone.json'

/** Written beside the resource journal, and removed with it. @param folder of the clone's journal */
export function writeKept(folder: string, kept: Kept): void {
  const file = join(folder, FILE)
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** A clone that stands. Throws UnknownCloneError. */
export function findKept(id: string, folder = stateFolder()): Kept {
  const kept = readKept(id, folder)
  if (kept === null) throw new UnknownCloneError(whyNotKept(id, folder))
  if (!isRunning(readProcesses(), kept.first))
    throw new UnknownCloneError(`the clone ${id} has ended; remove what is left: npx hl7bench env down ${id}`)
  return kept
}

/** Whether a keeper is at work on a clone that is not to be used yet. */
export const isComingUp = ({ folder, resources }: JournalledExperiment): boolean =>
  resources.some(({ kind }) => kind === 'keeper') && !existsSync(join(folder, FILE))

function whyNotKept(id: string, folder: string): string {
  const found = isCloneId(id) ? replay(folder, id) : null
  return found !== null && isComingUp(found)
    ? `${id} is not up yet; wait until npx hl7bench env ls no longer says that it is coming up`
    : `no clone ${id} is kept; npx hl7bench env ls lists what there is, npx hl7bench env up makes one`
}

function readKept(id: string, folder: string): Kept | null {
  if (!isCloneId(id)) return null
  try {
    return JSON.parse(readFileSync(join(folder, id, FILE), 'utf8')) as Kept
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

/** Up to 40 of a-z, 0-9 and -, a letter first: it names a folder. */
export const isCloneId = (id: string) => /^[a-z][a-z0-9-]{0,39}$/.test(id)
