import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { Case, PlannedRun } from '../model/experiment.ts'
import type { Protocol, Scenario } from '../model/scenario.ts'
import { type StartedBuiltin, startBuiltin } from './builtin.ts'
import { startCommand } from './command.ts'
import { type Entries, entries as ownEntries } from './entries.ts'
import { spawnGenerator } from './generatorProcess.ts'
import { type Guarded, untilLost } from './guarded.ts'
import { reservePorts } from './ports.ts'

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
      : await startOwn(guarded, common, scenario.sut.start)
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
      return { protocol, started: await startBuiltin(guarded, { ...start, id, protocol, seed: run.seed }) }
    }),
  )
  const running = settled.filter(each => each.status === 'fulfilled').map(each => each.value)
  const stopAll = stopOnce(() => stopBuiltins(running.map(({ started }) => started)))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) {
    await stopAll.stop()
    throw failed.reason
  }
  const find = (protocol: Protocol) => running.find(each => each.protocol === protocol)?.started
  const fhir = find('fhir')
  return {
    mllp: find('mllp')?.endpoint ?? null,
    fhir: fhir === undefined ? null : { ...fhir.endpoint, basePath: scenario.sut.fhirBasePath },
    startMs: performance.now() - begin,
    arrivals: { mllp: find('mllp')?.arrivalsFile ?? null, fhir: fhir?.arrivalsFile ?? null },
    ended: stopAll.unlessStopped(Promise.race([untilLost(guarded), ...running.map(({ started }) => started.ended)])),
    stop: stopAll.stop,
  }
}

/** Stops all of them whatever happens to one. */
async function stopBuiltins(started: readonly StartedBuiltin[]): Promise<void> {
  const settled = await Promise.allSettled(started.map(each => each.stop()))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function startOwn(guarded: Guarded, start: TargetStart, command: string): Promise<RunningTarget> {
  const begin = performance.now()
  const { run, scenario, folder, signal, nextId } = start
  const protocols = protocolsOf(scenario)
  const started = await startCommand(guarded, {
    sut: { ...scenario.sut, start: command },
    protocols,
    runId: run.id,
    folder,
    nextId: () => nextId('sut'),
    signal,
  })
  const stop = stopOnce(async () => void (await guarded.end(started.id)))
  return {
    mllp: protocols.includes('mllp') ? started.mllp : null,
    fhir: protocols.includes('fhir') ? { ...started.fhir, basePath: scenario.sut.fhirBasePath } : null,
    startMs: performance.now() - begin,
    arrivals: { mllp: null, fhir: null },
    ended: stop.unlessStopped(started.ended),
    stop: stop.stop,
  }
}

/** A stop that is done once, and an end that only counts when it came first. */
function stopOnce(action: () => Promise<void>) {
  let stopping: Promise<void> | undefined
  return {
    stop: () => (stopping ??= action()),
    unlessStopped: (ended: Promise<string>) =>
      new Promise<string>(resolve => void ended.then(reason => stopping === undefined && resolve(reason))),
  }
}
