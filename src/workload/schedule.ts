import type { OpenWorkload, Phases } from '../model/scenario.ts'
import { type ArrivalCursor, arrivals, NO_FEED, type ScheduleShare } from './arrivals.ts'
import { feedArrivals } from './feedArrivals.ts'
import { countAt, rateProfile } from './rateProfile.ts'
import { shapedArrivals } from './shapedArrivals.ts'

export interface ScheduleOptions {
  readonly workload: OpenWorkload
  readonly phases: Pick<Phases, 'warmupMs' | 'measureMs'>
  readonly seed: number
  readonly share: ScheduleShare
  /** Connections of this generator. */
  readonly feeds: number
}

/** Arrivals of one generator of an open workload, whatever its shape: a pure function of workload, phases, seed and share. */
export function schedule({ workload, phases, seed, share, feeds }: ScheduleOptions): ArrivalCursor {
  const { perFeed, backlogPerFeed = 0, arrivals: kind } = workload
  const isPlain = !(perFeed || backlogPerFeed || workload.stages || workload.burst || workload.curve)
  if (isPlain) return arrivals(workload, seed, share)
  const pieces = rateProfile(workload, phases)
  const ordinary = perFeed ? feedArrivals(kind, pieces, seed, share, feeds) : shapedArrivals(kind, pieces, seed, share)
  return backlogPerFeed > 0 ? afterBacklog(ordinary, backlogPerFeed * feeds, phases.warmupMs, share) : ordinary
}

/** Arrivals expected in the measured phase over all connections, not rounded; a backlog included. */
export function expectedArrivals(
  workload: OpenWorkload,
  phases: Pick<Phases, 'warmupMs' | 'measureMs'>,
  connections: number,
): number {
  const pieces = rateProfile(workload, phases)
  const { warmupMs, measureMs } = phases
  const scheduled = countAt(pieces, warmupMs + measureMs) - countAt(pieces, warmupMs)
  return scheduled * (workload.perFeed ? connections : 1) + (workload.backlogPerFeed ?? 0) * connections
}

/** A backlog of `count` messages, dealt to the feeds in turn and due at once, then the ordinary schedule. */
function afterBacklog(ordinary: ArrivalCursor, count: number, dueMs: number, share: ScheduleShare): ArrivalCursor {
  let left = count
  let index = share.index
  return {
    get index() {
      return index
    },
    get timeMs() {
      return left > 0 ? dueMs : ordinary.timeMs
    },
    get feed() {
      return left > 0 ? NO_FEED : ordinary.feed
    },
    advance() {
      index += share.of
      if (left > 0) left--
      else ordinary.advance()
    },
  }
}
