import type { OpenWorkload } from '../model/scenario.ts'
import { uniform } from './random.ts'

/** Stream of the random gaps of a load. */
export const GAPS = 0x67617073

/** The arrival belongs to no feed of its own: messages are dealt to the feeds in turn. */
export const NO_FEED = -1

/** Walks the arrivals of one generator in order. It never ends: the caller stops at the end of the phase or of the records. */
export interface ArrivalCursor {
  /** Index of the arrival in the whole schedule, over all generators. */
  readonly index: number
  /** Intended time, ms from the start of the run. */
  readonly timeMs: number
  /** Feed of this generator, from 0, that the arrival belongs to, or `NO_FEED`. */
  readonly feed: number
  advance(): void
}

/** A generator's share of a schedule: the arrivals i with i mod `of` = `index`. */
export interface ScheduleShare {
  readonly index: number
  readonly of: number
}

/**
 * Cursor at the generator's first arrival of an open workload of one rate. The schedule is a pure function of workload and seed;
 * the shares of all generators are together exactly the schedule of one.
 */
export function arrivals(
  workload: Pick<OpenWorkload, 'arrivals' | 'ratePerSecond'>,
  seed: number,
  share: ScheduleShare = { index: 0, of: 1 },
): ArrivalCursor {
  const create = workload.arrivals === 'poisson' ? poissonArrivals : constantArrivals
  return create(workload.ratePerSecond, seed, share)
}

/** Arrival i at i / rate, computed by index: no error adds up, however long the run. */
function constantArrivals(ratePerSecond: number, _seed: number, share: ScheduleShare): ArrivalCursor {
  let index = share.index
  return {
    get index() {
      return index
    },
    get timeMs() {
      return (index * 1000) / ratePerSecond
    },
    feed: NO_FEED,
    advance() {
      index += share.of
    },
  }
}

/**
 * Poisson process: independent exponential gaps -ln(1 - u) / rate by inversion. Every generator adds the gaps of the whole
 * schedule in the same order, so all of them see the same times to the last bit.
 */
function poissonArrivals(ratePerSecond: number, seed: number, share: ScheduleShare): ArrivalCursor {
  const meanGapMs = 1000 / ratePerSecond
  let index = -1
  let timeMs = 0
  function skip(count: number): void {
    for (let i = 0; i < count; i++) timeMs -= Math.log(1 - uniform(seed, GAPS, ++index)) * meanGapMs
  }
  skip(share.index + 1)
  return {
    get index() {
      return index
    },
    get timeMs() {
      return timeMs
    },
    feed: NO_FEED,
    advance() {
      skip(share.of)
    },
  }
}
