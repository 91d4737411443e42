import type { Timeline } from '../model/generator.ts'
import type { Felt } from '../model/tunnelEvent.ts'
import { createHistogram, quantilesOf, recordMs } from '../stats/histogram.ts'
import { MessageLinks } from './messageLinks.ts'
import { MessageTimes } from './messageTimes.ts'

/** One generator's timed exchanges, and the events that each of its links may feel. */
export interface TimedShare {
  readonly timeline: Timeline
  /** ms on the machine's clock, ascending. */
  readonly eventsOf: (link: number | null) => readonly number[]
}

export interface AroundOptions {
  readonly shares: readonly TimedShare[]
  /** Longest distance of an intended time from an event, ms. */
  readonly windowMs: number
  /** Measured phase, ms from the start of the run; `untilMs` excluded. */
  readonly fromMs: number
  readonly untilMs: number
  /** Deadline of a reply, ms: an exchange without one lies above it. */
  readonly timeoutMs: number
}

/** The exchanges meant to be sent close to an event of their tunnel, and the rest. */
export function aroundEvents({ shares, windowMs, fromMs, untilMs, timeoutMs }: AroundOptions): {
  within: Felt
  rest: Felt
} {
  const [within, rest] = [newSample(), newSample()]
  for (const { timeline, eventsOf } of shares) {
    const intended = MessageTimes.decode(timeline.intended)
    const responses = MessageTimes.decode(timeline.responses ?? '')
    const links = MessageLinks.decode(timeline.links ?? '')
    for (let position = 0; position < intended.count; position++) {
      const intendedMs = intended.get(position)
      if (!(intendedMs >= fromMs && intendedMs < untilMs)) continue
      const isWithin = isNear(eventsOf(links.get(position)), timeline.startMachineMs + intendedMs, windowMs)
      const sample = isWithin ? within : rest
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
  return { exchanges: times.totalCount + unanswered, p99Ms: p99.ms, unanswered }
}

/** @param events ascending */
function isNear(events: readonly number[], atMs: number, windowMs: number): boolean {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (events[middle]! < atMs - windowMs) low = middle + 1
    else high = middle
  }
  return low < events.length && events[low]! <= atMs + windowMs
}
