import { performance } from 'node:perf_hooks'
import type { Phases } from '../model/scenario.ts'

/** One reading at each end of the measured phase, so that neither what comes before nor the drain is in the difference. */
export interface PhaseReadings<Reading> {
  readonly before: Reading
  readonly after: Reading
  /** Between the two. */
  readonly seconds: number
}

export interface PhaseWatch<Reading> {
  /** The load begins. */
  begin(): void
  /** The load has ended, which with fixed work may be before the measured phase would have. null = it ended within the warm-up. */
  end(): Promise<PhaseReadings<Reading> | null>
  /** Nothing is read any more. */
  cancel(): void
}

export function watchPhase<Reading>(
  { warmupMs, measureMs }: Pick<Phases, 'warmupMs' | 'measureMs'>,
  read: () => Reading | Promise<Reading>,
): PhaseWatch<Reading> {
  const take = async () => ({ atMs: performance.now(), reading: await read() })
  const timed = () => {
    const reading = take()
    // Nobody waits for it when the run fails.
    reading.catch(() => {})
    return reading
  }
  const timers: NodeJS.Timeout[] = []
  let before: ReturnType<typeof timed> | undefined
  let after: ReturnType<typeof timed> | undefined
  let isOver = false
  const cancel = () => {
    isOver = true
    timers.forEach(clearTimeout)
  }
  return {
    begin() {
      // What went before took so long that the run has failed meanwhile.
      if (isOver) return
      timers.push(setTimeout(() => (before = timed()), warmupMs))
      timers.push(setTimeout(() => (after = timed()), warmupMs + measureMs))
    },
    async end() {
      cancel()
      if (before === undefined) return null
      after ??= timed()
      const [start, end] = [await before, await after]
      return { before: start.reading, after: end.reading, seconds: (end.atMs - start.atMs) / 1_000 }
    },
    cancel,
  }
}
