import type { ArmName } from '../model/experiment.ts'
import { formatNumber } from './format.ts'

/** Where a load of the current run stands. */
export interface LoadProgress {
  readonly name: string
  /** Accepted per second in the last tick; null = nothing sent yet. */
  readonly ratePerSecond: number | null
  /** Response p99 of the last tick; null = no reply ended in it. */
  readonly p99Ms: number | null
  /** Not accepted so far in this run. */
  readonly failures: number
}

/** Where an experiment stands. */
export interface Progress {
  /** 1-based place in the experiment's order, and how many runs are planned; null: a search, whose trials are planned one by one. */
  readonly run: number
  readonly runs: number | null
  /** 1-based; of a search, the clone. */
  readonly block: number
  readonly caseId: string
  /** Of a comparison; `only` = nothing is compared. */
  readonly arm: ArmName
  /** Stage of the run: `provision`, `warmup`, `measure` .. */
  readonly stage: string
  /** Accepted per second over all loads in the last tick; null = nothing sent yet. */
  readonly ratePerSecond: number | null
  /** Response p99 of the last tick, the slowest load's; null = no reply ended in it. */
  readonly p99Ms: number | null
  /** Not accepted so far in this run. */
  readonly failures: number
  /** The loads of the current run, in the order of the scenario. */
  readonly loads: readonly LoadProgress[]
  readonly elapsedMs: number
  /** Whole experiment; null before there is anything to tell from. */
  readonly leftMs: number | null
}

/** What a bar shows: how far the experiment is and the tokens of its line. */
export interface ProgressBar {
  /** Share that is done, 0 to 1. */
  readonly share: number
  readonly tokens: Readonly<
    Record<'count' | 'block' | 'case' | 'stage' | 'rate' | 'p99' | 'failures' | 'elapsed' | 'left', string>
  >
}

export const LEAST_LEFT_MS = 1_000

/** One plain line, for logs: `run 7/30 block 7 demo  measure  149/s  p99 14 ms  elapsed 12 s  left about 40 s`. */
export function progressLine(progress: Progress): string {
  const { tokens } = progressBar(progress)
  const parts = [
    `${tokens.count} ${tokens.block} ${tokens.case}`,
    tokens.stage,
    tokens.rate,
    tokens.p99,
    tokens.failures,
    tokens.elapsed,
    tokens.left,
  ]
  return parts.filter(part => part !== '').join('  ')
}

/** Runs before the current one count as done; of a search, the time that it took so far. */
export function progressBar(progress: Progress): ProgressBar {
  const { run, runs, block, caseId, arm, elapsedMs, leftMs } = progress
  return {
    share: runs === null ? shareOf(elapsedMs, leftMs) : (run - 1) / runs,
    tokens: {
      count: runs === null ? `trial ${run}` : `run ${run}/${runs}`,
      block: `${runs === null ? 'clone' : 'block'} ${block}`,
      case: arm === 'only' ? caseId : `${caseId} ${arm}`,
      stage: progress.stage,
      ...loadTokens(progress),
      ...timeTokens(progress),
    },
  }
}

/** Nothing is said of less than a second: what runs on is not over. */
export function timeTokens({
  elapsedMs,
  leftMs,
}: Pick<Progress, 'elapsedMs' | 'leftMs'>): Readonly<Record<'elapsed' | 'left', string>> {
  return {
    elapsed: `elapsed ${roughDuration(elapsedMs)}`,
    left: leftMs === null || leftMs < LEAST_LEFT_MS ? '' : `left about ${roughDuration(leftMs)}`,
  }
}

const shareOf = (elapsedMs: number, leftMs: number | null): number =>
  leftMs === null ? 0 : elapsedMs / Math.max(1, elapsedMs + leftMs)

/** The figures of a load, or of all loads together; empty where there is none yet. */
export function loadTokens({
  ratePerSecond,
  p99Ms,
  failures,
}: Omit<LoadProgress, 'name'>): Readonly<Record<'rate' | 'p99' | 'failures', string>> {
  return {
    rate: ratePerSecond === null ? '' : `${formatNumber(Math.round(ratePerSecond))}/s`,
    p99: p99Ms === null ? '' : `p99 ${p99Ms < 1 ? formatNumber(p99Ms) : Math.round(p99Ms)} ms`,
    failures: failures === 0 ? '' : `${failures} failed`,
  }
}

/**
 * Time left, ms: the mean of the runs done times the runs to go, less what the current run has used.
 * @returns null before the first run is done
 */
export function timeLeftMs(runsDone: number, runs: number, doneMs: number, currentMs: number): number | null {
  return runsDone === 0 ? null : Math.max(0, (doneMs / runsDone) * (runs - runsDone) - currentMs)
}

/** Whole seconds, minutes and seconds from one minute, hours and minutes from one hour: `40 s`, `2 min 5 s`, `1 h 10 min`. */
export function roughDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
