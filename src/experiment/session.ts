import { performance } from 'node:perf_hooks'
import { type Guarded, startGuarded } from '../environment/guarded.ts'
import { runHook } from '../environment/hooks.ts'
import { provisionerFor } from '../environment/provisioner.ts'
import { sweepDead } from '../environment/sweep.ts'
import { providePepper } from '../generator/hash/pepper.ts'
import type { Mask } from '../mask.ts'
import type { Clone, Problem, Provisioner, RunningTarget } from '../model/environment.ts'
import type { ArmName, Case, PlannedRun } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { EnvironmentSpec } from '../model/scenario.ts'
import { appendRow } from '../results/append.ts'
import { environmentIdOf } from '../results/host.ts'
import { maskLogs } from '../results/maskLogs.ts'
import { rowOf } from '../results/row.ts'
import type { LoadContent } from '../scenario/content.ts'
import type { Begun } from './begin.ts'
import { type Observer, type Performed, type PerformOptions, perform } from './perform.ts'
import type { RunOptions } from './run.ts'
import { runFolder } from './runFolder.ts'

/** What the runs need beyond a clone of their own: builds, work trees. */
export interface Prepared {
  /** A case as one arm of the plan runs it. */
  armed(testCase: Case, arm: ArmName): Case
  /** Removes what was made; resolves with what could not be removed. Idempotent. */
  release(): Promise<readonly string[]>
}

export const NOTHING_PREPARED: Prepared = { armed: testCase => testCase, release: async () => [] }

export interface SessionOptions {
  readonly begun: Begun
  /** Valid runs wanted per case; with two arms, valid pairs, in each stage. */
  readonly wanted: number
  /** Makes what the runs need before the first of them; throws when it cannot, and has then removed what it made. */
  readonly prepareArms: (guarded: Guarded, signal: AbortSignal) => Promise<Prepared>
  /** Whether fresh runs are needed to confirm what these, of stage 1, suspect. */
  readonly needsConfirmation: (results: readonly RunResult[]) => boolean
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  /** Commands run before and after each run, or null. */
  readonly prepare: string | null
  readonly cleanup: string | null
  /** No run begins that would not end within this time, ms; null = no limit. */
  readonly maxDurationMs: number | null
  /** Whether this result ends the experiment. */
  readonly endsEarly: (result: RunResult) => boolean
  /** Called with a target left running at the end, until its promise settles; null = nothing is kept. */
  readonly keep: ((target: RunningTarget) => Promise<void>) | null
  /** Absent = the blocks of the plan. */
  readonly conductor?: Conductor
  readonly mask: Mask
  readonly signal: AbortSignal
  readonly observer: Omit<Observer, 'finished'> & { finished(result: RunResult): void; warned(text: string): void }
}

/** What decides which runs come next. */
export interface Conductor {
  perform(options: PerformOptions): Promise<Performed>
  /** The case of a run; one of the plan's, or derived from it. */
  caseOf(run: PlannedRun): Case
  /** What is missing to the end, ms, where runs are planned one by one; absent: all are planned. */
  readonly missingMs?: () => number
}

export interface SessionEnd extends Performed {
  readonly interrupted: boolean
  /** ISO 8601 UTC. */
  readonly startedAt: string
  readonly wholeMs: number
}

/** The environment cannot be had here: every problem, each with its remedy. */
export class PreflightError extends Error {
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ what, remedy }) => `${what}; ${remedy}`).join('\n'))
    this.name = 'PreflightError'
  }
}

/** Performs what is left of an experiment: each result journalled and its row appended before the next run begins. */
export async function performSession(options: SessionOptions): Promise<SessionEnd> {
  const { begun, signal } = options
  const startedAt = new Date().toISOString()
  const beganMs = performance.now()
  const results: RunResult[] = [...begun.finished]
  for (const result of begun.finished) if (!begun.rowed.has(result.run.id)) await record(options, result)
  await sweepDead()
  if (begun.plan.cases.some(hashes) && providePepper(process.env) === 'random')
    options.observer.warned(
      'no HL7BENCH_SECRET_PEPPER is set: records are hashed with a random one that is thrown away',
    )
  const { environment } = begun.plan.cases[0]!.scenario
  const guarded = await startGuarded({ experimentId: begun.plan.id, kind: environment.kind })
  const end = (
    performed: Omit<Performed, 'results' | 'leaks'>,
    leaks: readonly string[],
    interrupted: boolean,
  ): SessionEnd => ({
    ...performed,
    results,
    leaks,
    interrupted,
    startedAt,
    wholeMs: performance.now() - beganMs,
  })
  let performed: Performed | null = null
  let prepared = NOTHING_PREPARED
  const unfinished = new Set(['kept'])
  const maskLogsOf = (runId: string) => maskLogs(runFolder(begun.folder, { id: runId }), options.mask)
  try {
    const provisioner = provisionerFor(environment, guarded)
    prepared = await options.prepareArms(guarded, AbortSignal.any([signal, guarded.lost]))
    const { armed } = prepared
    await preflight(
      provisioner,
      begun.plan.arms.flatMap(({ name }) => begun.plan.cases.map(each => armed(each, name))),
    )
    performed = await conductorOf(options).perform({
      ...options,
      armed,
      plan: begun.plan,
      finished: begun.finished,
      provisioner,
      folder: begun.folder,
      hooks: (run, clone) => hooksOf(options, guarded, prepared, run, clone),
      signal: AbortSignal.any([signal, guarded.lost]),
      deadlineMs: options.maxDurationMs === null ? null : beganMs + options.maxDurationMs,
      observer: {
        ...options.observer,
        started(run) {
          unfinished.add(run.id)
          begun.journal.append({ type: 'started', run })
          options.observer.started(run)
        },
        async finished(result) {
          maskLogsOf(result.run.id)
          unfinished.delete(result.run.id)
          results.push(result)
          begun.journal.append({ type: 'finished', result })
          await record(options, result)
          options.observer.finished(result)
        },
      },
    })
    if (options.keep !== null) await keep(options.keep, provisioner, begun, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    const left = [...(await prepared.release()), ...(await guarded.close())]
    performed = performed && { ...performed, leaks: [...performed.leaks, ...left] }
    for (const runId of unfinished) maskLogsOf(runId)
  }
  return performed === null
    ? end({ runs: begun.plan.runs, stopped: 'early' }, [], true)
    : end({ runs: performed.runs, stopped: performed.stopped }, performed.leaks, false)
}

const hashes = ({ scenario }: Case): boolean =>
  scenario.load.some(load => load.protocol === 'fhir' && load.operations.some(({ kind }) => kind === 'hashedPatients'))

async function preflight(provisioner: Provisioner, cases: readonly Case[]): Promise<void> {
  const problems = (await Promise.all(cases.map(({ scenario }) => provisioner.preflight(scenario)))).flat()
  if (problems.length > 0)
    throw new PreflightError([...new Map(problems.map(problem => [problem.what, problem])).values()])
}

function conductorOf({ conductor, begun }: SessionOptions): Conductor {
  return conductor ?? { perform, caseOf: ({ caseId }) => begun.plan.cases.find(({ id }) => id === caseId)! }
}

async function record(options: SessionOptions, result: RunResult): Promise<void> {
  const { begun, mask, observer } = options
  const testCase = conductorOf(options).caseOf(result.run)
  const { provenance, environmentId, tags, plan } = begun
  const { environment } = testCase.scenario
  const concurrency = environment.parallel
  const { branch, commit, version } = plan.arms.find(({ name }) => name === result.run.arm)!
  const row = rowOf(result, {
    provenance: { ...provenance, branch, commit, version },
    experimentId: plan.id,
    case: testCase,
    environmentId: environmentIdOf(environmentId, environment.kind, topologyOf(environment), provenance.host),
    tags,
    concurrency,
  })
  const { tornFile } = await appendRow(begun.resultsFile, row, mask)
  if (tornFile !== null)
    observer.warned(`the last line of ${begun.resultsFile} was torn by a crash; it was moved to ${tornFile}`)
  begun.journal.append({ type: 'row', run: result.run.id })
}

const topologyOf = (environment: EnvironmentSpec) => (environment.kind === 'netns' ? environment.topology : null)

function hooksOf(
  options: SessionOptions,
  guarded: Guarded,
  { armed }: Prepared,
  run: PlannedRun,
  clone: Clone,
): RunOptions['hooks'] {
  const { prepare, cleanup, signal } = options
  // What a run has made must go whatever ends it; a second interrupt ends the cleanup too.
  const untouched = new AbortController().signal
  const { sut } = armed(conductorOf(options).caseOf(run), run.arm).scenario
  const hook = (stage: 'prepare' | 'cleanup', command: string | null) => async (folder: string) => {
    const own = { stage, command: command ?? '', cloneId: clone.id, runId: run.id, folder, sut, target: null }
    if (command !== null) await runHook(guarded, own, stage === 'cleanup' ? untouched : signal)
  }
  return { prepare: hook('prepare', prepare), cleanup: hook('cleanup', cleanup) }
}

/** Leaves a target as the runs had it, freshly started, until told otherwise. */
async function keep(
  until: NonNullable<SessionOptions['keep']>,
  provisioner: Provisioner,
  begun: Begun,
  signal: AbortSignal,
): Promise<void> {
  const testCase = begun.plan.cases[0]!
  const run = { ...begun.plan.runs[0]!, id: 'kept' }
  const clone = await provisioner.provision(testCase.scenario, { experimentId: begun.plan.id, cloneId: 'kept', signal })
  try {
    const target = await clone.start(run, testCase, runFolder(begun.folder, run), signal)
    await until(target)
    await target.stop()
  } finally {
    await clone.release()
  }
}
