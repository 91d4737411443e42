import type { Timeline } from '../model/generator.ts'
import type { Felt } from '../model/tunnelEvent.ts'
import { createHistogram, quantilesOf, recordMs } from '../stats/histogram.ts'
import { MessageLinks } from './messageLinks.ts'
import { MessageTimes } from './messageTimes.ts'

/** One generator's timed exchanges. */
export interface TimedShare {
  readonly timeline: Timeline
  /** Where an exchange belongs by its link and the time at which it was meant to be sent, ms on the machine's clock; null = nowhere. */
  readonly sideOf: (link: number | null, machineMs: number) => 'within' | 'rest' | null
}

export interface AroundOptions {
  readonly shares: readonly TimedShare[]
  /** Measured phase, ms from the start of the run; `untilMs` excluded. */
  readonly fromMs: number
  readonly untilMs: number
  /** Deadline of a reply, ms: an exchange without one lies above it. */
  readonly timeoutMs: number
}

/** What the exchanges of the measured phase on either side felt. */
export function aroundEvents({ shares, fromMs, untilMs, timeoutMs }: AroundOptions): {
  within: Felt
  rest: Felt
} {
  const [within, rest] = [newSample(), newSample()]
  for (const { timeline, sideOf } of shares) {
    const intended = MessageTimes.decode(timeline.intended)
    const responses = MessageTimes.decode(timeline.responses ?? '')
    const links = MessageLinks.decode(timeline.links ?? '')
    for (let position = 0; position < intended.count; position++) {
      const intendedMs = intended.get(position)
      if (!(intendedMs >= fromMs && intendedMs < untilMs)) continue
      const side = sideOf(links.get(position), timeline.startMachineMs + intendedMs)
      if (side === null) continue
      const sample = side === 'within' ? within : rest
      const responseMs = responses.get(position)
      if (Number.isNaN(responseMs)) sample.unanswered++
      else recordMs(sample.times, responseMs)
    }
  }
  return { within: feltOf(within, timeoutMs), rest: feltOf(rest, timeoutMs) }
}

const newSample = () => ({ times: createHistogram(), unanswered: 0 })

function feltOf({ times, unanswered }: ReturnType<typeof newSample>, timeoutMs: number): Felt {
  const { p99 } = quantilesOf(times, unanswered, timeoutMs, null, 1)
  return { exchanges: times.totalCount + unanswered, p99Ms: p99.ms, p99AboveMs: p99.aboveMs, unanswered }
}

/**
 * Whether one of the events is at most `windowMs` before or after.
 * @param events ascending
 */
export function isNear(events: readonly number[], atMs: number, windowMs: number): boolean {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (events[middle]! < atMs - windowMs) low = middle + 1
    else high = middle
  }
  return low < events.length && events[low]! <= atMs + windowMs
}
