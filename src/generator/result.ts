import type { Fates } from '../ledger/fate.ts'
import type { FeedColumns, TimeToDrain } from '../model/feeds.ts'
import type { GeneratorPlan, GeneratorResult, HashStage, Timeline } from '../model/generator.ts'
import { encode, quantilesOf } from '../stats/histogram.ts'
import { localErrors } from './links.ts'
import type { Recorder } from './recorder.ts'
import type { Watched } from './watch.ts'

export interface Traffic {
  readonly connectionsWanted: number
  readonly connectionsOpened: number
  readonly bytesOut: number
  readonly bytesIn: number
  readonly handshakes: number
  readonly resumed: number
  readonly hash: HashStage | null
  readonly timeline: Timeline | null
  readonly feeds: FeedColumns | null
  readonly drain: TimeToDrain | null
}

/** What drove the load says of itself. */
export interface Driven {
  readonly refusals: ReadonlyMap<string, number>
  readonly redials: number
  /** When every arrival had its outcome, ms from the start of the run. */
  readonly endedMs: number
}

/** What a generator prints at its end. */
export function resultOf(
  plan: GeneratorPlan,
  recorder: Recorder,
  driver: Driven,
  fates: Fates,
  { vitals, pauses }: Watched,
  traffic: Traffic,
): GeneratorResult {
  const { phases, load } = plan
  return {
    measured: recorder.measured,
    total: recorder.total,
    // Fixed work is counted over the time that it took, stragglers after the end of the phase included.
    acceptedInPhase: load.workload.records === null ? recorder.acceptedInPhase : recorder.total.accepted,
    measuredMs: load.workload.records === null ? phases.measureMs : workedMs(recorder, driver),
    histograms: recorder.encodedHistograms(),
    unanswered: recorder.unanswered,
    reasons: Object.fromEntries(recorder.reasons),
    alarms: Object.fromEntries(recorder.alarms),
    tolerated: Object.fromEntries(recorder.tolerated),
    ackErrors: Object.fromEntries(recorder.ackErrors),
    refusals: Object.fromEntries(driver.refusals),
    resends: recorder.resends,
    counts: recorder.counts,
    redials: driver.redials,
    handshakes: plan.tls && traffic.handshakes,
    resumed: plan.tls && traffic.resumed,
    bytesOut: traffic.bytesOut,
    bytesIn: traffic.bytesIn,
    hash: traffic.hash,
    pauses: encode(pauses),
    ledger: fates.encode(),
    ...(traffic.timeline && { timeline: traffic.timeline }),
    ...(traffic.feeds && { feeds: traffic.feeds }),
    ...(traffic.drain && { drain: traffic.drain }),
    health: {
      pid: process.pid,
      node: process.version,
      due: recorder.measuredArrivals,
      ready: recorder.readyInTime,
      connectionsWanted: traffic.connectionsWanted,
      connectionsOpened: traffic.connectionsOpened,
      localErrors: localErrors(driver.refusals),
      ...vitals,
      lag: quantilesOf(recorder.times.lag.toHistogram(), 0, load.timeoutMs, null, 1),
    },
  }
}

/** How long fixed work took: what got no answer was worked at until it was given up, ms. */
function workedMs({ total, arrivals, lastDoneMs }: Recorder, { endedMs }: Driven): number {
  return total.accepted + total.rejected < arrivals ? endedMs : lastDoneMs
}
