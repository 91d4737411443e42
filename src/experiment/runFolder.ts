import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PlannedRun } from '../model/experiment.ts'

export const runFolder = (experimentFolder: string, run: Pick<PlannedRun, 'id'>): string =>
  join(experimentFolder, 'runs', run.id)

/** The folder of a run, made empty. A run that was cut short has the same identities: what its receiver recorded would count as duplicates of this one. */
export function freshRunFolder(experimentFolder: string, run: Pick<PlannedRun, 'id'>): string {
  const folder = runFolder(experimentFolder, run)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}
