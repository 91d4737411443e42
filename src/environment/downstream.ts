import type { RunningReceiver } from '../model/environment.ts'
import type { Scenario } from '../model/scenario.ts'
import { parseFieldPath } from '../workload/hl7/fieldPath.ts'
import { type StartedBuiltin, startBuiltin } from './builtin.ts'
import type { Guarded } from './guarded.ts'
import type { Place } from './place.ts'

export interface DownstreamStart {
  readonly scenario: Scenario
  readonly place: Place
  readonly seed: number
  /** Folder of the run, absolute. */
  readonly folder: string
  /** Program of the built-in targets. */
  readonly entry: string
  /** Gives a new id below the clone for every process. */
  readonly nextId: (name: string) => string
  readonly signal: AbortSignal
}

/** Our own receivers behind a SUT that forwards. */
export interface StartedDownstream {
  readonly receivers: readonly RunningReceiver[]
  /** One of them ended by itself; what it said. */
  readonly ended: readonly Promise<string>[]
  /** Lets each flush its record and end. Throws when one had to be ended by force. */
  stop(): Promise<void>
}

/** Starts a receiver for each that the scenario declares, all or none. Throws EnvironmentError when one does not come to listen. */
export async function startDownstream(guarded: Guarded, start: DownstreamStart): Promise<StartedDownstream> {
  const { downstream } = start.scenario.sut
  const identityAt = downstream && parseFieldPath(downstream.identity)
  const wanted = downstream === null || identityAt === null ? [] : downstream.receivers
  const settled = await Promise.allSettled(
    wanted.map(async receiver => {
      const id = start.nextId(`downstream-${receiver.name}`)
      const behind = { receiver, identityAt: identityAt! }
      return { receiver, started: await startBuiltin(guarded, { ...start, id, protocol: 'mllp', behind }) }
    }),
  )
  const running = settled.filter(each => each.status === 'fulfilled').map(each => each.value)
  const stop = () => stopAll(running.map(({ started }) => started))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return {
    receivers: running.map(({ receiver: { name }, started: { endpoint, arrivalsFile, clock } }) => ({
      name,
      endpoint,
      arrivalsFile,
      clock,
    })),
    ended: running.map(({ started }) => started.ended),
    stop,
  }
}

/** Stops all of them whatever happens to one. */
export async function stopAll(started: readonly Pick<StartedBuiltin, 'stop'>[]): Promise<void> {
  const settled = await Promise.allSettled(started.map(each => each.stop()))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
