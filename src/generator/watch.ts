import type { GeneratorPlan, Vitals } from '../model/generator.ts'
import type { Histogram } from '../stats/histogram.ts'
import type { Clock } from './clock.ts'
import { type Metered, watchMeters } from './health.ts'
import { watchPauses } from './pauses.ts'

/** A pause so long before the measured phase may leave a burst of late arrivals in its beginning. */
const LEAD_MS = 1000

/** To read the meters takes half a millisecond, which makes arrivals late: it is done so long before the measured phase and after it. */
const READING_MS = 2

export interface Watched {
  readonly vitals: Vitals
  readonly pauses: Histogram
}

/**
 * Watches the process from now, the start of the run. Its meters are read over the measured phase only; a run that ends sooner is
 * watched from its start. Pauses count until `end`: one in the drain is part of what the last exchanges are said to have taken.
 * @param spunMs time so far in which the generator waited by reading the clock, ms
 */
export function watchRun({ phases, load }: GeneratorPlan, clock: Clock, spunMs: () => number): { end(): Watched } {
  const pauseWatch = watchPauses(performance.now() + phases.warmupMs - LEAD_MS)
  const meters = watchMeters(spunMs)
  let metered: Metered | null = null
  const endMeters = () => (metered ??= meters.end())
  const from = clock.after(Math.max(0, phases.warmupMs - READING_MS), () => meters.restart())
  const until =
    load.workload.records === null ? clock.after(phases.warmupMs + phases.measureMs + READING_MS, endMeters) : null
  return {
    end() {
      from.cancel()
      until?.cancel()
      const { delayP99Ms, longestMs, totalMs, pauses } = pauseWatch.end()
      const vitals = { ...endMeters(), loopDelayP99Ms: delayP99Ms, loopDelayMaxMs: longestMs, pausedMs: totalMs }
      return { vitals, pauses }
    },
  }
}
