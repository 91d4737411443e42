import { QUANTILES, type QuantileValue, TIMES } from '../model/exchange.ts'
import type { LoadResult, RunResult } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import { estimate } from './estimate.ts'
import type { Figure, Metric, Reading, Unit } from './experiment.ts'

type Read = (result: LoadResult) => { readonly value: Figure; readonly marked: boolean } | null

/** Metrics of every load that a report shows; the rest are read on demand by an SLO. */
export function shownMetrics(loads: readonly Load[], results: readonly RunResult[]): readonly Metric[] {
  return loads.flatMap(load => shownNames(load, results).map(name => metricOf(load, name, results)!))
}

/**
 * One metric of one load over its runs.
 * @param name `throughput`, `errors`, `duration`, `drain`, `<time>.<quantile>` or `endToEnd.<quantile>`
 * @returns null for a name that is none of these
 */
export function metricOf(load: Load, name: string, results: readonly RunResult[]): Metric | null {
  const source = sourceOf(name)
  if (source === null) return null
  const readings = results.flatMap(result => readRun(result, load.name, source.read))
  return {
    path: `${load.name}.${name}`,
    unit: source.unit,
    estimate: estimate(readings.filter(reading => reading.valid)),
    readings,
  }
}

function shownNames(load: Load, results: readonly RunResult[]): readonly string[] {
  const isFollowed = results.some(
    result => result.state !== 'failed' && result.loads.some(each => each.load === load.name && each.endToEnd),
  )
  const endToEnd = isFollowed ? ['endToEnd.p50', 'endToEnd.p99'] : []
  const isEnhanced = load.protocol === 'mllp' && load.acknowledgement === 'enhanced'
  const commit = isEnhanced ? ['commit.p50', 'commit.p99'] : []
  const always = ['throughput', 'response.p50', 'response.p99', ...commit, ...endToEnd, 'errors']
  const drain = load.workload.kind === 'open' && load.workload.backlogPerFeed ? ['drain'] : []
  const duration = load.workload.records === null ? [] : ['duration']
  return [...drain, ...duration, ...always]
}

function readRun(result: RunResult, load: string, read: Read): readonly Reading[] {
  if (result.state === 'failed') return []
  const loadResult = result.loads.find(candidate => candidate.load === load)
  const figure = loadResult === undefined ? null : read(loadResult)
  return figure === null ? [] : [{ runId: result.run.id, valid: result.state === 'valid', ...figure }]
}

function sourceOf(name: string): { readonly unit: Unit; readonly read: Read } | null {
  if (name === 'throughput') return { unit: '/s', read: result => exactly(result.throughputPerSecond) }
  if (name === 'errors') return { unit: 'ratio', read: result => exactly(result.errorRatio) }
  if (name === 'duration') return { unit: 'ms', read: workedMs }
  if (name === 'drain')
    return { unit: 'ms', read: ({ drain }) => (drain ? ofQuantile({ ...drain, marked: false }) : null) }
  for (const time of TIMES)
    for (const quantile of QUANTILES)
      if (name === `${time}.${quantile}`)
        return { unit: 'ms', read: result => ofQuantile(result.quantiles[time][quantile]) }
  for (const quantile of QUANTILES)
    if (name === `endToEnd.${quantile}`)
      return { unit: 'ms', read: ({ endToEnd }) => (endToEnd ? ofQuantile(endToEnd.quantiles[quantile]) : null) }
  return null
}

function exactly(value: number | null): ReturnType<Read> {
  return value === null ? null : { value: { value, above: null }, marked: false }
}

/** Of work that was not done to its end no more is known than how long it was worked at. */
function workedMs({ measuredMs, total }: LoadResult): ReturnType<Read> {
  return total.unfinished > 0 ? { value: { value: null, above: measuredMs }, marked: false } : exactly(measuredMs)
}

/** Neither a value nor a bound: nothing arrived in the measured phase. */
function ofQuantile({ ms, aboveMs, marked }: QuantileValue): ReturnType<Read> {
  return ms === null && aboveMs === null ? null : { value: { value: ms, above: aboveMs }, marked }
}
