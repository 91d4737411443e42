import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { COLUMNS, type Row } from '../model/row.ts'
import { rowOfCells } from './csv.ts'
import { ResultsError, systemCode } from './error.ts'

/** A row as it stands in a file. */
export interface StoredRow extends Row {
  /** Line of the file on which the row ends, from 1. */
  readonly line: number
  /** The eleven cells as they were written. */
  readonly cells: readonly string[]
}

/** A record that is no row, for instance a torn last line. */
export interface SkippedRecord {
  readonly line: number
  readonly reason: string
}

/**
 * Streams the rows of a file in its order; a file that does not exist has none. Records that are no rows go to `skipped`.
 * Throws `columns` for a file with other columns and `unreadable`.
 */
export async function* readRows(file: string, skipped: (record: SkippedRecord) => void): AsyncGenerator<StoredRow> {
  try {
    for await (const { cells, line } of records(file, skipped)) {
      const row = rowOfCells(cells)
      if (typeof row === 'string') skipped({ line, reason: row })
      else yield { ...row, line, cells }
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    if (error instanceof ResultsError) throw error
    throw new ResultsError(
      'unreadable',
      `${file} cannot be read: ${(error as Error).message}. Check the file, or name another with --results.`,
      { cause: error },
    )
  }
}

interface CsvRecord {
  readonly cells: readonly string[]
  readonly line: number
}

/** The records below a header that must be ours. */
async function* records(file: string, skipped: (record: SkippedRecord) => void): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      skipped({ line: Number(error?.lines ?? 0), reason: error?.message ?? 'not CSV' })
      return undefined
    },
  })
  // The error reaches the loop below through the parser that the pipeline destroys.
  pipeline(createReadStream(file), parser, () => {})
  let isHeader = true
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (isHeader) requireColumns(file, record)
    else yield { cells: record, line: info.lines }
    isHeader = false
  }
}

function requireColumns(file: string, header: readonly string[]): void {
  if (header.length === COLUMNS.length && COLUMNS.every((column, index) => column === header[index])) return
  throw new ResultsError(
    'columns',
    `${file}: expected the columns ${COLUMNS.join(', ')}; found ${header.join(', ')}. Name another file with --results.`,
  )
}

/** Whether the row of a run is in the file: a controller may die after the append and before it could note it. */
export async function rowExists(file: string, experimentId: string, runId: string): Promise<boolean> {
  for await (const row of readRows(file, () => {})) {
    if (row.data.experiment === experimentId && row.data.run === runId) return true
  }
  return false
}
