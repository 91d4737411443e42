import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Mask, maskStrings } from '../mask.ts'
import type { ExperimentPlan, PlannedRun } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Provenance } from '../model/row.ts'
import { syncFolder } from './artefact.ts'
import { ResultsError, writeError } from './error.ts'
import type { GitState } from './git.ts'
import { tryLock } from './lock.ts'

export const JOURNAL_SCHEMA = 'hl7bench.journal/3'

/** What happened in an experiment, in this order for each run: started, finished, row. */
export type JournalEvent =
  | {
      readonly type: 'experiment'
      readonly schema: typeof JOURNAL_SCHEMA
      readonly plan: ExperimentPlan
      readonly provenance: Provenance
      /** `GitState.changes` of the project measured: a resumed experiment must go on with the same tree. */
      readonly changes: GitState['changes']
      readonly environmentId: string
      readonly resultsFile: string
      readonly tags: Readonly<Record<string, string>>
    }
  | { readonly type: 'started'; readonly run: PlannedRun }
  | { readonly type: 'finished'; readonly result: RunResult }
  /** The run's row is in the results file. */
  | { readonly type: 'row'; readonly run: string }
  | { readonly type: 'ended'; readonly exit: number }

/** `at`: ISO 8601 UTC. */
export type JournalEntry = JournalEvent & { readonly at: string }

export interface Journal {
  /** Returns when the event is on disk. */
  append(event: JournalEvent): void
  close(): void
}

const fileIn = (folder: string): string => join(folder, 'journal.jsonl')

/**
 * Opens an experiment's journal for this process alone, making it where there is none and cutting off a torn last line.
 * Throws `locked` while another process has it open, `unwritable`, and on append also `full`.
 */
export function openJournal(folder: string, mask: Mask): Journal {
  const file = fileIn(folder)
  mkdirOrThrow(folder)
  const release = tryLock(`${file}.lock`)
  if (release === null) {
    throw new ResultsError(
      'locked',
      `${file} is in use: another process runs this experiment. Wait for it to end, or end it.`,
    )
  }
  try {
    const descriptor = openSync(file, 'a+')
    cutTornLine(descriptor)
    syncFolder(folder)
    return {
      append: event => appendLine(file, descriptor, maskStrings({ ...event, at: new Date().toISOString() }, mask)),
      close() {
        closeSync(descriptor)
        release()
      },
    }
  } catch (error) {
    release()
    throw writeError(file, error)
  }
}

function mkdirOrThrow(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw writeError(folder, error)
  }
}

function appendLine(file: string, descriptor: number, entry: JournalEntry): void {
  const bytes = Buffer.from(`${JSON.stringify(entry)}\n`)
  const { size } = fstatSync(descriptor)
  try {
    const written = writeSync(descriptor, bytes)
    if (written < bytes.length) throw Object.assign(new Error('the disk took only a part'), { code: 'ENOSPC' })
    fsyncSync(descriptor)
  } catch (error) {
    ftruncateSync(descriptor, size)
    throw writeError(file, error)
  }
}

const PART_BYTES = 65_536
const LF = 0x0a

/** An event counts once its line end is written: what follows the last one was never reported as kept. */
function cutTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor)
  ftruncateSync(descriptor, endOfLines(descriptor, size))
}

/** Offset after the last line end. */
function endOfLines(descriptor: number, size: number): number {
  for (let end = size; end > 0; end -= PART_BYTES) {
    const start = Math.max(0, end - PART_BYTES)
    const part = Buffer.alloc(end - start)
    readSync(descriptor, part, 0, part.length, start)
    const last = part.lastIndexOf(LF)
    if (last !== -1) return start + last + 1
  }
  return 0
}

/** Streams a journal's events; a torn last line is passed over. Throws `journal` where there is none or a line is damaged. */
export async function* readJournal(folder: string): AsyncGenerator<JournalEntry> {
  const file = fileIn(folder)
  if (!existsSync(file)) {
    throw new ResultsError(
      'journal',
      `${file} does not exist: ${folder} is no experiment. Name one of the folders beside the results file.`,
    )
  }
  const end = wholeBytes(file)
  if (end === 0) return
  const lines = createInterface({
    input: createReadStream(file, { end: end - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  let line = 0
  for await (const text of lines) yield entryOf(text, `${file}:${++line}`)
}

function wholeBytes(file: string): number {
  const descriptor = openSync(file, 'r')
  try {
    return endOfLines(descriptor, fstatSync(descriptor).size)
  } finally {
    closeSync(descriptor)
  }
}

function entryOf(text: string, place: string): JournalEntry {
  try {
    return JSON.parse(text) as JournalEntry
  } catch (error) {
    throw new ResultsError(
      'journal',
      `${place}: expected an event as JSON, found ${text.slice(0, 60)}. The journal is damaged; start the experiment anew.`,
      {
        cause: error,
      },
    )
  }
}
