import { performance } from 'node:perf_hooks'
import { MultiBar } from 'cli-progress'
import type { PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import type { RunResult } from '../model/result.ts'
import { fold } from '../report/fold.ts'
import { type Progress, progressBar, progressLine, timeTokens } from '../report/progress.ts'
import type { Console } from './console.ts'
import { loadLines } from './loadLines.ts'
import { ProgressState } from './progressState.ts'
import { statusLine } from './statusLine.ts'

/** Shows where an experiment stands: a bar for a person, with a line for each of several loads; plain lines for a log. */
export interface ProgressView {
  planned(runs: readonly PlannedRun[]): void
  /** @param loads names, in the order of the scenario */
  started(run: PlannedRun, loads: readonly string[]): void
  ticked(load: string, tick: Tick): void
  /** @param text what is told of it; absent: its figures, or why it does not count */
  finished(result: RunResult, text?: string): void
  /** Prints a line of text that stays. */
  note(text: string): void
  /** Leaves nothing of a bar behind. Idempotent. */
  end(): void
}

const PLAIN_EVERY_MS = 30_000
const MOST_LOADS = 8

export interface ProgressOptions {
  readonly runs: number
  /** Of an earlier session. */
  readonly done: number
  /** Most loads that a run has. */
  readonly loads: number
  /** Of a search, what is missing to its end, ms; null where all runs are planned. */
  readonly missingMs: (() => number) | null
}

export function createProgress(console: Console, { runs, done, loads, missingMs }: ProgressOptions): ProgressView {
  const state = new ProgressState(runs, done, missingMs)
  return console.isInteractive ? barView(state, console, loads) : plainView(state, console)
}

/** Warnings and what becomes of a kept environment are told all the same. */
export function silentProgress(console: Console): ProgressView {
  return {
    planned() {},
    started() {},
    ticked() {},
    finished() {},
    note: text => console.err(text),
    end() {},
  }
}

function barView(state: ProgressState, console: Console, loads: number): ProgressView {
  const glyphs = console.terminal.glyphs === 'unicode' ? { done: '█', left: '░' } : { done: '#', left: '-' }
  const width = () => (process.stderr.columns ?? 80) - 1
  // Lines that do not fit on the screen cannot be drawn over.
  const most = Math.max(0, Math.min(MOST_LOADS, (process.stderr.rows ?? 24) - 3))
  const lines = loads < 2 ? 0 : Math.min(loads, most)
  let bars: MultiBar | null = null
  const start = () => {
    bars = new MultiBar({
      stream: process.stderr,
      fps: 8,
      forceRedraw: true,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      gracefulExit: false,
    })
    // Asked for at each drawing: the width may have changed, and time goes on between ticks.
    bars.create(1, 0, {}, { format: () => statusLine(state.now(), width(), glyphs) })
    for (let line = 0; line < lines; line++)
      bars.create(1, 0, {}, { format: () => loadLines(state.now().loads, width(), lines)[line] ?? '' })
  }
  const stop = () => {
    bars?.stop()
    bars = null
  }
  // A second interrupt ends the process at once: the cursor must come back then too.
  process.once('exit', stop)
  start()
  let isDrawn = true
  // Its end puts the cursor where it began: text written in between would be overwritten.
  const note = (text: string) => {
    stop()
    console.err(text)
    if (isDrawn) start()
  }
  return {
    planned: runs => state.planned(runs),
    started: (run, names) => state.started(run, names),
    ticked: (load, tick) => state.ticked(load, tick),
    finished(result, text) {
      if (text !== undefined) note(`${fold(toldLine(state.now(), text), width(), '    ').join('\n')}\n`)
      else if (result.state !== 'valid') note(exclusionLine(state.now(), result))
      state.finished()
    },
    note,
    end() {
      isDrawn = false
      stop()
      process.off('exit', stop)
    },
  }
}

/** One line for each run that ended, and one every 30 s within a long run. */
function plainView(state: ProgressState, console: Console): ProgressView {
  let lastMs = performance.now()
  const print = (text: string) => {
    lastMs = performance.now()
    console.err(text)
  }
  return {
    planned: runs => state.planned(runs),
    started: (run, names) => state.started(run, names),
    ticked(load, tick) {
      state.ticked(load, tick)
      if (performance.now() - lastMs > PLAIN_EVERY_MS) print(`        ${progressLine(state.now())}\n`)
    },
    finished(result, text) {
      const before = state.now()
      state.finished()
      const { elapsedMs, leftMs } = state.now()
      const now = { ...before, elapsedMs, leftMs }
      if (text === undefined) print(finishedLine(now, result))
      else print(`${[toldLine(now, text), ...Object.values(timeTokens(now))].filter(Boolean).join('  ')}\n`)
    },
    note: text => console.err(text),
    end() {},
  }
}

/** `valid   run 3/30 ..`, or why the run does not count. */
function finishedLine(now: Progress, result: RunResult): string {
  if (result.state === 'failed') return exclusionLine(now, result)
  const { loads } = result
  const ratePerSecond = loads.reduce((sum, load) => sum + load.throughputPerSecond, 0)
  const p99s = loads.map(load => load.quantiles.response.p99.ms).filter(ms => ms !== null)
  const p99Ms = p99s.length === loads.length ? Math.max(...p99s) : null
  const failures = loads.reduce((sum, { measured }) => sum + unaccepted(measured), 0)
  const line = progressLine({ ...now, stage: 'measured', ratePerSecond, p99Ms, failures })
  const reasons = result.state === 'invalid' ? result.reasons : []
  return `${[`${result.state.padEnd(7)} ${line}`, ...reasons].join('\n        ')}\n`
}

/** `trial 3  clone 1  known at 400 msg/s ..`. */
function toldLine(now: Progress, text: string): string {
  const { count, block } = progressBar(now).tokens
  return `${count}  ${block}  ${text}`
}

function exclusionLine(now: Progress, result: Exclude<RunResult, { state: 'valid' }>): string {
  const { count, case: caseId } = progressBar(now).tokens
  const reason = result.state === 'failed' ? `${result.stage}: ${result.error}` : result.reasons.join('; ')
  return `${result.state.padEnd(7)} ${count} ${caseId}  ${reason.replaceAll('\n', '\n        ')}\n`
}

function unaccepted(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [outcome, count]) => sum + (outcome === 'accepted' ? 0 : count), 0)
}
