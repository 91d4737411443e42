import { rmSync } from 'node:fs'
import type { JournalledExperiment } from './replay.ts'
import { removeWorkTree } from './workTree.ts'

/**
 * Removes the work trees of an experiment whose processes are all gone, and its journal when none is left. Resolves with those
 * that could not be removed, each with the remedy.
 */
export async function clear({ folder, resources }: JournalledExperiment): Promise<readonly string[]> {
  const workTrees = resources.flatMap(({ workTree }) => workTree ?? [])
  const left = (await Promise.all(workTrees.map(removeWorkTree))).flatMap(leak => leak ?? [])
  if (left.length === 0 && folder !== '') rmSync(folder, { recursive: true, force: true })
  return left
}
