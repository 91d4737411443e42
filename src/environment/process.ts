import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { Case, PlannedRun } from '../model/experiment.ts'
import type { Protocol, Scenario } from '../model/scenario.ts'
import { startBuiltin } from './builtin.ts'
import { startCommand } from './command.ts'
import { startDownstream, stopAll } from './downstream.ts'
import { type Entries, entries as ownEntries } from './entries.ts'
import { spawnGenerator } from './generatorProcess.ts'
import { type Guarded, untilLost } from './guarded.ts'
import { reservePorts } from './ports.ts'
import { stopOnce } from './stopOnce.ts'

/** Fresh processes on loopback for every run: the built-in targets, or the user's command. Needs no root. */
export function processProvisioner(
  guarded: Guarded,
  entries: Pick<Entries, 'target' | 'generator'> = ownEntries,
): Provisioner {
  return {
    kind: 'process',
    preflight: preflightProcess,
    async provision(_scenario, { cloneId, signal }) {
      signal.throwIfAborted()
      guarded.lost.throwIfAborted()
      return processClone(guarded, cloneId, entries)
    },
  }
}

/** What would make every start fail. */
export async function preflightProcess({ sut }: Scenario): Promise<Problem[]> {
  const problems: Problem[] = []
  if (sut.start !== null && !isFolder(sut.cwd)) {
    problems.push({ what: `the working folder of the SUT, ${sut.cwd}, is not a folder`, remedy: 'correct sut.cwd' })
  }
  if (!isExecutable('/bin/sh')) {
    problems.push({ what: '/bin/sh cannot be run', remedy: 'install a POSIX shell: sut.start needs it' })
  }
  await reservePorts(2).catch((error: Error) => {
    problems.push({
      what: `no free loopback port: ${error.message}`,
      remedy: 'bring up the loopback interface, or end what holds the ports',
    })
  })
  return problems
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function processClone(guarded: Guarded, id: string, entries: Pick<Entries, 'target' | 'generator'>): Clone {
  let processes = 0
  const nextId = (name: string) => `${id}.${name}-${++processes}`
  let releasing: ReturnType<Clone['release']> | undefined

  async function start(
    run: PlannedRun,
    { scenario }: Case,
    folder: string,
    signal: AbortSignal,
  ): Promise<RunningTarget> {
    signal.throwIfAborted()
    mkdirSync(folder, { recursive: true })
    const common = { run, scenario, folder, signal, nextId: (name: string) => nextId(`${run.id}-${name}`) }
    return scenario.sut.start === null
      ? await startBuiltins(guarded, { ...common, entry: entries.target })
      : await startOwn(guarded, { ...common, entry: entries.target }, scenario.sut.start)
  }

  async function release() {
    const begin = performance.now()
    const leaks = await guarded.end(id)
    return { releaseMs: performance.now() - begin, leaks }
  }

  return {
    id,
    // Nothing is made before the first start.
    provisionMs: 0,
    start,
    spawnGenerator: load => spawnGenerator(guarded, nextId(`generator-${load}`), entries.generator),
    release: () => (releasing ??= release()),
  }
}

interface TargetStart {
  readonly run: PlannedRun
  readonly scenario: Scenario
  readonly folder: string
  readonly signal: AbortSignal
  readonly nextId: (name: string) => string
}

const protocolsOf = ({ load }: Scenario): Protocol[] => [...new Set(load.map(({ protocol }) => protocol))]

/** One process for each protocol of the load: they are measured together and must not share a core by design. */
async function startBuiltins(
  guarded: Guarded,
  start: TargetStart & { readonly entry: string },
): Promise<RunningTarget> {
  const begin = performance.now()
  const { scenario, run, nextId } = start
  const settled = await Promise.allSettled(
    protocolsOf(scenario).map(async protocol => {
      const id = nextId(`target-${protocol}`)
      return {
        protocol,
        started: await startBuiltin(guarded, { ...start, id, protocol, behind: null, seed: run.seed }),
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
    startMs: performance.now() - begin,
    arrivals: { mllp: find('mllp')?.arrivalsFile ?? null, fhir: fhir?.arrivalsFile ?? null },
    downstream: [],
    ended: stopping.unlessStopped(Promise.race([untilLost(guarded), ...running.map(({ started }) => started.ended)])),
    stop: stopping.stop,
  }
}

/** The receivers behind it are there before the user's command starts, and take what it still sends while it ends. */
async function startOwn(
  guarded: Guarded,
  start: TargetStart & { readonly entry: string },
  command: string,
): Promise<RunningTarget> {
  const begin = performance.now()
  const { run, scenario, folder, signal, nextId } = start
  const protocols = protocolsOf(scenario)
  const behind = await startDownstream(guarded, { ...start, seed: run.seed })
  const started = await startCommand(guarded, {
    sut: { ...scenario.sut, start: command },
    protocols,
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
    startMs: performance.now() - begin,
    arrivals: { mllp: null, fhir: null },
    downstream: behind.receivers,
    ended: stop.unlessStopped(Promise.race([started.ended, ...behind.ended])),
    stop: stop.stop,
  }
}
