import { performance } from 'node:perf_hooks'
import { type AuditedLoad, audit } from '../ledger/audit.ts'
import { Fates } from '../ledger/fate.ts'
import type { Audit } from '../model/audit.ts'
import type { Clone, GeneratorProcess, RunningTarget } from '../model/environment.ts'
import type { Case, PlannedRun } from '../model/experiment.ts'
import type { GeneratorPlan, GeneratorResult, Tick } from '../model/generator.ts'
import type { LoadResult, RunResult, Stage } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import type { LoadContent } from '../scenario/content.ts'
import { createIdentity } from '../workload/identity.ts'
import { meanGapMs } from '../workload/messageGap.ts'
import { type ConductedGenerator, conduct } from './conduct.ts'
import { auditedOf } from './digests.ts'
import { type Drilling, drillResults, prepareDrills } from './drills.ts'
import { type Endings, type Progress, watchEndings } from './endings.ts'
import { asFailure, RunFailure } from './failure.ts'
import { type Following, follow } from './follow.ts'
import { watchUse } from './gatewayUse.ts'
import { whyInvalid } from './judge.ts'
import { watchLinks } from './linkTraffic.ts'
import { mergeLoad } from './mergeLoad.ts'
import { populate, populationSeedOf } from './populate.ts'
import { spinShareOf } from './spinShare.ts'
import { eventsOf, isTimed } from './tunnelEvents.ts'

export interface RunOptions {
  readonly run: PlannedRun
  readonly testCase: Case
  /** By load of the case. */
  readonly contents: readonly LoadContent[]
  readonly clone: Clone
  /** Of this run: logs, the receiver's record. */
  readonly folder: string
  /** Commands of the user around the run; each rejects when its command fails. */
  readonly hooks: { prepare(folder: string): Promise<void>; cleanup(folder: string): Promise<void> }
  readonly signal: AbortSignal
  readonly onTick: (load: Load, tick: Tick) => void
}

const TICK_MS = 250

/** One run on a clone: start the target afresh, load it, stop it, audit. A run that cannot be measured is a result too; only an abort throws. */
export async function performRun(options: RunOptions): Promise<RunResult> {
  const beganMs = performance.now()
  const progress = { stage: 'prepare' as Stage, startMs: null as number | null, stopMs: null as number | null }
  const header = {
    run: options.run,
    startedAt: new Date().toISOString(),
    cloneId: options.clone.id,
    ...networkOf(options.clone),
  }
  const timings = () => ({
    provisionMs: options.clone.provisionMs,
    startMs: progress.startMs,
    releaseMs: progress.stopMs,
    wholeMs: performance.now() - beganMs,
  })
  try {
    const measured = await withHooks(options, progress)
    const reasons = whyInvalid(measured.loads, options.testCase.scenario.validity)
    if (reasons.length > 0) return { ...header, timings: timings(), state: 'invalid', reasons, ...measured }
    return { ...header, timings: timings(), state: 'valid', ...measured }
  } catch (error) {
    options.signal.throwIfAborted()
    const { stage, fault, message } = asFailure(error, progress.stage, faultOf(progress.stage))
    return { ...header, timings: timings(), state: 'failed', stage, error: message, fault }
  }
}

/** Whose doing an error is that does not say so itself. */
function faultOf(stage: Stage): RunFailure['fault'] {
  return stage === 'start' ? 'target' : stage === 'provision' ? 'environment' : 'harness'
}

type Measured = Pick<
  Extract<RunResult, { state: 'valid' }>,
  'loads' | 'audit' | 'gateways' | 'links' | 'limited' | 'tunnelEvents' | 'around' | 'drills'
>

async function withHooks(options: RunOptions, progress: Progress): Promise<Measured> {
  await options.hooks.prepare(options.folder)
  let measured: Measured
  try {
    measured = await withTarget(options, progress)
  } catch (error) {
    // The first failure is the one to report.
    await options.hooks.cleanup(options.folder).catch(() => {})
    throw error
  }
  progress.stage = 'cleanup'
  await options.hooks.cleanup(options.folder)
  return measured
}

async function withTarget(options: RunOptions, progress: Progress): Promise<Measured> {
  const { clone, run, testCase, folder, signal } = options
  progress.stage = 'start'
  // Generators take as long to come up as the target: both at once.
  const generators = spawnGenerators(clone, testCase.scenario.load)
  let target: RunningTarget | null = null
  let endings: Endings | null = null
  let drilling: Drilling | null = null
  let use: ReturnType<typeof watchUse> | null = null
  const links = watchLinks(clone, testCase.scenario.phases)
  try {
    drilling = await prepareDrills(options)
    target = await clone.start(run, testCase, folder, signal)
    progress.startMs = target.startMs
    endings = watchEndings(target, signal, progress)
    await Promise.race([drilling.proveClosed(), endings.first])
    await populate(options, target, endings.first)
    const spawned = await generators
    const plans = plansOf(options, target, spawned)
    const watch = clone.watchGateways?.()
    use = watchUse(watch, testCase.scenario.phases)
    const begun = [drilling, use]
    const results = await measure(options, endings.first, spawned, plans, progress, async () => {
      // Connections are open by now: what they took to come about is no part of a message.
      await links.begin()
      for (const { begin } of begun) begin()
    })
    const used = { ...(await use.end()), ...(await links.end()) }
    const performed = await Promise.race([drilling.performed(), endings.first])
    const network = {
      ...used,
      ...(watch && eventsOf(watch.events(), plans, results.results)),
      ...drillResults(performed, plans, results.results),
    }
    const following = followed(options, plans, results.results, target)
    await Promise.race([following?.settle(), endings.first])
    const stopping = performance.now()
    await target.stop()
    progress.stopMs = performance.now() - stopping
    progress.stage = 'audit'
    if (following === null) {
      const drills = drilling.audited(performed)
      return { loads: results.loads, audit: auditRun(options, plans, results.results, target, drills), ...network }
    }
    const audited = following.audit()
    return { loads: following.timed(results.loads), audit: audited, ...network }
  } finally {
    endings?.release()
    use?.cancel()
    links.cancel()
    for (const generator of (await generators.catch(() => [])).flat()) generator.kill()
    await target?.stop()
    await drilling?.end()
  }
}

const networkOf = ({ network }: Clone) => (network === undefined ? {} : { network })

/** As a part of a plan. */
export const pathsOf = ({ paths }: GeneratorProcess) => (paths === undefined ? {} : { paths })

/** As a part of a plan. */
export function authOf({ auth }: RunningTarget, loadIndex: number) {
  const material = auth[loadIndex] ?? null
  return material === null ? {} : { auth: material }
}

function spawnGenerators(clone: Clone, loads: readonly Load[]): Promise<GeneratorProcess[][]> {
  const spawned = Promise.all(
    loads.map((load, index) =>
      Promise.all(Array.from({ length: load.generators }, (_, generator) => clone.spawnGenerator(index, generator))),
    ),
  )
  // The caller looks at it later; a failure until then is not an unhandled one.
  spawned.catch(() => {})
  return spawned
}

function plansOf(
  { run, testCase, contents }: RunOptions,
  target: RunningTarget,
  generators: readonly (readonly GeneratorProcess[])[],
): GeneratorPlan[][] {
  const { load: loads, phases } = testCase.scenario
  const epochMs = Date.now()
  return loads.map((load, loadIndex) => {
    const endpoint = load.from === 'application' ? (target.hospitals?.endpoint ?? null) : target[load.protocol]
    if (endpoint === null) throw new RunFailure('start', 'harness', `the target has no ${load.protocol} endpoint`)
    return Array.from({ length: load.generators }, (_, index) => ({
      load,
      loadIndex,
      index,
      target: { host: endpoint.host, port: endpoint.port },
      ...pathsOf(generators[loadIndex]![index]!),
      basePath: load.protocol === 'fhir' ? (target.fhir?.basePath ?? '') : '',
      tls: target.tls[loadIndex] ?? null,
      ...authOf(target, loadIndex),
      phases,
      seed: run.seed,
      populationSeed: populationSeedOf(testCase.scenario, run),
      runKey: run.key,
      epochMs,
      gapMs: meanGapMs(load, phases),
      content: contents[loadIndex]!.compiled,
      module: contents[loadIndex]!.module,
      tickMs: TICK_MS,
      ...(target.downstream.length > 0 && { followed: true }),
      ...(isTimed(testCase.scenario) && { timed: true }),
      spinShare: spinShareOf(load, loads),
    }))
  })
}

async function measure(
  options: RunOptions,
  endings: Promise<never>,
  generators: readonly (readonly GeneratorProcess[])[],
  plans: readonly (readonly GeneratorPlan[])[],
  progress: Progress,
  onStart: () => Promise<void>,
): Promise<{ loads: LoadResult[]; results: GeneratorResult[][] }> {
  const { scenario } = options.testCase
  progress.stage = 'connect'
  const ready = await Promise.race([connectAll(generators, plans), endings])
  progress.stage = 'warmup'
  const ticks = scenario.load.map(() => [] as Tick[])
  await Promise.race([onStart(), endings])
  const results = await Promise.race([
    Promise.all(
      ready.map((conducted, load) =>
        Promise.all(
          conducted.map(generator =>
            generator.measure(tick => {
              progress.stage = tick.phase
              ticks[load]!.push(tick)
              options.onTick(scenario.load[load]!, tick)
            }),
          ),
        ),
      ),
    ),
    endings,
  ])
  const loads = results.map((result, load) =>
    mergeLoad(scenario.load[load]!, result, ticks[load]!, scenario.validity.maxLagShare, scenario.phases),
  )
  return { loads, results }
}

function connectAll(
  generators: readonly (readonly GeneratorProcess[])[],
  plans: readonly (readonly GeneratorPlan[])[],
): Promise<ConductedGenerator[][]> {
  return Promise.all(
    plans.map((shares, load) => Promise.all(shares.map((plan, index) => conduct(generators[load]![index]!, plan)))),
  )
}

/** Where the target forwards, its record is that of the receivers behind it. */
function followed(
  { testCase: { scenario }, contents }: RunOptions,
  plans: readonly (readonly GeneratorPlan[])[],
  results: readonly (readonly GeneratorResult[])[],
  target: RunningTarget,
): Following | null {
  return target.downstream.length === 0 ? null : follow({ scenario, plans, results, contents, target })
}

function auditRun(
  { run, contents, testCase }: RunOptions,
  plans: readonly (readonly GeneratorPlan[])[],
  results: readonly (readonly GeneratorResult[])[],
  target: RunningTarget,
  drills: readonly AuditedLoad[],
): Audit {
  const loads = plans.map((shares, loadIndex) => {
    const identity = createIdentity(run.key, loadIndex)
    const facts = {
      seed: run.seed,
      populationSeed: populationSeedOf(testCase.scenario, run),
      runKey: run.key,
      loadIndex,
      epochMs: shares[0]!.epochMs,
      gapMs: shares[0]!.gapMs,
    }
    return {
      fates: results[loadIndex]!.map(result => Fates.decode(result.ledger)),
      identity,
      ...auditedOf(testCase.scenario.load[loadIndex]!, contents[loadIndex]!, facts),
    }
  })
  const toTarget = testCase.scenario.load.filter(({ from }) => from !== 'application')
  const protocols = new Set(toTarget.map(load => load.protocol))
  const files = [...[...protocols].map(protocol => target.arrivals[protocol]), ...(target.hospitals?.arrivals ?? [])]
  return audit([...loads, ...drills], files.includes(null) ? null : files.filter(file => file !== null))
}
