import type { Row } from '../../model/row.ts'
import type { StageJudgement } from '../../stats/gate/judgeMetric.ts'
import type { Verdict } from '../../stats/gate/judgeStages.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import type { Figure } from '../experiment.ts'
import { figuresOfRow, isCounted, type RowFigure } from '../rowMetrics.ts'
import type { ComparisonSettings } from './comparison.ts'
import { judgeRows } from './judgeRows.ts'

/** Rows of two sets that can be set against each other, or why they cannot: the message ends with the remedy. */
export class RowsError extends Error {
  override readonly name = 'RowsError'
}

/** Two sets of rows, for information: measured at different times, they differ by more than the code. */
export interface RowsComparison {
  readonly baseline: RowSet
  readonly candidate: RowSet
  /** Both are arms of one experiment: then pairs of its blocks are compared. */
  readonly interleaved: boolean
  readonly metrics: readonly RowsMetric[]
}

export interface RowSet {
  readonly selector: string
  readonly cases: readonly string[]
  readonly rows: number
  readonly counted: number
  readonly commits: readonly string[]
}

export interface RowsMetric {
  readonly testCase: string
  readonly path: string
  readonly unit: RowFigure['unit']
  /** Medians; null where no row that is compared has it. */
  readonly baseline: Figure | null
  readonly candidate: Figure | null
  /** Of an interleaved experiment over both of its stages, as far as the rows hold them; else what the rows look like. */
  readonly verdict: Verdict
  readonly judgement: StageJudgement
}

/** @throws RowsError when the sets are empty, or of different cases, digests or environments */
export function compareRowSets(
  sets: { readonly baseline: readonly Row[]; readonly candidate: readonly Row[] },
  selectors: { readonly baseline: string; readonly candidate: string },
  own: ComparisonSettings,
): RowsComparison {
  const [baseline, candidate] = [sets.baseline.filter(isCounted), sets.candidate.filter(isCounted)]
  for (const [rows, selector] of [
    [baseline, selectors.baseline],
    [candidate, selectors.candidate],
  ] as const)
    if (rows.length === 0)
      throw new RowsError(`no valid row matches ${selector}; see hl7bench history ls for what there is`)
  requireSame('test cases', baseline, candidate, row => row.testCaseId)
  requireSame('environments', baseline, candidate, row => row.environmentId)
  requireSame(
    'case digests (the scenario was changed)',
    baseline,
    candidate,
    row => `${row.testCaseId} ${row.data.digest ?? ''}`,
  )
  const interleaved = isInterleaved(baseline, candidate)
  const cases = [...new Set(baseline.map(row => row.testCaseId))]
  const names = cases.map(testCase => ({ testCase, metrics: sharedMetrics(baseline, candidate, testCase) }))
  const gatedMetrics = Math.max(
    1,
    names.reduce((sum, { metrics }) => sum + metrics.length, 0),
  )
  const settings: GateSettings = { ...own, gatedMetrics }
  return {
    baseline: describeSet(selectors.baseline, sets.baseline, baseline),
    candidate: describeSet(selectors.candidate, sets.candidate, candidate),
    interleaved,
    metrics: names.flatMap(({ testCase, metrics }) =>
      metrics.map(metric => ({
        testCase,
        path: metric.path,
        unit: metric.unit,
        ...judgeRows(
          metric,
          { baseline: ofCase(baseline, testCase), candidate: ofCase(candidate, testCase), interleaved },
          settings,
        ),
      })),
    ),
  }
}

function requireSame(
  what: string,
  baseline: readonly Row[],
  candidate: readonly Row[],
  of: (row: Row) => string,
): void {
  const [left, right] = [baseline, candidate].map(rows => [...new Set(rows.map(of))].sort().join(', ')) as [
    string,
    string,
  ]
  if (left !== right)
    throw new RowsError(
      `the ${what} differ: ${left} in the baseline, ${right} in the candidate; narrow both selectors to what can be compared`,
    )
}

/** Runs of both arms of one experiment, block by block. */
function isInterleaved(baseline: readonly Row[], candidate: readonly Row[]): boolean {
  const experiments = new Set([...baseline, ...candidate].map(({ data }) => data.experiment))
  const arms = [baseline, candidate].map(rows => new Set(rows.map(({ data }) => data.arm)))
  return (
    experiments.size === 1 &&
    !experiments.has(undefined) &&
    arms.every(({ size }) => size === 1) &&
    arms[0]!.has('baseline') &&
    arms[1]!.has('candidate')
  )
}

function describeSet(selector: string, all: readonly Row[], counted: readonly Row[]): RowSet {
  return {
    selector,
    cases: [...new Set(counted.map(({ testCaseId }) => testCaseId))],
    rows: all.length,
    counted: counted.length,
    commits: [...new Set(counted.flatMap(({ commit }) => commit ?? []))],
  }
}

const ofCase = (rows: readonly Row[], testCase: string) => rows.filter(row => row.testCaseId === testCase)

/** What some row of either set has, even if only as a lower bound. */
function sharedMetrics(baseline: readonly Row[], candidate: readonly Row[], testCase: string): readonly RowFigure[] {
  const [before, after] = [baseline, candidate].map(
    rows =>
      new Map(
        ofCase(rows, testCase)
          .flatMap(figuresOfRow)
          .map(each => [each.path, each]),
      ),
  ) as [Map<string, RowFigure>, Map<string, RowFigure>]
  // The length of a phase is given, not measured, where other figures are.
  return [...before.values()].filter(
    ({ path }) => after.has(path) && (before.size === 1 || !path.endsWith('.duration')),
  )
}
