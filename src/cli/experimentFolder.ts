import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Begun } from '../experiment/begin.ts'
import { EXIT } from '../experiment/exit.ts'
import type { RunResult } from '../model/result.ts'
import { readGit } from '../results/git.ts'
import { JOURNAL_SCHEMA, type JournalEntry, readJournal } from '../results/journal.ts'
import { experimentsFolder, resultsFile } from '../results/location.ts'
import { UsageError } from './errors.ts'

export type Opening = Extract<JournalEntry, { type: 'experiment' }>

/** A folder as given, else the id beside the default results file or the one named. */
export async function experimentFolder(experiment: string, results: string | null): Promise<string> {
  if (existsSync(join(experiment, 'journal.jsonl'))) return resolve(experiment)
  const { workTree } = await readGit(process.cwd(), process.env, () => false)
  const named = results ?? process.env.HL7BENCH_RESULTS ?? null
  const folder = join(
    experimentsFolder(
      resultsFile({ named, project: workTree ?? process.cwd(), env: process.env, temporary: tmpdir() }),
    ),
    experiment,
  )
  if (existsSync(join(folder, 'journal.jsonl'))) return folder
  throw new UsageError(
    `no experiment ${experiment} beside the results file (${folder}); name its folder, or the CSV with --results`,
  )
}

/** How a command line names it: its id, or its folder where the id is not enough. */
export async function experimentName({ plan, folder }: Pick<Begun, 'plan' | 'folder'>): Promise<string> {
  const isFound = await experimentFolder(plan.id, null).then(
    found => found === folder,
    () => false,
  )
  return isFound ? plan.id : folder
}

export interface Replayed {
  readonly opening: Opening
  readonly finished: RunResult[]
  /** Runs whose row is known to be written. */
  readonly rowed: Set<string>
  /** Stopped by a crash or an interrupt, and not resumed to its end. */
  readonly isCutShort: boolean
}

/** What the journal says of an experiment. */
export async function replay(folder: string): Promise<Replayed> {
  let opening: Opening | null = null
  const finished: RunResult[] = []
  const rowed = new Set<string>()
  let isCutShort = true
  for await (const entry of readJournal(folder)) {
    if (entry.type === 'experiment') opening = entry
    else if (entry.type === 'finished') finished.push(entry.result)
    else if (entry.type === 'row') rowed.add(entry.run)
    else if (entry.type === 'ended') isCutShort = entry.exit === EXIT.interrupted
  }
  if (opening === null)
    throw new UsageError(`${folder} was stopped before its plan was written: nothing to resume; run it anew`)
  if (opening.schema !== JOURNAL_SCHEMA)
    throw new UsageError(
      `${folder} was written by another version of hl7bench (${opening.schema}, this one reads ${JOURNAL_SCHEMA}); use that version, or run it anew`,
    )
  return { opening, finished, rowed, isCutShort }
}
