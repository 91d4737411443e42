import { mkdirSync } from 'node:fs'
import type { CheckResult, Clone, ProvisionContext, Provisioner } from '../../model/environment.ts'
import type { NetnsEnvironment } from '../../model/netns.ts'
import type { Scenario } from '../../model/scenario.ts'
import { type Entries, entries as ownEntries } from '../entries.ts'
import { EnvironmentError } from '../error.ts'
import { spawnGenerator } from '../generatorProcess.ts'
import type { Guarded } from '../guarded.ts'
import type { Place } from '../place.ts'
import { proveSite } from './checks/prove.ts'
import { hospitalsBeside } from './drills/additionsOf.ts'
import { drillsOf } from './drills/drillsOf.ts'
import { watchGateways } from './gateways.ts'
import { upCommand } from './keep/upCommand.ts'
import { readLimited, readLinks } from './links.ts'
import { survey } from './mechanism.ts'
import { originOf } from './origin.ts'
import { preflightNetns } from './preflight.ts'
import { openProbes, type Probes } from './probe/probes.ts'
import { buildSite, type Site } from './site.ts'
import { startTargets } from './startTargets.ts'
import { TARGET_PORTS } from './targetPorts.ts'
import { topologyOf } from './topologyOf.ts'

/** Clones of networks with real gateways, in namespaces of this machine. */
export function netnsProvisioner(
  guarded: Guarded,
  entries: Pick<Entries, 'target' | 'generator'> = ownEntries,
): Provisioner {
  const proven = new Set<string>()
  return {
    kind: 'netns',
    preflight: preflightNetns,
    async provision(scenario, context) {
      context.signal.throwIfAborted()
      guarded.lost.throwIfAborted()
      const environment = scenario.environment as NetnsEnvironment
      const kind = JSON.stringify(environment)
      const isChecked = environment.checks === 'every' || (environment.checks === 'first' && !proven.has(kind))
      proven.add(kind)
      return await provision(guarded, entries, scenario, context, isChecked)
    },
  }
}

async function provision(
  guarded: Guarded,
  entries: Pick<Entries, 'target' | 'generator'>,
  scenario: Scenario,
  { cloneId, signal }: ProvisionContext,
  isChecked: boolean,
): Promise<Clone> {
  const beganMs = performance.now()
  const environment = scenario.environment as NetnsEnvironment
  const { mechanisms } = await survey()
  const site = await buildSite(guarded, {
    id: `${cloneId}.tree`,
    topology: topologyOf(environment, scenario.load),
    mechanisms,
    gatewayCpus: environment.cpus.gateways,
    signal,
  })
  const provisionMs = performance.now() - beganMs
  try {
    const checks = isChecked ? await check(site, scenario) : []
    return cloneOf(guarded, entries, scenario, cloneId, site, checks, provisionMs)
  } catch (error) {
    await guarded.end(cloneId, 0)
    throw error
  }
}

async function check(site: Site, { environment, seed }: Scenario): Promise<readonly CheckResult[]> {
  const checks = await proveSite(site, seed)
  const failed = checks.filter(({ passed }) => !passed)
  if (failed.length === 0) return checks
  throw new EnvironmentError(
    'provision',
    'environment',
    `${failed.map(({ name, evidence }) => `check ${name} failed: ${evidence}`).join('\n')}\n` +
      `the clone is not what it claims to be, and nothing was loaded; look into one like it by\n${upCommand(environment as NetnsEnvironment, seed)}`,
  )
}

function cloneOf(
  guarded: Guarded,
  entries: Pick<Entries, 'target' | 'generator'>,
  { environment, load, drills = [] }: Scenario,
  id: string,
  site: Site,
  checks: readonly CheckResult[],
  provisionMs: number,
): Clone {
  const { tree, topology } = site
  // Who has no tunnel yet sends nothing.
  const loaded = { ...topology, hospitals: hospitalsBeside(topology, drills) }
  const { cpus, link } = environment as NetnsEnvironment
  const { rateMbit } = link
  let processes = 0
  const nextId = (name: string) => `${id}.${name}-${++processes}`
  let releasing: ReturnType<Clone['release']> | undefined

  const place: Place = {
    enter: (argv, cwd) => tree.enter(topology.application, held(cpus.targets, argv), cwd),
    address: topology.applicationAddress,
    ports: TARGET_PORTS,
    waitReady: (wanted, timeoutMs, signal) => waitReady(openProbes(tree), site, wanted, timeoutMs, signal),
  }

  async function release() {
    const beganMs = performance.now()
    site.gateways.close()
    const leaks = await guarded.end(id, 0)
    return { releaseMs: performance.now() - beganMs, leaks }
  }

  return {
    id,
    provisionMs,
    network: { ...site.facts, checks },
    watchGateways: () => watchGateways(topology, tree, site.gateways.heard),
    readLinks: () => readLinks(topology, tree),
    ...(rateMbit !== null && { limit: { rateMbit, read: () => readLimited(topology, tree) } }),
    ...(drills.length > 0 && { drills: drillsOf(site, drills) }),
    start(run, { scenario }, folder, signal) {
      signal.throwIfAborted()
      mkdirSync(folder, { recursive: true })
      return startTargets(
        guarded,
        {
          ...{ run, scenario, folder, signal, place, entry: entries.target },
          nextId: name => nextId(`${run.id}-${name}`),
        },
        { topology, enter: (host, argv, cwd) => tree.enter(host, held(cpus.targets, argv), cwd) },
      )
    },
    spawnGenerator(loadIndex, index = 0) {
      const { host, paths } = originOf(loaded, load[loadIndex]!, index)
      const enter: Place['enter'] = (argv, cwd) => tree.enter(host, held(cpus.generators, argv), cwd)
      return spawnGenerator(guarded, nextId(`generator-${loadIndex}`), entries.generator, enter, paths)
    },
    release: () => (releasing ??= release()),
  }
}

const held = (cpus: string | null, argv: readonly string[]): readonly string[] =>
  cpus === null ? argv : ['taskset', '-c', cpus, ...argv]

/** As seen by the first hospital: what it can reach, others can. */
async function waitReady(
  probes: Probes,
  { topology }: Site,
  wanted: Parameters<Place['waitReady']>[0],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return await probes.waitReady(topology.hospitals[0]!.host, wanted, timeoutMs, signal)
  } finally {
    await probes.close()
  }
}
