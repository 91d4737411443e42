import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Env, git } from '../../gitCommand.ts'
import { ArmsError } from './error.ts'

export interface SnapshotOptions {
  /** Top of the work tree, absolute. */
  readonly workTree: string
  readonly env: Env
  /** Paths below the top that are left out: what measuring itself writes. */
  readonly leftOut: readonly string[]
}

/** The same tree on the same commit gives the same id, whoever takes the snapshot, and whenever. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'hl7bench',
  GIT_AUTHOR_EMAIL: 'hl7bench@example.org',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'hl7bench',
  GIT_COMMITTER_EMAIL: 'hl7bench@example.org',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
}

/**
 * The work tree as it is, tracked files and untracked ones that are not ignored, as a commit on top of HEAD that no branch names; null when it
 * does not differ from HEAD. Index and work tree of the user stay untouched. @throws ArmsError
 */
export async function takeSnapshot({ workTree, env, leftOut }: SnapshotOptions): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-index-'))
  const index = { GIT_INDEX_FILE: join(folder, 'index') }
  const ask = async (args: readonly string[], own: Record<string, string> = {}) => {
    const { output, failure } = await git(workTree, env, args, { ...index, ...own })
    if (failure !== null)
      throw new ArmsError(
        `the uncommitted work cannot be recorded: git ${args[0]}: ${failure}. Commit it, or name --candidate.`,
      )
    return output.trim()
  }
  try {
    // Not the user's own index: a copy of it would take a file changed within the tick of its clock for unchanged.
    await ask(['read-tree', 'HEAD'])
    await ask(['add', '--all', '--', '.'])
    if (leftOut.length > 0)
      await ask(['reset', '--quiet', 'HEAD', '--', ...leftOut.map(path => `:(top,literal)${path}`)])
    const tree = await ask(['write-tree'])
    if (tree === (await ask(['rev-parse', 'HEAD^{tree}']))) return null
    return await ask(['commit-tree', tree, '-p', 'HEAD', '-m', 'uncommitted work'], AUTHOR)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
