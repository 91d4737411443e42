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
  /** 1-based place in the experiment's order, and how many runs are planned by now. */
  readonly run: number
  readonly runs: number
  /** 1-based. */
  readonly block: number
  readonly caseId: string
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

/** What a bar of cli-progress shows: position in the experiment and the tokens of its format string. */
export interface ProgressBar {
  readonly total: number
  readonly value: number
  readonly tokens: Readonly<
    Record<'block' | 'case' | 'stage' | 'rate' | 'p99' | 'failures' | 'elapsed' | 'left', string>
  >
}

/** One plain line, for logs: `run 7/30 block 7 demo  measure  149/s  p99 14 ms  elapsed 12 s  left about 40 s`. */
export function progressLine(progress: Progress): string {
  const { tokens } = progressBar(progress)
  const parts = [
    `run ${progress.run}/${progress.runs} ${tokens.block} ${tokens.case}`,
    tokens.stage,
    tokens.rate,
    tokens.p99,
    tokens.failures,
    tokens.elapsed,
    tokens.left,
  ]
  return parts.filter(part => part !== '').join('  ')
}

/** Runs before the current one count as done. */
export function progressBar(progress: Progress): ProgressBar {
  const { leftMs } = progress
  return {
    total: progress.runs,
    value: progress.run - 1,
    tokens: {
      block: `block ${progress.block}`,
      case: progress.caseId,
      stage: progress.stage,
      ...loadTokens(progress),
      elapsed: `elapsed ${roughDuration(progress.elapsedMs)}`,
      left: leftMs === null ? '' : `left about ${roughDuration(leftMs)}`,
    },
  }
}

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
