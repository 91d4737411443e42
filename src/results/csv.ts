import { stringify } from 'csv-stringify/sync'
import { COLUMNS, type Row } from '../model/row.ts'

export type LineEnd = '\n' | '\r\n'

/** The cells of a row in the order of `COLUMNS`; blank for what was not measured. */
export function cellsOf(row: Row): string[] {
  const cells: Record<(typeof COLUMNS)[number], string | number | null> = {
    'Test Case ID': row.testCaseId,
    'Git Branch Name': row.branch,
    'Git Commit': row.commit,
    'POM Version': row.version,
    'Environment ID': row.environmentId,
    'Test Case Timestamp': row.timestamp,
    'Test Case Execution Number': row.execution,
    Duration: row.durationMs,
    'Record Count': row.records,
    'Beneficiary Count': row.beneficiaries,
    'Test Case Execution Data': JSON.stringify(row.data),
  }
  return COLUMNS.map(column => String(cells[column] ?? ''))
}

/** The row of eleven cells, or what is wrong with them. A blank cell is null; data that is no JSON object is `{}`. */
export function rowOfCells(cells: readonly string[]): Row | string {
  if (/^(<{7}|={7}|>{7})( |$)/.test(cells[0] ?? ''))
    return 'a conflict marker of git: keep the rows of both sides, delete the marker lines (see the .gitattributes line in the docs)'
  if (cells.length !== COLUMNS.length) return `expected ${COLUMNS.length} cells, found ${cells.length}`
  const [testCaseId, branch, commit, version, environmentId, timestamp, execution, duration, records, people, data] =
    cells as Eleven
  const executionNumber = numberOf(execution)
  if (executionNumber === null)
    return `expected a number as Test Case Execution Number, found ${JSON.stringify(execution)}`
  return {
    testCaseId,
    branch: branch || null,
    commit: commit || null,
    version: version || null,
    environmentId,
    timestamp,
    execution: executionNumber,
    durationMs: numberOf(duration),
    records: numberOf(records),
    beneficiaries: numberOf(people),
    data: dataOf(data),
  }
}

type Eleven = [string, string, string, string, string, string, string, string, string, string, string]

function numberOf(text: string): number | null {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

function dataOf(text: string): Row['data'] {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Row['data']) : {}
  } catch {
    return {}
  }
}

/** One record of RFC 4180 with its line end. */
export const lineOf = (cells: readonly string[], lineEnd: LineEnd): string =>
  stringify([[...cells]], { record_delimiter: lineEnd, quoted_match: /[\r\n]/ })

export const headerLine = (lineEnd: LineEnd): string => lineOf(COLUMNS, lineEnd)
