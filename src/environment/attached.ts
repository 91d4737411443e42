import { mkdirSync } from 'node:fs'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { AttachedEnvironment, Protocol, Scenario } from '../model/scenario.ts'
import { NO_TOKEN } from '../protocol/smart/problem.ts'
import { type DownstreamStart, startDownstream } from './downstream.ts'
import { type Entries, entries as ownEntries } from './entries.ts'
import { EnvironmentError } from './error.ts'
import { spawnGenerator } from './generatorProcess.ts'
import { type Guarded, untilLost } from './guarded.ts'
import { checkAllowed } from './hosts.ts'
import { authOf } from './loadAuth.ts'
import { materialsOf } from './loadTls.ts'
import { here, waitReached } from './place.ts'
import { ANSWERED } from './ready.ts'
import { probeTls } from './secureReady.ts'
import { stopOnce } from './stopOnce.ts'
import { waysOf } from './ways.ts'

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
    preflight: async scenario => [...preflightAttached(scenario), ...(await preflightTls(scenario))],
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

/** Handshakes with the servers that are up, so that a wrong certificate is told once and not by every run. */
async function preflightTls({ environment, load }: Scenario): Promise<Problem[]> {
  if (environment.kind !== 'attached') return []
  const materials = materialsOf(load)
  const probes = load.map(async ({ protocol }, index): Promise<Problem[]> => {
    const [endpoint, material] = [environment[protocol], materials[index]!]
    if (endpoint === null || material === null) return []
    const probe = await probeTls(endpoint, material, AbortSignal.timeout(LONGEST_ANSWER_MS))
    if (probe.isOpen || !probe.hasConnected) return []
    const { what, remedy } = probe.problem
    return [{ what: `no TLS with ${protocol} ${endpoint.host}:${endpoint.port}: ${what}`, remedy }]
  })
  return (await Promise.all(probes)).flat()
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
  const tls = materialsOf(scenario.load)
  const auth = authOf(scenario)
  mkdirSync(folder, { recursive: true })
  const behind = await startDownstream(guarded, start)
  const stopping = stopOnce(() => behind.stop())
  const missing = await waitReached(
    { mllp, fhir, ways: waysOf(scenario.load, tls, auth) },
    Math.min(LONGEST_ANSWER_MS, scenario.sut.readyTimeoutMs),
    AbortSignal.any([signal, guarded.lost]),
  ).catch(async (error: unknown) => {
    await stopping.stop()
    throw error
  })
  if (missing !== null) {
    await stopping.stop()
    throw new EnvironmentError('start', 'target', unreadyText(missing))
  }
  return {
    mllp,
    fhir,
    tls,
    auth,
    startMs: performance.now() - begin,
    arrivals: { mllp: null, fhir: null },
    downstream: behind.receivers,
    ended: stopping.unlessStopped(Promise.race([untilLost(guarded), ...behind.ended])),
    stop: stopping.stop,
  }
}

/** That no token was had says itself what to do. */
function unreadyText(missing: string): string {
  if (missing.includes(NO_TOKEN)) return missing
  return missing.includes(ANSWERED)
    ? `the attached server is not ready (${missing}); where it does not answer, start it, or check host, port and firewall`
    : `the attached server does not answer (${missing}); start it, or check host, port, path and firewall`
}
