import { existsSync, rmSync } from 'node:fs'
import { git } from '../gitCommand.ts'
import { EnvironmentError } from './error.ts'
import type { WorkTreePlace } from './resources.ts'

/** Checks a commit out at a folder that must not exist. Throws EnvironmentError. */
export async function addWorkTree({ repository, folder }: WorkTreePlace, commit: string): Promise<void> {
  const { failure } = await git(repository, process.env, [
    'worktree',
    'add',
    '--quiet',
    '--force',
    '--detach',
    folder,
    commit,
  ])
  if (failure !== null)
    throw new EnvironmentError(
      'provision',
      'environment',
      `git could not check ${commit} out at ${folder}: ${failure}; see whether the disk is full, or run git worktree prune`,
    )
  if (!existsSync(`${folder}/.gitmodules`)) return
  const submodules = await git(folder, process.env, ['submodule', 'update', '--quiet', '--init', '--recursive'])
  if (submodules.failure !== null)
    throw new EnvironmentError(
      'provision',
      'environment',
      `the submodules of ${commit} could not be checked out: ${submodules.failure}; make them reachable (git submodule update --init)`,
    )
}

/** Removes a work tree, whole or half made. Idempotent. Resolves with what is left and the remedy, or null. */
export async function removeWorkTree({ repository, folder }: WorkTreePlace): Promise<string | null> {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    return `the work tree ${folder} could not be removed: ${(error as Error).message}; remove it by hand, then run git worktree prune`
  }
  // The repository may be gone by now; then so is what it remembers.
  await git(repository, process.env, ['worktree', 'prune'])
  return null
}
