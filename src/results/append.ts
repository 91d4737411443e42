import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { parse } from 'csv-parse/sync'
import { type Mask, maskStrings } from '../mask.ts'
import { COLUMNS, type Row } from '../model/row.ts'
import { syncFolder } from './artefact.ts'
import { cellsOf, headerLine, type LineEnd, lineOf } from './csv.ts'
import { type Ending, endingOf, endingOfPart, isWhole } from './ending.ts'
import { ResultsError, writeError } from './error.ts'
import { lockFileOf, prepareExperimentsFolder } from './location.ts'
import { withLock } from './lock.ts'

export interface AppendReport {
  /** Where a torn last line was moved to; null when there was none. */
  readonly tornFile: string | null
}

const LOCK_WAIT_MS = 30_000
const PART_BYTES = 65_536

/**
 * Appends one row: one write, synced, under the file's lock, in time that does not grow with the file. Makes folder and header
 * where they are missing. A torn last line is moved to a file beside; all else that is there stays byte for byte.
 * Throws `columns` for a file with other columns, `malformed`, `locked`, `full` and `unwritable`; the file is then as it was.
 */
export async function appendRow(file: string, row: Row, mask: Mask): Promise<AppendReport> {
  return await appendAll(file, [cellsOf(maskStrings(row, mask))])
}

/** Appends rows as they were written elsewhere, in one write; otherwise as `appendRow` does. */
export async function appendAll(file: string, rows: readonly (readonly string[])[]): Promise<AppendReport> {
  try {
    mkdirSync(dirname(file), { recursive: true })
    prepareExperimentsFolder(file)
    return await withLock(lockFileOf(file), LOCK_WAIT_MS, () => appendCells(file, rows))
  } catch (error) {
    throw writeError(file, error)
  }
}

function appendCells(file: string, rows: readonly (readonly string[])[]): AppendReport {
  const descriptor = openSync(file, 'a+')
  try {
    const lineEnd = lineEndOf(file, descriptor)
    const { tornFile, missing } = mend(file, descriptor, lineEnd)
    const isNew = fstatSync(descriptor).size === 0
    writeWhole(
      descriptor,
      missing + (isNew ? headerLine(lineEnd) : '') + rows.map(cells => lineOf(cells, lineEnd)).join(''),
    )
    if (isNew) syncFolder(dirname(file))
    return { tornFile }
  } finally {
    closeSync(descriptor)
  }
}

/** Line end of the file, whose header must be ours. Throws `columns`. */
export function lineEndOf(file: string, descriptor: number): LineEnd {
  const head = decode(readPart(descriptor, 0, PART_BYTES))
  if (headerLine('\n').startsWith(head)) return '\n'
  const found = headerOf(head)
  if (found.length === COLUMNS.length && COLUMNS.every((column, index) => column === found[index])) {
    return /^[^\n]*\r\n/.test(head) ? '\r\n' : '\n'
  }
  throw new ResultsError(
    'columns',
    `${file}: expected the columns ${COLUMNS.join(', ')}; found ${found.join(', ') || 'no header'}. The file was not touched; name another file with --results.`,
  )
}

function headerOf(head: string): string[] {
  try {
    return parse(head, { to: 1, relax_column_count: true })[0] ?? []
  } catch {
    return []
  }
}

/** Moves a torn last record away; tells the line end that a whole one lacks. */
function mend(file: string, descriptor: number, lineEnd: LineEnd): { tornFile: string | null; missing: '' | LineEnd } {
  const { ending, part, offset } = readEnding(file, descriptor)
  if (ending.state === 'complete' || ending.state === 'unseen') return { tornFile: null, missing: '' }
  const isHeader = offset + ending.start === 0
  const text = part.subarray(ending.start)
  const whole = ending.state === 'unterminated' && (isHeader ? isWholeHeader(text) : isWhole(part, ending))
  if (whole) return { tornFile: null, missing: lineEnd }
  const tornFile = `${file}.torn-${new Date().toISOString().replace(/[-:]/g, '')}-${process.pid}`
  writeFileSync(tornFile, text, { flag: 'wx', flush: true })
  syncFolder(dirname(file))
  ftruncateSync(descriptor, offset + ending.start)
  return { tornFile, missing: '' }
}

const isWholeHeader = (text: Buffer): boolean => headerOf(decode(text)).at(-1) === COLUMNS.at(-1)

const decode = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\uFEFF/, '')

/** Reads back from the end only as far as needed to know how the file ends. */
export function readEnding(file: string, descriptor: number): { ending: Ending; part: Buffer; offset: number } {
  const { size } = fstatSync(descriptor)
  for (let length = PART_BYTES; length < size; length *= 4) {
    const part = readPart(descriptor, size - length, length)
    const ending = endingOfPart(part)
    if (ending !== null) return { ending, part, offset: size - length }
  }
  const whole = readPart(descriptor, 0, size)
  const strict = endingOf(whole, 0, false)
  if (strict !== null) return { ending: strict, part: whole, offset: 0 }
  const lenient = endingOf(whole, 0, false, true)
  if (lenient !== null && lenient.state !== 'open') return { ending: lenient, part: whole, offset: 0 }
  throw new ResultsError(
    'malformed',
    `${file}: a quoted field in the middle of the file is never closed, so that no row can be added. The file was not touched; close the quote by hand, or name another file with --results.`,
  )
}

function readPart(descriptor: number, from: number, length: number): Buffer {
  const part = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const read = readSync(descriptor, part, filled, length - filled, from + filled)
    if (read === 0) break
    filled += read
  }
  return part.subarray(0, filled)
}

/** One write of the whole text; a shorter or failed one is undone. */
function writeWhole(descriptor: number, text: string): void {
  const { size } = fstatSync(descriptor)
  const bytes = Buffer.from(text)
  try {
    const written = writeSync(descriptor, bytes)
    if (written < bytes.length)
      throw Object.assign(new Error('the disk took only a part of the row'), { code: 'ENOSPC' })
    fsyncSync(descriptor)
  } catch (error) {
    ftruncateSync(descriptor, size)
    throw error
  }
}
