import { appendAll } from './append.ts'
import { readRows, type SkippedRecord, type StoredRow } from './read.ts'

export interface MergeReport {
  readonly added: number
  /** Rows that were there already. */
  readonly known: number
  /** Records of the sources that are no rows, with their place. */
  readonly skipped: readonly (SkippedRecord & { readonly file: string })[]
  /** Where a torn last line was moved to; null when there was none. */
  readonly tornFile: string | null
}

/**
 * Adds the rows of other files that are not there yet, in their order, as they were written, in one write. A row is known by experiment
 * and run where it tells them, else by all its cells. Nothing is written while a source has records that are no rows, unless
 * `skipsMalformed`. Throws what `readRows` and `appendRow` throw.
 */
export async function mergeRows(
  into: string,
  sources: readonly string[],
  skipsMalformed: boolean,
): Promise<MergeReport> {
  const known = new Set<string>()
  for await (const row of readRows(into, () => {})) known.add(identityOf(row))
  const fresh: (readonly string[])[] = []
  const skipped: MergeReport['skipped'][number][] = []
  let repeated = 0
  for (const file of sources) {
    for await (const row of readRows(file, record => void skipped.push({ ...record, file }))) {
      const identity = identityOf(row)
      if (known.has(identity)) repeated++
      else {
        known.add(identity)
        fresh.push(row.cells)
      }
    }
  }
  if (skipped.length > 0 && !skipsMalformed) return { added: 0, known: repeated, skipped, tornFile: null }
  const tornFile = fresh.length === 0 ? null : (await appendAll(into, fresh)).tornFile
  return { added: fresh.length, known: repeated, skipped, tornFile }
}

function identityOf({ data, cells }: StoredRow): string {
  const { experiment, run } = data
  return typeof experiment === 'string' && typeof run === 'string' ? `${experiment}\0${run}` : cells.join('\0')
}
