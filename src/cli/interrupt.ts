import { EXIT } from '../experiment/exit.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  release(): void
}

/** The first SIGINT or SIGTERM aborts in good order, a second ends the process at once: guardians then clean up behind it. */
export function onInterrupt(tell: (text: string) => void): Interrupt {
  const controller = new AbortController()
  const interrupted = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    tell('\ninterrupted: stopping in good order; interrupt again to stop at once\n')
    controller.abort(new Error('interrupted'))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupted)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, interrupted)
    },
  }
}
