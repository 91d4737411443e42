import { QUANTILES, type Quantiles, type QuantileValue, TIMES } from '../model/exchange.ts'
import type { FeedFigures, TimeToDrain } from '../model/feeds.ts'
import type { GeneratorHealth } from '../model/generator.ts'
import type { EndToEnd, LoadResult } from '../model/result.ts'
import { feedSpread } from '../stats/feedSpread.ts'

/** What a row's data says of one load: all but histograms and ticks, which stay in the experiment's folder. */
export function loadData(load: LoadResult): Record<string, unknown> {
  return {
    load: load.load,
    protocol: load.protocol,
    workload: load.workload,
    intendedPerSecond: load.intendedPerSecond,
    throughputPerSecond: load.throughputPerSecond,
    accepted: load.acceptedInPhase,
    measuredMs: load.measuredMs,
    outcomes: load.measured,
    total: load.total,
    errorRatio: load.errorRatio,
    meanResponseMs: load.meanResponseMs,
    quantiles: Object.fromEntries(
      TIMES.filter(time => time !== 'commit' || isKnown(load.quantiles.commit.max)).map(time => [
        time,
        quantilesData(load.quantiles[time]),
      ]),
    ),
    alarms: load.alarms,
    reasons: load.reasons,
    ...(Object.keys(load.tolerated).length === 0 ? {} : { tolerated: load.tolerated }),
    ...(Object.keys(load.ackErrors).length === 0 ? {} : { ackErrors: load.ackErrors }),
    ...(Object.keys(load.refusals).length === 0 ? {} : { refusals: load.refusals }),
    ...(load.counts && { counts: load.counts }),
    resends: load.resends,
    redials: load.redials,
    ...(load.handshakes === null ? {} : { handshakes: load.handshakes, resumed: load.resumed }),
    bytesOut: load.bytesOut,
    bytesIn: load.bytesIn,
    ...(load.drain && { drain: timeData(load.drain) }),
    ...(load.feeds && { feeds: feedsData(load.feeds) }),
    ...(load.endToEnd && { endToEnd: endToEndData(load.endToEnd) }),
    ...(load.hash === null ? {} : { hash: load.hash }),
    generators: healthData(load.generators),
  }
}

function endToEndData({ quantiles, meanMs, arrived, missing, clock }: EndToEnd): Record<string, unknown> {
  return { arrived, missing, meanMs, quantiles: quantilesData(quantiles), clock }
}

/** How far the feeds are apart; what each did stays in the experiment's folder. */
function feedsData(figures: FeedFigures): Record<string, unknown> {
  const { feeds, withFailures, p99Ms } = feedSpread(figures)
  const dataOf = (ms: number) =>
    timeData(Number.isFinite(ms) ? { ms, aboveMs: null } : { ms: null, aboveMs: figures.aboveMs })
  const p99 = p99Ms && Object.fromEntries(Object.entries(p99Ms).map(([name, ms]) => [name, dataOf(ms)]))
  return { feeds, withFailures, p99 }
}

/** `{ ms }`, or `{ above }` (ms) where only a lower bound is known. */
function timeData({ ms, aboveMs }: TimeToDrain): Record<string, unknown> {
  return ms === null ? { above: round(aboveMs!) } : { ms: round(ms) }
}

const quantilesData = (quantiles: Quantiles): Record<string, unknown> =>
  Object.fromEntries(QUANTILES.map(quantile => [quantile, quantileData(quantiles[quantile])]))

/** `{ ms }`, or `{ above }` (ms) where the quantile falls among the unanswered, or null where there is none. */
function quantileData({ ms, aboveMs, marked }: QuantileValue): Record<string, unknown> | null {
  if (ms !== null) return { ms: round(ms), marked }
  return aboveMs === null ? null : { above: round(aboveMs), marked }
}

const isKnown = ({ ms, aboveMs }: QuantileValue): boolean => ms !== null || aboveMs !== null

/** Histograms resolve 100 ns; further digits are noise of the division. */
const round = (ms: number): number => Math.round(ms * 10_000) / 10_000

/** The load's generators as one: sums of counts, the worst of the rest. null = no generator told. */
function healthData(generators: readonly GeneratorHealth[]): Record<string, unknown> | null {
  if (generators.length === 0) return null
  const sum = (of: (health: GeneratorHealth) => number) => generators.reduce((total, health) => total + of(health), 0)
  const worst = (of: (health: GeneratorHealth) => number | null) => {
    const told = generators.map(of).filter(value => value !== null)
    return told.length === 0 ? null : Math.max(...told)
  }
  return {
    count: generators.length,
    due: sum(health => health.due),
    ready: sum(health => health.ready),
    connectionsWanted: sum(health => health.connectionsWanted),
    connectionsOpened: sum(health => health.connectionsOpened),
    localErrors: sumsByName(generators.map(health => health.localErrors)),
    loopDelayP99Ms: worst(health => health.loopDelayP99Ms),
    loopDelayMaxMs: worst(health => health.loopDelayMaxMs),
    pausedMs: worst(health => health.pausedMs),
    cpuShare: worst(health => health.cpuShare),
    loopBusyShare: worst(health => health.loopBusyShare),
    starvedShare: worst(health => health.starvedShare),
    stolenShare: worst(health => health.stolenShare),
    gcMs: worst(health => health.gcMs),
    gcMaxMs: worst(health => health.gcMaxMs),
    maxRssBytes: worst(health => health.maxRssBytes),
  }
}

function sumsByName(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, count] of counts.flatMap(Object.entries<number>)) sums[name] = (sums[name] ?? 0) + count
  return sums
}
