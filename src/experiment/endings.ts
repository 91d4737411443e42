import type { RunningTarget } from '../model/environment.ts'
import type { Stage } from '../model/result.ts'
import { RunFailure } from './failure.ts'

/** Where a run is, and how long its target took to come and to go. */
export interface Progress {
  stage: Stage
  startMs: number | null
  stopMs: number | null
}

/** What ends a run before its results are in. */
export interface Endings {
  /** Rejects at the end of the target, or when the run is aborted. */
  readonly first: Promise<never>
  release(): void
}

export function watchEndings({ ended }: RunningTarget, signal: AbortSignal, progress: Progress): Endings {
  const { promise: first, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting for it.
  first.catch(() => {})
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  void ended.then(reason => reject(new RunFailure(progress.stage, 'target', reason)), reject)
  return {
    first,
    release() {
      signal.removeEventListener('abort', onAbort)
      // A promise that is never settled keeps what was raced against it, here the results of every run.
      reject(new Error('the run is over'))
    },
  }
}
