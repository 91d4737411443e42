import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Row } from '../../src/model/row.ts'
import { readRows, type SkippedRecord, type StoredRow } from '../../src/results/read.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hl7bench-results-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const plainRow = (changes: Partial<Row> = {}): Row => ({
  testCaseId: 'demo',
  branch: 'main',
  commit: 'a'.repeat(40),
  version: '1.2.3',
  environmentId: 'process-cpu-2c',
  timestamp: '2026-11-22T21:05:00.000Z',
  execution: 1,
  durationMs: 30_000,
  records: 3672,
  beneficiaries: 1000,
  data: { schema: 'hl7bench.row/1', experiment: 'e', run: 'r0001' },
  ...changes,
})

export async function allRows(file: string): Promise<{ rows: StoredRow[]; skipped: SkippedRecord[] }> {
  const rows: StoredRow[] = []
  const skipped: SkippedRecord[] = []
  for await (const row of readRows(file, record => skipped.push(record))) rows.push(row)
  return { rows, skipped }
}
