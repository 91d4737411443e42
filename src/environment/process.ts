import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { Case, PlannedRun } from '../model/experiment.ts'
import type { Scenario } from '../model/scenario.ts'
import { type Entries, entries as ownEntries } from './entries.ts'
import { spawnGenerator } from './generatorProcess.ts'
import type { Guarded } from './guarded.ts'
import { here } from './place.ts'
import { reservePorts } from './ports.ts'
import { startTarget } from './startTarget.ts'

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
    return await startTarget(guarded, {
      ...{ run, scenario, folder, signal, place: here, entry: entries.target },
      nextId: name => nextId(`${run.id}-${name}`),
    })
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
