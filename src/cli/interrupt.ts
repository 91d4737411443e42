import { EXIT } from '../experiment/exit.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Does `work` until the user interrupts it: the first SIGINT, SIGTERM or SIGHUP aborts in good order, a second ends the process at
 * once; guardians then clean up behind it.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupted = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort(new Error('interrupted'))
  }
  for (const name of SIGNALS) process.on(name, interrupted)
  try {
    return await work(controller.signal)
  } finally {
    for (const name of SIGNALS) process.off(name, interrupted)
  }
}
