import { performance } from 'node:perf_hooks'
import type { PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import { type Progress, timeLeftMs } from '../report/progress.ts'

const TICK_MS = 250
/** Rates are shown over this time, so that a figure can be read before it changes. */
const SHOWN_MS = 1_000

/** Counts runs and ticks; `now` tells where the experiment stands. */
export class ProgressState {
  readonly #beganMs = performance.now()
  #runs: number
  #done: number
  #doneHere = 0
  #runBeganMs = performance.now()
  #run: PlannedRun | null = null
  #stage = 'start'
  #failures = 0
  #ticks: { readonly atMs: number; readonly accepted: number; readonly p99Ms: number | null }[] = []
  #firstTickMs: number | null = null

  /** @param done runs of an earlier session */
  constructor(runs: number, done: number) {
    this.#runs = runs
    this.#done = done
  }

  planned(runs: readonly PlannedRun[]): void {
    this.#runs += runs.length
  }

  started(run: PlannedRun): void {
    this.#run = run
    this.#stage = 'start'
    this.#runBeganMs = performance.now()
    this.#failures = 0
    this.#ticks = []
    this.#firstTickMs = null
  }

  ticked({ phase, accepted, failed, p99Ms }: Tick): void {
    const atMs = performance.now()
    this.#stage = phase
    this.#failures += failed
    this.#firstTickMs ??= atMs
    this.#ticks = [...this.#ticks.filter(tick => tick.atMs > atMs - SHOWN_MS), { atMs, accepted, p99Ms }]
  }

  finished(): void {
    this.#done++
    this.#doneHere++
  }

  now(): Progress {
    const nowMs = performance.now()
    return {
      run: Math.min(this.#done + 1, this.#runs),
      runs: this.#runs,
      block: (this.#run?.block ?? 0) + 1,
      caseId: this.#run?.caseId ?? '',
      stage: this.#stage,
      ratePerSecond: this.#rate(nowMs),
      p99Ms: this.#ticks.reduce<number | null>((most, { p99Ms }) => largest(most, p99Ms), null),
      failures: this.#failures,
      elapsedMs: nowMs - this.#beganMs,
      leftMs: timeLeftMs(
        this.#doneHere,
        this.#doneHere + this.#runs - this.#done,
        this.#runBeganMs - this.#beganMs,
        nowMs - this.#runBeganMs,
      ),
    }
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
