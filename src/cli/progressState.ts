import { performance } from 'node:perf_hooks'
import type { PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import { type Progress, timeLeftMs } from '../report/progress.ts'
import { RecentTicks } from './recentTicks.ts'

/** Counts runs and ticks; `now` tells where the experiment stands. */
export class ProgressState {
  readonly #beganMs = performance.now()
  #runs: number
  #done: number
  #doneHere = 0
  #runBeganMs = performance.now()
  #run: PlannedRun | null = null
  #stage = 'start'
  #all = new RecentTicks()
  #loads = new Map<string, RecentTicks>()

  /** @param done runs of an earlier session */
  constructor(runs: number, done: number) {
    this.#runs = runs
    this.#done = done
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
  }

  now(): Progress {
    const nowMs = performance.now()
    return {
      run: Math.min(this.#done + 1, this.#runs),
      runs: this.#runs,
      block: (this.#run?.block ?? 0) + 1,
      caseId: this.#run?.caseId ?? '',
      stage: this.#stage,
      ...this.#all.now(),
      loads: [...this.#loads].map(([name, ticks]) => ({ name, ...ticks.now() })),
      elapsedMs: nowMs - this.#beganMs,
      leftMs: timeLeftMs(
        this.#doneHere,
        this.#doneHere + this.#runs - this.#done,
        this.#runBeganMs - this.#beganMs,
        nowMs - this.#runBeganMs,
      ),
    }
  }
}
