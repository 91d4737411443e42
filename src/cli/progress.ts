import { performance } from 'node:perf_hooks'
import { SingleBar } from 'cli-progress'
import type { PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import type { RunResult } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import { type Progress, progressBar, progressLine, timeLeftMs } from '../report/progress.ts'
import type { Console } from './console.ts'

/** Shows where an experiment stands: a bar for a person, plain lines for a log. */
export interface ProgressView {
  planned(runs: readonly PlannedRun[]): void
  started(run: PlannedRun): void
  ticked(run: PlannedRun, load: Load, tick: Tick): void
  finished(result: RunResult): void
  /** A line above the bar. */
  note(text: string): void
  end(): void
}

const PLAIN_EVERY_MS = 30_000
const FORMAT = '{bar} run {run}/{total}  {stage}  {rate}  {p99}  {failures}  {elapsed}  {left}'

export function createProgress(console: Console, runs: number, done: number): ProgressView {
  const state = new ProgressState(runs, done)
  return console.isInteractive ? barView(state, console) : plainView(state, console)
}

export const silentProgress: ProgressView = {
  planned() {},
  started() {},
  ticked() {},
  finished() {},
  note() {},
  end() {},
}

class ProgressState {
  readonly #beganMs = performance.now()
  readonly #rates = new Map<string, { perSecond: number; p99Ms: number | null }>()
  #runs: number
  #done: number
  #doneHere = 0
  #runBeganMs = performance.now()
  #run: PlannedRun | null = null
  #stage = 'start'
  #failures = 0

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
    this.#rates.clear()
  }

  ticked(load: Load, tick: Tick, periodMs: number): void {
    this.#stage = tick.phase
    this.#failures += tick.failed
    this.#rates.set(load.name, { perSecond: (tick.accepted * 1000) / periodMs, p99Ms: tick.p99Ms })
  }

  finished(): void {
    this.#done++
    this.#doneHere++
  }

  now(): Progress {
    const loads = [...this.#rates.values()]
    const slowest = Math.max(...loads.map(({ p99Ms }) => p99Ms ?? -1))
    const nowMs = performance.now()
    return {
      run: Math.min(this.#done + 1, this.#runs),
      runs: this.#runs,
      block: (this.#run?.block ?? 0) + 1,
      caseId: this.#run?.caseId ?? '',
      stage: this.#stage,
      ratePerSecond: loads.length === 0 ? null : loads.reduce((sum, { perSecond }) => sum + perSecond, 0),
      p99Ms: slowest < 0 ? null : slowest,
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
}

const TICK_MS = 250

function barView(state: ProgressState, console: Console): ProgressView {
  const bar = new SingleBar({
    format: FORMAT,
    stream: process.stderr,
    barsize: 20,
    barCompleteChar: console.terminal.glyphs === 'unicode' ? '█' : '#',
    barIncompleteChar: console.terminal.glyphs === 'unicode' ? '░' : '-',
    fps: 8,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    linewrap: false,
  })
  const draw = () => {
    const progress = state.now()
    const { total, value, tokens } = progressBar(progress)
    bar.setTotal(total)
    bar.update(value, { ...tokens, run: progress.run })
  }
  bar.start(1, 0, { ...progressBar(state.now()).tokens, run: 1 })
  return {
    planned: runs => state.planned(runs),
    started(run) {
      state.started(run)
      draw()
    },
    ticked(_run, load, tick) {
      state.ticked(load, tick, TICK_MS)
      draw()
    },
    finished() {
      state.finished()
      draw()
    },
    note(text) {
      process.stderr.write('\r\x1b[2K')
      console.err(text)
      draw()
    },
    end: () => bar.stop(),
  }
}

/** One line for each run that ended, and one every 30 s within a long run. */
function plainView(state: ProgressState, console: Console): ProgressView {
  let lastMs = performance.now()
  const print = (prefix = '') => {
    lastMs = performance.now()
    console.err(`${prefix}${progressLine(state.now())}\n`)
  }
  return {
    planned: runs => state.planned(runs),
    started: run => state.started(run),
    ticked(_run, load, tick) {
      state.ticked(load, tick, TICK_MS)
      if (performance.now() - lastMs > PLAIN_EVERY_MS) print()
    },
    finished(result) {
      print(`${result.state.padEnd(7)} `)
      state.finished()
    },
    note: text => console.err(text),
    end() {},
  }
}
