import { tmpdir } from 'node:os'
import { EXIT } from '../experiment/exit.ts'
import { compareRowSets } from '../report/comparison/compareRows.ts'
import { renderRowsComparison } from '../report/comparison/rowsTerminal.ts'
import { parseSelector, type Selector } from '../report/comparison/selector.ts'
import { readGit } from '../results/git.ts'
import { resultsFile } from '../results/location.ts'
import { readRows, type StoredRow } from '../results/read.ts'
import { type CompareFlags, settingsOf } from './compareOptions.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'

/** Sets rows of CSV files against each other. Never fails because of what they say: they were not measured side by side. */
export async function compareRows(files: readonly string[], flags: CompareFlags, console: Console): Promise<number> {
  const [baseline, candidate] = [
    selectorOf('--baseline-rows', flags.baselineRows),
    selectorOf('--candidate-rows', flags.candidateRows),
  ]
  const sets = { baseline: [] as StoredRow[], candidate: [] as StoredRow[] }
  for (const file of files.length === 0 ? [await defaultFile(flags)] : files) {
    for await (const row of readRows(file, ({ line, reason }) =>
      console.err(`warning: ${file}:${line}: ${reason}\n`),
    )) {
      if (baseline.matches(row)) sets.baseline.push(row)
      if (candidate.matches(row)) sets.candidate.push(row)
    }
  }
  const comparison = compareRowSets(sets, { baseline: baseline.text, candidate: candidate.text }, settingsOf(flags))
  console.out(
    flags.json
      ? `${JSON.stringify({ schema: 'hl7bench.rows-comparison/1', ...comparison }, null, 2)}\n`
      : renderRowsComparison(comparison, console.terminal),
  )
  return EXIT.ok
}

function selectorOf(flag: string, text: string | undefined): Selector {
  if (text === undefined)
    throw new UsageError(`${flag} is missing: both sets of rows must be named, for instance ${flag} commit=abc`)
  const selector = parseSelector(text)
  if (typeof selector === 'string') throw new UsageError(`${flag}: ${selector}`)
  return selector
}

/** The results file of the repository around the working folder. */
export async function defaultFile({ results }: { readonly results?: string }): Promise<string> {
  const { workTree } = await readGit(process.cwd(), process.env, () => false)
  const named = results ?? process.env.HL7BENCH_RESULTS ?? null
  return resultsFile({ named, project: workTree ?? process.cwd(), env: process.env, temporary: tmpdir() })
}
