import type { Case } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import { exponential, logsOf } from '../stats/hodgesLehmann.ts'
import { signedRank } from '../stats/signedRank.ts'
import type { Figure, Reading, Unit } from './experiment.ts'
import { formatNumber, plural } from './format.ts'
import { shownMetrics } from './metrics.ts'

/** What the VPN of a case costs: the case set against the same without one, run by run in the same block. */
export interface PriceReport {
  readonly referenceId: string
  readonly metrics: readonly PricedMetric[]
}

export interface PricedMetric {
  readonly path: string
  readonly unit: Unit
  /** Blocks in which both have a figure. */
  readonly pairs: number
  /** Case / reference: Hodges-Lehmann on logarithms of the ratios. */
  readonly ratio: number
  /** 95 %, free of assumptions on the distribution; null where there are too few pairs. */
  readonly interval: { readonly lower: number; readonly upper: number } | null
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
    const ratios = other === undefined ? [] : pairedRatios(results, other.readings, metric.readings)
    if (ratios.length === 0) return []
    const { estimate, interval } = signedRank(logsOf(ratios), LEVEL)
    const { path, unit } = metric
    const bounds = interval === null ? null : exponential(interval)
    return [{ path, unit, pairs: ratios.length, ratio: Math.exp(estimate), interval: bounds }]
  })
  return { referenceId: reference.id, metrics }
}

/** Of valid runs of the same block; a figure of 0, or among the unanswered, has no ratio. */
function pairedRatios(results: readonly RunResult[], before: readonly Reading[], after: readonly Reading[]): number[] {
  const blockOf = new Map(results.map(({ run }) => [run.id, run.block]))
  const inBlocks = new Map(
    before.filter(({ valid }) => valid).map(({ runId, value }) => [blockOf.get(runId), value.value]),
  )
  return after.flatMap(({ runId, valid, value }) => {
    const [reference, own] = [inBlocks.get(blockOf.get(runId)), (value as Figure).value]
    return valid && isPositive(reference) && isPositive(own) ? [own / reference] : []
  })
}

const isPositive = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && value > 0

/** The same in sentences, one for each metric. */
export function priceNotes({ price }: { readonly price?: PriceReport }): readonly string[] {
  if (price === undefined) return []
  const { referenceId, metrics } = price
  return metrics.map(({ path, pairs, ratio, interval }) => {
    const bounds = interval === null ? '' : ` [${formatNumber(interval.lower)}, ${formatNumber(interval.upper)}]`
    return `${path}: ${formatNumber(ratio)} times that of ${referenceId}${bounds}, ${plural(pairs, 'block')}`
  })
}
