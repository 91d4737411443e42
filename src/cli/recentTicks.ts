import { performance } from 'node:perf_hooks'
import type { Tick } from '../model/generator.ts'
import type { LoadProgress } from '../report/progress.ts'

const TICK_MS = 250
/** Rates are shown over this time, so that a figure can be read before it changes. */
const SHOWN_MS = 1_000

/** The ticks of a run, of one load or of all, as the figures that are shown. */
export class RecentTicks {
  #failures = 0
  #ticks: { readonly atMs: number; readonly accepted: number; readonly p99Ms: number | null }[] = []
  #firstTickMs: number | null = null

  ticked({ accepted, failed, p99Ms }: Tick): void {
    const atMs = performance.now()
    this.#failures += failed
    this.#firstTickMs ??= atMs
    this.#ticks.push({ atMs, accepted, p99Ms })
    this.#forget(atMs)
  }

  now(): Omit<LoadProgress, 'name'> {
    const nowMs = performance.now()
    this.#forget(nowMs)
    return {
      ratePerSecond: this.#rate(nowMs),
      p99Ms: this.#ticks.reduce<number | null>((most, { p99Ms }) => largest(most, p99Ms), null),
      failures: this.#failures,
    }
  }

  /** A load that has sent all its messages ticks no more: its last figures are not those of now. */
  #forget(nowMs: number): void {
    this.#ticks = this.#ticks.filter(tick => tick.atMs > nowMs - SHOWN_MS)
  }

  #rate(nowMs: number): number | null {
    if (this.#firstTickMs === null) return null
    const spanMs = Math.min(SHOWN_MS, nowMs - this.#firstTickMs + TICK_MS)
    return (this.#ticks.reduce((sum, { accepted }) => sum + accepted, 0) * 1000) / spanMs
  }
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
