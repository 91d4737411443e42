import { performance } from 'node:perf_hooks'
import type { PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import { type Progress, timeLeftMs } from '../report/progress.ts'
import { RecentTicks } from './recentTicks.ts'

/** Counts runs and ticks; `now` tells where the experiment stands. */
export class ProgressState {
  readonly #beganMs = performance.now()
  readonly #missingMs: (() => number) | null
  #runs: number
  #done: number
  #doneHere = 0
  #runBeganMs = performance.now()
  /** Of a search, when the last run ended; null = not told yet. */
  #missingMsThen: number | null = null
  #run: PlannedRun | null = null
  #stage = 'start'
  #all = new RecentTicks()
  #loads = new Map<string, RecentTicks>()

  /** @param done runs of an earlier session @param missingMs of a search, what is missing to its end; null where all runs are planned */
  constructor(runs: number, done: number, missingMs: (() => number) | null) {
    this.#runs = runs
    this.#done = done
    this.#missingMs = missingMs
  }

  planned(runs: readonly PlannedRun[]): void {
    this.#runs += runs.length
  }

  /** @param loads names, in the order of the scenario */
  started(run: PlannedRun, loads: readonly string[]): void {
    this.#run = run
    this.#stage = 'start'
    this.#runBeganMs = performance.now()
    this.#all = new RecentTicks()
    this.#loads = new Map(loads.map(name => [name, new RecentTicks()]))
  }

  ticked(load: string, tick: Tick): void {
    this.#stage = tick.phase
    this.#all.ticked(tick)
    this.#loads.get(load)?.ticked(tick)
  }

  finished(): void {
    this.#done++
    this.#doneHere++
    this.#runBeganMs = performance.now()
    this.#missingMsThen = this.#missingMs?.() ?? null
  }

  now(): Progress {
    const nowMs = performance.now()
    return {
      run: this.#missingMs === null ? Math.min(this.#done + 1, this.#runs) : this.#done + 1,
      runs: this.#missingMs === null ? this.#runs : null,
      block: (this.#run?.block ?? 0) + 1,
      caseId: this.#run?.caseId ?? '',
      arm: this.#run?.arm ?? 'only',
      stage: this.#stage,
      ...this.#all.now(),
      loads: [...this.#loads].map(([name, ticks]) => ({ name, ...ticks.now() })),
      elapsedMs: nowMs - this.#beganMs,
      leftMs: this.#leftMs(nowMs),
    }
  }

  #leftMs(nowMs: number): number | null {
    const currentMs = nowMs - this.#runBeganMs
    if (this.#missingMs !== null)
      return this.#missingMsThen === null ? null : Math.max(0, this.#missingMsThen - currentMs)
    const runs = this.#doneHere + this.#runs - this.#done
    return timeLeftMs(this.#doneHere, runs, this.#runBeganMs - this.#beganMs, currentMs)
  }
}
