import { MOST_ACK_ERRORS, OTHER_ACK_ERRORS } from '../model/ackErrors.ts'
import { OUTCOMES, type OutcomeCounts, QUANTILES, type Quantiles, TIMES, type Time } from '../model/exchange.ts'
import type { GeneratorResult, Tick } from '../model/generator.ts'
import type { LoadResult } from '../model/result.ts'
import type { Load, Phases } from '../model/scenario.ts'
import { decode, encode, type Histogram, meanMs, merge, quantilesOf } from '../stats/histogram.ts'
import { lagOfPauses, type Suspect } from '../stats/lagOfPauses.ts'
import { expectedArrivals } from '../workload/schedule.ts'
import { feedsAndDrain } from './mergeFeeds.ts'

/** The generators of one load as one: counts added, histograms merged without loss. */
export function mergeLoad(
  load: Load,
  results: readonly GeneratorResult[],
  ticks: readonly Tick[],
  maxLagShare: number,
  phases: Phases,
): LoadResult {
  const histograms = Object.fromEntries(
    TIMES.map(time => [time, merge(results.map(result => decode(result.histograms[time])))]),
  ) as Record<Time, ReturnType<typeof merge>>
  const unanswered = total(results, result => result.unanswered)
  const measured = addOutcomes(results.map(result => result.measured))
  const arrivals = OUTCOMES.reduce((sum, outcome) => sum + measured[outcome], 0)
  const measuredMs = Math.max(...results.map(result => result.measuredMs))
  const acceptedInPhase = total(results, result => result.acceptedInPhase)
  // An exchange that was still open when the drain ended is known to have taken longer than that, not longer than the timeout.
  const leastMs = Math.min(load.timeoutMs, phases.drainMs)
  const isEnhanced = load.protocol === 'mllp' && load.acknowledgement === 'enhanced'
  const uncommitted = isEnhanced ? arrivals - histograms.commit.totalCount : 0
  const responses = (lag: Histogram) => quantilesOf(histograms.response, unanswered, leastMs, lag, maxLagShare)
  // A closed loop has no lag; an open one has none either where it was held up while nothing was due and answers waited.
  const response = markedByEither(responses(histograms.lag), responses(lagOfPauses(results.map(suspectOf(load)))))
  const quantiles: Record<Time, Quantiles> = {
    response,
    lag: quantilesOf(histograms.lag, 0, leastMs, null, 1),
    queue: quantilesOf(histograms.queue, unanswered, leastMs, null, 1),
    service: quantilesOf(histograms.service, unanswered, leastMs, null, 1),
    commit: quantilesOf(histograms.commit, uncommitted, leastMs, null, 1),
  }
  return {
    load: load.name,
    protocol: load.protocol,
    workload: load.workload.kind,
    intendedPerSecond: intendedRate(load, phases),
    measured,
    total: addOutcomes(results.map(result => result.total)),
    throughputPerSecond: measuredMs === 0 ? 0 : (acceptedInPhase * 1000) / measuredMs,
    acceptedInPhase,
    measuredMs,
    errorRatio: arrivals === 0 ? null : 1 - measured.accepted / arrivals,
    quantiles,
    meanResponseMs: unanswered > 0 ? null : meanMs(histograms.response),
    histograms: Object.fromEntries(TIMES.map(time => [time, encode(histograms[time])])) as Record<Time, string>,
    reasons: addCounts(results.map(result => result.reasons)),
    alarms: addCounts(results.map(result => result.alarms)),
    tolerated: addCounts(results.map(result => result.tolerated)),
    ackErrors: bounded(addCounts(results.map(result => result.ackErrors))),
    refusals: addCounts(results.map(result => result.refusals)),
    ...countsOf(results),
    resends: total(results, result => result.resends),
    redials: total(results, result => result.redials),
    handshakes: load.tls && total(results, result => result.handshakes ?? 0),
    resumed: load.tls && total(results, result => result.resumed ?? 0),
    bytesOut: total(results, result => result.bytesOut),
    bytesIn: total(results, result => result.bytesIn),
    generators: results.map(result => result.health),
    // A load that hashes has one generator.
    hash: results[0]?.hash ?? null,
    ...feedsAndDrain(results, leastMs),
    ticks,
  }
}

/** The same figures, marked where either is: by the larger of two delays of the generators. */
function markedByEither(a: Quantiles, b: Quantiles): Quantiles {
  return Object.fromEntries(
    QUANTILES.map(name => [name, { ...a[name], marked: a[name].marked || b[name].marked }]),
  ) as unknown as Quantiles
}

/** The pauses of generator `index`, and what they held up. */
function suspectOf({ connections, generators, window }: Load) {
  return (result: GeneratorResult, index: number): Suspect => ({
    pauses: decode(result.pauses),
    answered: decode(result.histograms.response).totalCount,
    answeredPerMs: result.acceptedInPhase / Math.max(result.measuredMs, 1),
    inFlight: Math.ceil((connections - index) / generators) * window,
  })
}

/** Mean over the measured phase where the rate changes; a backlog alone has none. */
function intendedRate({ workload, connections }: Load, phases: Phases): number | null {
  if (workload.kind === 'closed') return null
  if (workload.records !== null && workload.backlogPerFeed) return null
  return (expectedArrivals(workload, phases, connections) * 1000) / phases.measureMs
}

function total(results: readonly GeneratorResult[], of: (result: GeneratorResult) => number): number {
  return results.reduce((sum, result) => sum + of(result), 0)
}

function addOutcomes(counts: readonly OutcomeCounts[]): OutcomeCounts {
  return Object.fromEntries(
    OUTCOMES.map(outcome => [outcome, counts.reduce((sum, count) => sum + count[outcome], 0)]),
  ) as OutcomeCounts
}

function countsOf(results: readonly GeneratorResult[]): Pick<LoadResult, 'counts'> {
  const counts = addCounts(results.map(result => result.counts ?? {}))
  return Object.keys(counts).length === 0 ? {} : { counts }
}

function addCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const count of counts) for (const [name, n] of Object.entries(count)) sum[name] = (sum[name] ?? 0) + n
  return sum
}

/** The most frequent kinds of errors apart, the rest together: each generator's bucket was full of its own. */
function bounded(counts: Readonly<Record<string, number>>): Record<string, number> {
  const kinds = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const kept = kinds.filter(([name]) => name !== OTHER_ACK_ERRORS).slice(0, MOST_ACK_ERRORS)
  const sum = (entries: readonly (readonly [string, number])[]) =>
    entries.reduce((total, [, count]) => total + count, 0)
  const other = sum(kinds) - sum(kept)
  return Object.fromEntries(other > 0 ? [...kept, [OTHER_ACK_ERRORS, other]] : kept)
}
