import type { Row } from '../../model/row.ts'
import { judgeMetric, type StageJudgement } from '../../stats/gate/judgeMetric.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import { quantile } from '../../stats/quantile.ts'
import { isCounted, metricsOfRow, type RowMetric } from '../rowMetrics.ts'
import type { ComparisonSettings } from './comparison.ts'

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
  readonly unit: RowMetric['unit']
  readonly baseline: number
  readonly candidate: number
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
      metrics.map(metric => compareMetric(testCase, metric, { baseline, candidate, interleaved }, settings)),
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

function sharedMetrics(baseline: readonly Row[], candidate: readonly Row[], testCase: string): readonly RowMetric[] {
  const ofCase = (rows: readonly Row[]) => rows.filter(row => row.testCaseId === testCase)
  const first = ofCase(baseline)[0]
  const other = new Set(ofCase(candidate).flatMap(row => metricsOfRow(row).map(({ path }) => path)))
  // The length of a phase is given, not measured, where other figures are.
  const all = first === undefined ? [] : metricsOfRow(first)
  return all.filter(({ path }) => other.has(path) && (all.length === 1 || !path.endsWith('.duration')))
}

interface Sets {
  readonly baseline: readonly Row[]
  readonly candidate: readonly Row[]
  readonly interleaved: boolean
}

function compareMetric(testCase: string, metric: RowMetric, sets: Sets, settings: GateSettings): RowsMetric {
  const read = (rows: readonly Row[]) =>
    rows
      .filter(row => row.testCaseId === testCase)
      .flatMap(row => metricsOfRow(row).flatMap(found => (found.path === metric.path ? [{ row, ...found }] : [])))
  const [before, after] = sets.interleaved
    ? pairsOf(read(sets.baseline), read(sets.candidate))
    : [read(sets.baseline), read(sets.candidate)]
  const [baseline, candidate] = [before.map(({ value }) => value), after.map(({ value }) => value)]
  const sample = {
    better: metric.better,
    kind: metric.kind,
    paired: sets.interleaved,
    marked: [...before, ...after].some(({ marked }) => marked),
    baseline,
    candidate,
  }
  return {
    testCase,
    path: metric.path,
    unit: metric.unit,
    baseline: baseline.length === 0 ? Number.NaN : quantile(baseline, 0.5),
    candidate: candidate.length === 0 ? Number.NaN : quantile(candidate, 0.5),
    judgement: judgeMetric(sample, settings),
  }
}

type Found = RowMetric & { readonly row: Row }

function pairsOf(before: readonly Found[], after: readonly Found[]): [Found[], Found[]] {
  const byBlock = new Map(after.map(found => [found.row.data.block, found]))
  const paired = before.filter(({ row }) => byBlock.has(row.data.block))
  return [paired, paired.map(({ row }) => byBlock.get(row.data.block)!)]
}
