import { performance } from 'node:perf_hooks'
import type { Clone, Provisioner } from '../model/environment.ts'
import type { ArmName, Case, ComparisonStage, ExperimentPlan, PlannedRun } from '../model/experiment.ts'
import type { Tick } from '../model/generator.ts'
import type { RunResult, Stage } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import type { LoadContent } from '../scenario/content.ts'
import { asFailure } from './failure.ts'
import { performRun, type RunOptions } from './run.ts'
import { freshRunFolder } from './runFolder.ts'
import { Schedule } from './schedule.ts'

export interface PerformOptions {
  readonly plan: ExperimentPlan
  /** Valid runs wanted per case; with two arms, valid pairs, in each stage. */
  readonly wanted: number
  /** Results of an earlier session of this experiment: their runs are not repeated. */
  readonly finished: readonly RunResult[]
  /** A case as one arm of the plan runs it. */
  readonly armed: (testCase: Case, arm: ArmName) => Case
  /** Asked once stage 1 is complete: whether fresh runs are needed to confirm what it suspects. A pure function of the results. */
  readonly needsConfirmation: (results: readonly RunResult[]) => boolean
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  readonly provisioner: Provisioner
  /** Folder of the experiment. */
  readonly folder: string
  readonly hooks: (run: PlannedRun, clone: Clone) => RunOptions['hooks']
  /** Ends the experiment at once; `perform` rejects with its reason. */
  readonly signal: AbortSignal
  /**
   * No run begins that, going by the longest one so far, would not end by then, ms on `performance.now`; null = no limit. The first
   * begins in any case, so that who resumes again and again comes to an end.
   */
  readonly deadlineMs: number | null
  /** Asked after each run: true ends the experiment in good order. */
  readonly endsEarly: (result: RunResult) => boolean
  readonly observer: Observer
}

/** A run that ends in one of these did not get as far as a load. */
export const BEFORE_LOAD: ReadonlySet<Stage> = new Set(['provision', 'prepare', 'start', 'connect'])

/** Told what happens, in order. Promises are waited for: a result is on disk before the next run begins. */
export interface Observer {
  planned(runs: readonly PlannedRun[]): void
  started(run: PlannedRun): void
  ticked(run: PlannedRun, load: Load, tick: Tick): void
  finished(result: RunResult): Promise<void>
}

export interface Performed {
  readonly results: readonly RunResult[]
  readonly runs: readonly PlannedRun[]
  /** What could not be removed. */
  readonly leaks: readonly string[]
  readonly stopped: 'complete' | 'deadline' | 'early' | 'hopeless' | 'replacements-used-up'
}

/** Performs stage 1 of the plan and, where it suspects a difference, stage 2. */
export async function perform(options: PerformOptions): Promise<Performed> {
  const session = new Session(options)
  await session.performStage(1)
  if (session.needsConfirmation()) await session.performStage(2)
  return session.end()
}

class Session {
  readonly #options: PerformOptions
  readonly #results: RunResult[]
  readonly #schedule: Schedule
  readonly #leaks: string[] = []
  readonly #cases: ReadonlyMap<string, Case>
  #longestMs = 0
  #stopped: Performed['stopped'] | null = null
  #isShort = false

  constructor(options: PerformOptions) {
    this.#options = options
    this.#results = [...options.finished]
    this.#cases = new Map(options.plan.cases.map(each => [each.id, each]))
    this.#schedule = new Schedule(options.plan, options.wanted)
  }

  /** Block by block, then replaces what does not count. */
  async performStage(stage: ComparisonStage): Promise<void> {
    const { finished, observer } = this.#options
    if (stage === 2) observer.planned(this.#schedule.planConfirmation())
    observer.planned(this.#schedule.planAgain(stage, finished))
    await this.#performBlocks(this.#schedule.blocksOf(stage))
    while (this.#stopped === null && this.#schedule.isShort(stage, this.#results)) {
      const block = this.#schedule.replace(stage)
      this.#isShort ||= block === null
      if (block === null) return
      observer.planned(block)
      await this.#performBlocks([block])
    }
  }

  needsConfirmation(): boolean {
    return this.#stopped === null && this.#options.needsConfirmation(this.#results.filter(({ run }) => run.stage === 1))
  }

  /** As many blocks at once as the environment declares; each case's environment is that of the scenario. */
  async #performBlocks(blocks: readonly (readonly PlannedRun[])[]): Promise<void> {
    const queue = blocks.map(block => block.filter(run => !this.#isDone(run))).filter(block => block.length > 0)
    const parallel = this.#options.plan.cases[0]!.scenario.environment.parallel
    const worker = async () => {
      try {
        for (let block = queue.shift(); block !== undefined && this.#stopped === null; block = queue.shift())
          await this.#performBlock(block)
      } catch (error) {
        // The experiment is over: what is measured beside comes to its end, nothing new begins.
        queue.length = 0
        throw error
      }
    }
    const workers = await Promise.allSettled(Array.from({ length: Math.min(parallel, queue.length) }, worker))
    const failed = workers.find(each => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  end(): Performed {
    return {
      results: this.#results,
      runs: this.#schedule.runs,
      leaks: this.#leaks,
      stopped: this.#stopped ?? (this.#isShort ? 'replacements-used-up' : 'complete'),
    }
  }

  /** Cases whose environment is the same share the block's clone; all clones are released after the block's last run. */
  async #performBlock(block: readonly PlannedRun[]): Promise<void> {
    const clones = new Map<string, Clone>()
    try {
      for (const [place, run] of block.entries()) {
        if (this.#isOutOfTime()) return
        const beganMs = performance.now()
        this.#options.observer.started(run)
        const result = await this.#performRun(run, clones)
        const isLast = place === block.length - 1
        await this.#finish(isLast ? withRelease(result, await this.#releaseAll(clones)) : result)
        this.#longestMs = Math.max(this.#longestMs, performance.now() - beganMs)
      }
    } finally {
      await this.#releaseAll(clones)
    }
  }

  async #performRun(run: PlannedRun, clones: Map<string, Clone>): Promise<RunResult> {
    const { folder, signal, contents, observer, hooks } = this.#options
    let ownFolder: string
    let clone: Clone
    try {
      ownFolder = freshRunFolder(folder, run)
      clone = await this.#cloneFor(run, clones)
    } catch (error) {
      signal.throwIfAborted()
      return failedToProvision(run, error)
    }
    return performRun({
      run,
      testCase: this.#caseOf(run),
      contents: contents.get(run.caseId)!,
      clone,
      folder: ownFolder,
      hooks: hooks(run, clone),
      signal,
      onTick: (load, tick) => observer.ticked(run, load, tick),
    })
  }

  async #cloneFor(run: PlannedRun, clones: Map<string, Clone>): Promise<Clone> {
    const { provisioner, plan, signal } = this.#options
    const { scenario } = this.#caseOf(run)
    const environment = JSON.stringify(scenario.environment)
    const existing = clones.get(environment)
    if (existing !== undefined) return existing
    const number = run.block * this.#cases.size * plan.arms.length + clones.size + 1
    const cloneId = `c${String(number).padStart(4, '0')}`
    const clone = await provisioner.provision(scenario, { experimentId: plan.id, cloneId, signal })
    clones.set(environment, clone)
    return clone
  }

  #caseOf({ caseId, arm }: PlannedRun): Case {
    return this.#options.armed(this.#cases.get(caseId)!, arm)
  }

  async #releaseAll(clones: Map<string, Clone>): Promise<number> {
    let releaseMs = 0
    for (const [environment, clone] of clones) {
      const report = await clone.release()
      clones.delete(environment)
      releaseMs += report.releaseMs
      this.#leaks.push(...report.leaks)
    }
    return releaseMs
  }

  async #finish(result: RunResult): Promise<void> {
    this.#results.push(result)
    await this.#options.observer.finished(result)
    if (this.#isHopeless(result)) this.#stopped = 'hopeless'
    if (this.#options.endsEarly(result)) this.#stopped = 'early'
  }

  /** The first run did not get as far as a load: the others would not either. */
  #isHopeless(result: RunResult): boolean {
    return this.#results.length === 1 && result.state === 'failed' && BEFORE_LOAD.has(result.stage)
  }

  #isDone(run: PlannedRun): boolean {
    return this.#results.some(result => result.run.id === run.id)
  }

  #isOutOfTime(): boolean {
    const { deadlineMs, signal } = this.#options
    signal.throwIfAborted()
    const hasMeasured = this.#longestMs > 0
    if (
      this.#stopped === null &&
      hasMeasured &&
      deadlineMs !== null &&
      performance.now() + this.#longestMs > deadlineMs
    )
      this.#stopped = 'deadline'
    return this.#stopped !== null
  }
}

/** The result of a run that had no clone. */
export function failedToProvision(run: PlannedRun, error: unknown): RunResult {
  const { stage, fault, message } = asFailure(error, 'provision', 'environment')
  const timings = { provisionMs: null, startMs: null, releaseMs: null, wholeMs: 0 }
  return {
    run,
    startedAt: new Date().toISOString(),
    cloneId: null,
    timings,
    state: 'failed',
    stage,
    error: message,
    fault,
  }
}

function withRelease(result: RunResult, releaseMs: number): RunResult {
  return { ...result, timings: { ...result.timings, releaseMs: (result.timings.releaseMs ?? 0) + releaseMs } }
}
