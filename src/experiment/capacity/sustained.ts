import type { LoadResult, RunResult } from '../../model/result.ts'
import type { Scenario } from '../../model/scenario.ts'
import { decode, recordedOf } from '../../stats/histogram.ts'
import { isOfOneRate } from './caseAt.ts'

type Measured = Exclude<RunResult, { state: 'failed' }>

/** Share of the messages of a trial by which its backlog may grow: what a pause of the target leaves at the end. */
const TOLERATED_SHARE = 0.01
/** In standard deviations of a Poisson count: a steady queue too is longer at the end of a trial than at its start, by chance. */
const TOLERATED_DEVIATIONS = 2

/**
 * Whether a trial got its loads through while they were offered: of no load with one rate did the backlog grow, from the start to the end of the measured
 * phase, by more than 1 % of its messages, or twice the square root of their number where that is more. What a warm-up was too short for to be
 * in flight already is taken off by Little's law: the response time beyond the warm-up, over the length of the phase.
 */
export function isSustained({ loads }: Measured, { load: specs, phases }: Pick<Scenario, 'load' | 'phases'>): boolean {
  return loads.every(load => {
    const spec = specs.find(({ name }) => name === load.load)
    if (spec === undefined || !isOfOneRate(spec.workload)) return true
    const { accepted } = load.measured
    const tolerated = Math.max(TOLERATED_SHARE * accepted, TOLERATED_DEVIATIONS * Math.sqrt(accepted))
    return growthOf(load) - beyondWarmup(load, phases.warmupMs) <= tolerated
  })
}

/** Messages that were due in the measured phase and accepted after it, less those due before it and accepted within it. */
const growthOf = ({ measured, acceptedInPhase }: LoadResult): number => measured.accepted - acceptedInPhase

function beyondWarmup({ histograms, measuredMs }: LoadResult, warmupMs: number): number {
  let sumMs = 0
  for (const { ms, count } of recordedOf(decode(histograms.response))) sumMs += Math.max(0, ms - warmupMs) * count
  return measuredMs === 0 ? 0 : sumMs / measuredMs
}
