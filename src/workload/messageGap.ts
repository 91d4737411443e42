import type { Load, OpenWorkload, Phases } from '../model/scenario.ts'
import { countAt, rateProfile } from './rateProfile.ts'

/** Gap of loads whose rate nobody knows: none sends 100,000 messages a second, so their times never run ahead of the clock. */
export const UNPACED_GAP_MS = 0.01

/**
 * Mean time between the messages of a load, ms: `StreamOptions.gapMs`. Of an open load by its schedule, else `UNPACED_GAP_MS`. Where the rate changes it is
 * the least of the means from the start of the run until each change of it and until the end, so that a busy beginning does not run ahead of the clock.
 */
export function meanGapMs({ workload, connections }: Pick<Load, 'workload' | 'connections'>, phases: Phases): number {
  if (workload.kind === 'closed' || workload.backlogPerFeed !== undefined) return UNPACED_GAP_MS
  const perMs = highestMeanRate(workload, phases) * (workload.perFeed ? connections : 1)
  return perMs > 0 ? 1 / perMs : UNPACED_GAP_MS
}

/** Arrivals per ms, of each feed with `perFeed`. */
function highestMeanRate(workload: OpenWorkload, phases: Phases): number {
  const endMs = phases.warmupMs + phases.measureMs
  const pieces = rateProfile(workload, phases)
  return pieces
    .filter(({ fromMs }) => fromMs > 0 && fromMs < endMs)
    .reduce((most, { fromMs, countBefore }) => Math.max(most, countBefore / fromMs), countAt(pieces, endMs) / endMs)
}
