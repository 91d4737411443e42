import type { Case } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import { exponential, logsOf } from '../stats/hodgesLehmann.ts'
import { signedRank } from '../stats/signedRank.ts'
import type { Figure, Reading, Unit } from './experiment.ts'
import { formatNumber, plural } from './format.ts'
import { shownMetrics } from './metrics.ts'
import { isUnbounded, UNANSWERED_MS } from './unanswered.ts'

/** What the VPN of a case costs: the case set against the same without one, run by run in the same block. */
export interface PriceReport {
  readonly referenceId: string
  readonly metrics: readonly PricedMetric[]
}

export interface PricedMetric {
  readonly path: string
  readonly unit: Unit
  /** Blocks in which one of the two at least has a figure. */
  readonly pairs: number
  /** Of them, those in which the other lies among the unanswered: it ranks as slower than any figure. */
  readonly aboveTimeout: { readonly testCase: number; readonly reference: number }
  /** Blocks in which both do: they tell nothing of the ratio, and are left out. */
  readonly bothAbove: number
  /** Case / reference: Hodges-Lehmann on logarithms of the ratios; null where it lies beyond any figure. */
  readonly ratio: number | null
  /** 95 %, free of assumptions on the distribution; null where there are too few pairs, or no ratio. A bound of null lies beyond any figure. */
  readonly interval: { readonly lower: number | null; readonly upper: number | null } | null
}

const LEVEL = 0.95
const DIRECT = 'direct'
const TOPOLOGY = 'environment.topology'

/** Undefined where the same loads were not run without the VPN in the same experiment. */
export function priceReport(
  testCase: Case,
  cases: readonly Case[],
  results: readonly RunResult[],
): PriceReport | undefined {
  const reference = cases.find(other => isReference(testCase, other))
  return reference && priceOf(testCase, reference, results)
}

/** The same levels but for the network; `direct` has none of a VPN. */
function isReference(testCase: Case, other: Case): boolean {
  const { environment } = testCase.scenario
  if (environment.kind !== 'netns' || environment.topology === DIRECT) return false
  const own = Object.entries(other.levels).filter(([path]) => path !== TOPOLOGY)
  return (
    other.scenario.environment.kind === 'netns' &&
    other.scenario.environment.topology === DIRECT &&
    own.every(([path, level]) => testCase.levels[path] === level)
  )
}

function priceOf(testCase: Case, reference: Case, results: readonly RunResult[]): PriceReport {
  const { load } = testCase.scenario
  const of = ({ id }: Case) => results.filter(({ run }) => run.caseId === id)
  const before = shownMetrics(load, of(reference))
  const metrics = shownMetrics(load, of(testCase)).flatMap(metric => {
    const other = before.find(({ path }) => path === metric.path)
    const pairs = other === undefined ? [] : pairsOf(results, other.readings, metric.readings)
    return pairs.length === 0 ? [] : [{ path: metric.path, unit: metric.unit, ...priced(pairs) }]
  })
  return { referenceId: reference.id, metrics }
}

interface Pair {
  readonly reference: Figure
  readonly own: Figure
}

/** Of valid runs of the same block; a figure of 0 has no ratio. */
function pairsOf(results: readonly RunResult[], before: readonly Reading[], after: readonly Reading[]): Pair[] {
  const blockOf = new Map(results.map(({ run }) => [run.id, run.block]))
  const told = (readings: readonly Reading[]) => readings.filter(({ valid, value }) => valid && value.value !== 0)
  const inBlocks = new Map(told(before).map(({ runId, value }) => [blockOf.get(runId), value]))
  return told(after).flatMap(({ runId, value: own }) => {
    const reference = inBlocks.get(blockOf.get(runId))
    return reference === undefined ? [] : [{ reference, own }]
  })
}

function priced(all: readonly Pair[]): Omit<PricedMetric, 'path' | 'unit'> {
  const pairs = all.filter(({ reference, own }) => reference.value !== null || own.value !== null)
  const counts = {
    pairs: pairs.length,
    aboveTimeout: {
      testCase: pairs.filter(({ own }) => own.value === null).length,
      reference: pairs.filter(({ reference }) => reference.value === null).length,
    },
    bothAbove: all.length - pairs.length,
  }
  if (pairs.length === 0) return { ...counts, ratio: null, interval: null }
  const { estimate, interval } = signedRank(logsOf(pairs.map(ratioOf)), LEVEL)
  // Of few pairs the middle between one without an answer and one whose reference has none is no figure of anything.
  const isContradictory = counts.aboveTimeout.testCase > 0 && counts.aboveTimeout.reference > 0
  const ratio = interval === null && isContradictory ? null : bounded(Math.exp(estimate))
  if (ratio === null || interval === null) return { ...counts, ratio, interval: null }
  const { lower, upper } = exponential(interval)
  return { ...counts, ratio, interval: { lower: bounded(lower), upper: bounded(upper) } }
}

const ratioOf = ({ reference, own }: Pair) => (own.value ?? UNANSWERED_MS) / (reference.value ?? UNANSWERED_MS)
const bounded = (ratio: number) => (isUnbounded(ratio) ? null : ratio)

/** The same in sentences, one for each metric. */
export function priceNotes({ price }: { readonly price?: PriceReport }): readonly string[] {
  if (price === undefined) return []
  const { referenceId, metrics } = price
  return metrics.map(({ path, pairs, ratio, interval, ...above }) => {
    const without = path.endsWith('.duration') ? 'not finished' : 'above the timeout'
    if (pairs === 0)
      return `${path}: no ratio to that of ${referenceId}: both ${without} in ${plural(above.bothAbove, 'block')}`
    const [lower, upper] = [interval?.lower ?? null, interval?.upper ?? null]
    const bounds =
      interval === null
        ? ''
        : ` [${lower === null ? '0' : formatNumber(lower)}, ${upper === null ? '+inf' : formatNumber(upper)}]`
    const told =
      ratio === null
        ? `no ratio to that of ${referenceId}`
        : `${formatNumber(ratio)} times that of ${referenceId}${bounds}`
    return `${path}: ${told}, ${plural(pairs, 'block')}${aboveNote(referenceId, without, above)}`
  })
}

function aboveNote(
  referenceId: string,
  without: string,
  { aboveTimeout, bothAbove }: Pick<PricedMetric, 'aboveTimeout' | 'bothAbove'>,
): string {
  const { testCase, reference } = aboveTimeout
  const told = [
    ...(testCase === 0 ? [] : [`${without} in ${testCase} of them, which counts as slower than any`]),
    ...(reference === 0 ? [] : [`that of ${referenceId} ${without} in ${reference} of them`]),
    ...(bothAbove === 0 ? [] : [`both ${without} in ${bothAbove} more, left out`]),
  ]
  return told.map(text => `; ${text}`).join('')
}
