import { createHistogram, type Histogram, recordedOf, recordTimes } from './histogram.ts'

/** A generator's pauses, and the exchanges that they may have held up. */
export interface Suspect {
  readonly pauses: Histogram
  /** Exchanges of the measured phase. */
  readonly answered: number
  readonly answeredPerMs: number
  /** Most exchanges open at once. */
  readonly inFlight: number
}

/** Replies come at any moment of a pause: those that it held up are spread over its length in so many steps. */
const STEPS = 10

/**
 * How much later than they came replies were read, estimated from the pauses of the generators: a pause of d ms holds up the replies
 * due in it, rate x d, at most all in flight, each by what is left of it. Lag behind a schedule does not tell: a closed loop has none,
 * and an open one stays on time where the pause ends before the next arrival.
 */
export function lagOfPauses(suspects: readonly Suspect[]): Histogram {
  const lag = createHistogram()
  for (const { pauses, answered, answeredPerMs, inFlight } of suspects) {
    let left = answered
    let carried = 0
    for (const { ms, count } of recordedOf(pauses)) {
      const heldUp = count * Math.min(inFlight, answeredPerMs * ms)
      for (let step = 1; step <= STEPS; step++) {
        carried += heldUp / STEPS
        const whole = Math.min(left, Math.floor(carried))
        recordTimes(lag, (ms * step) / STEPS, whole)
        carried -= whole
        left -= whole
      }
    }
    recordTimes(lag, 0, left)
  }
  return lag
}
