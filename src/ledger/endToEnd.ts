import type { ClockReading } from '../model/environment.ts'
import type { Timeline } from '../model/generator.ts'
import type { EndToEnd } from '../model/result.ts'
import { createHistogram, decode, encode, meanMs, quantilesOf, recordMs } from '../stats/histogram.ts'
import type { Follower } from './follow.ts'
import { MessageTimes } from './messageTimes.ts'

export interface EndToEndOptions {
  readonly follower: Follower
  /** Place of the load among the followed ones. */
  readonly load: number
  /** By generator of the load. */
  readonly timelines: readonly Timeline[]
  /** Measured phase, ms from the start of the run; `untilMs` excluded. */
  readonly fromMs: number
  readonly untilMs: number
  /** When the receivers were last looked at, ms on the machine's clock. */
  readonly endMachineMs: number
  /** Clocks of the receivers. */
  readonly clocks: readonly ClockReading[]
  /** The load's lag (HDR histogram), and the share of a figure that it may have before the figure is marked. */
  readonly lag: string
  readonly maxLagShare: number
}

/** From the intended time of each message of the measured phase to the last of its declared arrivals. */
export function endToEndOf(options: EndToEndOptions): EndToEnd {
  const { follower, load, timelines, clocks, fromMs, untilMs, endMachineMs } = options
  const times = createHistogram()
  let missing = 0
  let aboveMs = Number.POSITIVE_INFINITY
  for (const [generator, { startMachineMs, intended }] of timelines.entries()) {
    const intendedTimes = MessageTimes.decode(intended)
    for (let position = 0; position < intendedTimes.count; position++) {
      const intendedMs = intendedTimes.get(position)
      if (!(intendedMs >= fromMs && intendedMs < untilMs)) continue
      const arrivedMs = follower.arrivedMs(load, generator + position * timelines.length)
      if (Number.isNaN(arrivedMs)) continue
      if (arrivedMs < Number.POSITIVE_INFINITY) recordMs(times, arrivedMs - startMachineMs - intendedMs)
      else {
        missing++
        aboveMs = Math.min(aboveMs, endMachineMs - startMachineMs - intendedMs)
      }
    }
  }
  const quantiles = quantilesOf(times, missing, aboveMs, decode(options.lag), options.maxLagShare)
  return {
    quantiles,
    meanMs: missing > 0 ? null : meanMs(times),
    histogram: encode(times),
    arrived: times.totalCount,
    missing,
    clock: {
      offsetMs: furthest(
        clocks.flatMap(receiver => timelines.map(({ clock }) => receiver.toMachineMs - clock.toMachineMs)),
      ),
      uncertaintyMs: largestError(clocks) + largestError(timelines.map(({ clock }) => clock)),
    },
  }
}

const largestError = (clocks: readonly ClockReading[]) => Math.max(0, ...clocks.map(clock => clock.uncertaintyMs))

/** The one furthest from 0. */
const furthest = (offsets: readonly number[]) =>
  offsets.reduce((worst, offset) => (Math.abs(offset) > Math.abs(worst) ? offset : worst), 0)
