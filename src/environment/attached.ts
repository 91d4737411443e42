import { mkdirSync } from 'node:fs'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { AttachedEnvironment, Protocol, Scenario } from '../model/scenario.ts'
import { type DownstreamStart, startDownstream } from './downstream.ts'
import { type Entries, entries as ownEntries } from './entries.ts'
import { EnvironmentError } from './error.ts'
import { spawnGenerator } from './generatorProcess.ts'
import { type Guarded, untilLost } from './guarded.ts'
import { checkAllowed } from './hosts.ts'
import { here } from './place.ts'
import { fhirReady, mllpReady, waitReady } from './ready.ts'
import { stopOnce } from './stopOnce.ts'

/** Servers of someone else's are there already, so one answer is all that is waited for. */
const LONGEST_ANSWER_MS = 5_000

/**
 * Servers that someone else owns: loaded where `allowHosts` lets them be, never started, stopped or deleted.
 * Their record of arrivals cannot be read.
 */
export function attachedProvisioner(
  guarded: Guarded,
  entries: Pick<Entries, 'target' | 'generator'> = ownEntries,
): Provisioner {
  return {
    kind: 'attached',
    preflight: async scenario => preflightAttached(scenario),
    async provision(_scenario, { cloneId, signal }) {
      signal.throwIfAborted()
      return attachedClone(guarded, cloneId, entries)
    },
  }
}

/** What forbids loading the servers of a scenario. */
export function preflightAttached({ environment, allowHosts, load }: Scenario): Problem[] {
  if (environment.kind !== 'attached') return []
  const protocols = [...new Set(load.map(({ protocol }) => protocol))]
  return protocols.flatMap(protocol => {
    const endpoint = environment[protocol]
    if (endpoint === null) return [missingEndpoint(protocol)]
    return checkAllowed(endpoint.host, allowHosts) ?? []
  })
}

const missingEndpoint = (protocol: Protocol): Problem => ({
  what: `the load speaks ${protocol.toUpperCase()}, and the environment names no server for it`,
  remedy: `add environment.${protocol} with host and port`,
})

function attachedClone(guarded: Guarded, id: string, entries: Pick<Entries, 'target' | 'generator'>): Clone {
  let processes = 0
  const nextId = (name: string) => `${id}.${name}-${++processes}`
  let releasing: ReturnType<Clone['release']> | undefined

  async function release() {
    const begin = performance.now()
    const leaks = await guarded.end(id)
    return { releaseMs: performance.now() - begin, leaks }
  }

  return {
    id,
    provisionMs: 0,
    start: (run, { scenario }, folder, signal) =>
      startAttached(guarded, {
        ...{ scenario, place: here, seed: run.seed, folder, entry: entries.target, nextId, signal },
      }),
    spawnGenerator: load => spawnGenerator(guarded, nextId(`generator-${load}`), entries.generator),
    release: () => (releasing ??= release()),
  }
}

/** What they forward to is ours: it must listen before they are asked whether they are ready. */
async function startAttached(guarded: Guarded, start: DownstreamStart): Promise<RunningTarget> {
  const { scenario, signal, folder } = start
  const begin = performance.now()
  const problem = preflightAttached(scenario)[0]
  if (problem !== undefined) throw new EnvironmentError('start', 'environment', `${problem.what}; ${problem.remedy}`)
  const { mllp, fhir } = scenario.environment as AttachedEnvironment
  const isUsed = (protocol: Protocol) => scenario.load.some(load => load.protocol === protocol)
  mkdirSync(folder, { recursive: true })
  const behind = await startDownstream(guarded, start)
  const stopping = stopOnce(() => behind.stop())
  const checks = [
    ...(mllp !== null && isUsed('mllp') ? [mllpReady(mllp)] : []),
    ...(fhir !== null && isUsed('fhir') ? [fhirReady(fhir)] : []),
  ]
  const missing = await waitReady(
    checks,
    Math.min(LONGEST_ANSWER_MS, scenario.sut.readyTimeoutMs),
    AbortSignal.any([signal, guarded.lost]),
  )
  if (missing !== null) {
    await stopping.stop()
    throw new EnvironmentError(
      'start',
      'target',
      `the attached server does not answer (${missing}); start it, or check host, port, path and firewall`,
    )
  }
  return {
    mllp,
    fhir,
    startMs: performance.now() - begin,
    arrivals: { mllp: null, fhir: null },
    downstream: behind.receivers,
    ended: stopping.unlessStopped(Promise.race([untilLost(guarded), ...behind.ended])),
    stop: stopping.stop,
  }
}
