import { join } from 'node:path'
import type { Provenance } from '../model/row.ts'
import { type Env, type GitState, readGit } from './git.ts'
import { readHost } from './host.ts'
import { isOwnFile, realPath } from './location.ts'
import { readVersion } from './version.ts'

export interface ProvenanceSource {
  /** Folder of the project measured, absolute. */
  readonly repository: string
  /** Version of the project when the scenario names it. */
  readonly version: string | null
  readonly resultsFile: string
  /** Further files that this invocation writes, such as exported reports. */
  readonly outputs: readonly string[]
  readonly env: Env
}

export interface ProvenanceReport {
  readonly provenance: Provenance
  /** Git's whole answer about the project measured. */
  readonly git: GitState
  /** What the rows will lack and why, each with its remedy. */
  readonly warnings: readonly string[]
}

/** What made the rows of an experiment: the project measured, hl7bench and this machine. */
export async function readProvenance(source: ProvenanceSource): Promise<ProvenanceReport> {
  const outputs = new Set(source.outputs.map(realPath))
  const isOwn = (file: string): boolean => isOwnFile(source.resultsFile, file) || outputs.has(file)
  const [git, harness, host] = await Promise.all([
    readGit(source.repository, source.env, isOwn),
    readHarness(source.env, isOwn),
    readHost(),
  ])
  const folder = realPath(source.repository)
  const version = source.version ?? readVersion(folder, git.workTree ?? folder)
  const { branch, commit, dirty } = git
  return {
    provenance: { branch, commit, dirty, version, harness, host },
    git,
    warnings: git.warning === null ? [] : [git.warning],
  }
}

const OWN_FOLDER = join(import.meta.dirname, '..', '..')

/** Version of hl7bench itself. */
export function readOwnVersion(): string {
  return readVersion(OWN_FOLDER, OWN_FOLDER) ?? 'unknown'
}

/** An installed hl7bench lies in somebody else's repository: only a work tree of its own tells its commit. */
async function readHarness(env: Env, isOwn: (file: string) => boolean): Promise<Provenance['harness']> {
  const root = realPath(OWN_FOLDER)
  const { workTree, commit } = await readGit(root, env, isOwn)
  return {
    version: readOwnVersion(),
    commit: workTree !== null && realPath(workTree) === root ? commit : null,
  }
}
