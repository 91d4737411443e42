import type { RunningTarget } from '../model/environment.ts'
import type { PlannedRun } from '../model/experiment.ts'
import type { Protocol, Scenario } from '../model/scenario.ts'
import { startBuiltin } from './builtin.ts'
import { makeBuiltinAuth } from './builtinAuth.ts'
import { makeBuiltinTls } from './builtinTls.ts'
import { startCommand } from './command.ts'
import { startDownstream, stopAll } from './downstream.ts'
import { type Guarded, untilLost } from './guarded.ts'
import { authOf } from './loadAuth.ts'
import { materialsOf } from './loadTls.ts'
import type { Place } from './place.ts'
import { stopOnce } from './stopOnce.ts'

export interface TargetStart {
  readonly run: PlannedRun
  readonly scenario: Scenario
  readonly place: Place
  readonly folder: string
  readonly signal: AbortSignal
  /** Program of the built-in targets. */
  readonly entry: string
  /** Gives a new id below the clone for every process. */
  readonly nextId: (name: string) => string
}

/** Starts what a run measures, afresh: the built-in targets, or the user's command. Throws EnvironmentError when it does not answer. */
export function startTarget(guarded: Guarded, start: TargetStart): Promise<RunningTarget> {
  const command = start.scenario.sut.start
  return command === null ? startBuiltins(guarded, start) : startOwn(guarded, start, command)
}

/** Of the loads that go to the SUT. */
const protocolsOf = ({ load }: Scenario): Protocol[] => [
  ...new Set(load.filter(({ from }) => from !== 'application').map(({ protocol }) => protocol)),
]

/** One process for each protocol of the load: they are measured together and must not share a core by design. */
async function startBuiltins(guarded: Guarded, start: TargetStart): Promise<RunningTarget> {
  const begin = performance.now()
  const { scenario, run, place, nextId } = start
  const tls = await makeBuiltinTls(scenario.load, place.address)
  const auth = makeBuiltinAuth(scenario.load)
  const settled = await Promise.allSettled(
    protocolsOf(scenario).map(async protocol => {
      const id = nextId(`target-${protocol}`)
      return {
        protocol,
        started: await startBuiltin(guarded, {
          ...start,
          id,
          protocol,
          tls: tls.server[protocol],
          auth: protocol === 'fhir' ? auth.server : null,
          behind: null,
          seed: run.seed,
        }),
      }
    }),
  )
  const running = settled.filter(each => each.status === 'fulfilled').map(each => each.value)
  const stopping = stopOnce(() => stopAll(running.map(({ started }) => started)))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) {
    await stopping.stop()
    throw failed.reason
  }
  const find = (protocol: Protocol) => running.find(each => each.protocol === protocol)?.started
  const fhir = find('fhir')
  return {
    mllp: find('mllp')?.endpoint ?? null,
    fhir: fhir === undefined ? null : { ...fhir.endpoint, basePath: scenario.sut.fhirBasePath },
    tls: tls.clients,
    auth: auth.clients,
    startMs: performance.now() - begin,
    arrivals: { mllp: find('mllp')?.arrivalsFile ?? null, fhir: fhir?.arrivalsFile ?? null },
    downstream: [],
    pids: running.map(({ started }) => started.pid),
    ended: stopping.unlessStopped(Promise.race([untilLost(guarded), ...running.map(({ started }) => started.ended)])),
    stop: stopping.stop,
  }
}

/** The receivers behind it are there before the user's command starts, and take what it still sends while it ends. */
async function startOwn(guarded: Guarded, start: TargetStart, command: string): Promise<RunningTarget> {
  const begin = performance.now()
  const { run, scenario, place, folder, signal, nextId } = start
  const protocols = protocolsOf(scenario)
  const tls = materialsOf(scenario.load)
  const auth = authOf(scenario)
  const behind = await startDownstream(guarded, { ...start, seed: run.seed })
  const started = await startCommand(guarded, {
    sut: { ...scenario.sut, start: command },
    place,
    protocols,
    loads: scenario.load,
    tls,
    auth,
    runId: run.id,
    downstream: behind.receivers,
    folder,
    nextId: () => nextId('sut'),
    signal,
  }).catch(async (error: unknown) => {
    await behind.stop().catch(() => {})
    throw error
  })
  const stop = stopOnce(async () => {
    await guarded.end(started.id)
    await behind.stop()
  })
  return {
    mllp: protocols.includes('mllp') ? started.mllp : null,
    fhir: protocols.includes('fhir') ? { ...started.fhir, basePath: scenario.sut.fhirBasePath } : null,
    tls,
    auth,
    startMs: performance.now() - begin,
    arrivals: { mllp: null, fhir: null },
    downstream: behind.receivers,
    ended: stop.unlessStopped(Promise.race([started.ended, ...behind.ended])),
    stop: stop.stop,
  }
}
