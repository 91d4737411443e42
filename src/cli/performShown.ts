import { performSession, type SessionEnd, type SessionOptions } from '../experiment/session.ts'
import type { RunningTarget } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import type { Console } from './console.ts'
import type { MeasureOptions } from './measure.ts'
import { createProgress, silentProgress } from './progress.ts'
import { openStreams, type Streams } from './streams.ts'

export type ShownOptions = Omit<MeasureOptions, 'repeat'> &
  Pick<SessionOptions, 'prepareArms' | 'needsConfirmation' | 'endsEarly' | 'conductor'> & {
    /** What is told of a run that ended; absent = its figures, or why it does not count. */
    readonly textOn?: (result: RunResult) => string
  }

/** Performs an experiment with its progress on the terminal and its events in the streams that were asked for. */
export async function performShown(options: ShownOptions): Promise<SessionEnd> {
  const streams = openStreams(options.flags.out ?? [], options.console.mask)
  return await performWith(streams, options).finally(() => streams.close())
}

async function performWith(streams: Streams, options: ShownOptions): Promise<SessionEnd> {
  const { begun, contents, flags, console, signal, prepareArms, needsConfirmation, endsEarly, conductor, textOn } =
    options
  const { plan, finished } = begun
  const loadsOf = (caseId: string) => (plan.cases.find(({ id }) => id === caseId) ?? plan.cases[0]!).scenario.load
  const mostLoads = Math.max(...plan.cases.map(({ scenario }) => scenario.load.length))
  const progress = flags.quiet
    ? silentProgress(console)
    : createProgress(console, {
        ...{ runs: plan.runs.length, done: finished.length, loads: mostLoads },
        missingMs: conductor?.missingMs ?? null,
      })
  const onAbort = () => progress.note('interrupted: stopping in good order; interrupt again to stop at once\n')
  signal.addEventListener('abort', onAbort, { once: true })
  for (const warning of begun.warnings) progress.note(`warning: ${warning}\n`)
  try {
    return await performSession({
      begun,
      wanted: plan.cases[0]!.scenario.runs,
      contents,
      prepare: flags.prepare ?? null,
      cleanup: flags.cleanup ?? null,
      maxDurationMs: flags.maxDuration ?? null,
      prepareArms,
      needsConfirmation,
      endsEarly,
      ...(conductor && { conductor }),
      keep: flags.keepEnv
        ? target => {
            progress.end()
            return keepUntil(target, signal, console)
          }
        : null,
      mask: console.mask,
      signal,
      observer: {
        planned: runs => progress.planned(runs),
        started(run) {
          progress.started(
            run,
            loadsOf(run.caseId).map(({ name }) => name),
          )
          streams.write({ type: 'started', run })
        },
        ticked(run, load, tick) {
          progress.ticked(load.name, tick)
          streams.write({ type: 'tick', run: run.id, load: load.name, ...tick })
        },
        finished(result) {
          progress.finished(result, textOn?.(result))
          streams.write({ type: 'finished', result })
        },
        warned: text => progress.note(`warning: ${text}\n`),
      },
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
    progress.end()
  }
}

async function keepUntil({ mllp, fhir }: RunningTarget, signal: AbortSignal, { err }: Console): Promise<void> {
  const addresses = [
    mllp && `mllp://${mllp.host}:${mllp.port}`,
    fhir && `http://${fhir.host}:${fhir.port}${fhir.basePath}`,
  ]
  err(`kept: ${addresses.filter(Boolean).join(' ')}; interrupt (Ctrl-C) to release it\n`)
  const lasting = setInterval(() => {}, 60_000)
  if (!signal.aborted)
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  clearInterval(lasting)
}
