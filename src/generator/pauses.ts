import { createHistogram, type Histogram, quantileMs, recordMs } from '../stats/histogram.ts'

const PROBE_MS = 5
/** Shorter ones are a timer's grain, one turn of a busy loop, or what a shared host takes of every process. */
const PAUSE_MS = 10

/** How long the event loop stood still. */
export interface Pauses {
  /** Of all probes, ms. */
  readonly delayP99Ms: number
  readonly longestMs: number
  /** Pauses of at least 10 ms, and their sum. */
  readonly pauses: Histogram
  readonly totalMs: number
}

/**
 * Watches how much later than asked a timer of the event loop rings: every pause of the process shows here, whatever its cause. Pauses
 * that end before `fromMs` (on the clock of `performance.now()`) do not count.
 */
export function watchPauses(fromMs: number): { end(): Pauses } {
  const delays = createHistogram()
  const pauses = createHistogram()
  let totalMs = 0
  let lastMs = performance.now()
  const probe = () => {
    const nowMs = performance.now()
    const delayMs = nowMs - lastMs - PROBE_MS
    lastMs = nowMs
    if (nowMs < fromMs) return
    recordMs(delays, Math.max(0, delayMs))
    if (delayMs < PAUSE_MS) return
    recordMs(pauses, delayMs)
    totalMs += delayMs
  }
  const timer = setInterval(probe, PROBE_MS)
  return {
    end() {
      probe()
      clearInterval(timer)
      return {
        delayP99Ms: quantileMs(delays, 990) ?? 0,
        longestMs: quantileMs(delays, 1000) ?? 0,
        pauses,
        totalMs,
      }
    },
  }
}
