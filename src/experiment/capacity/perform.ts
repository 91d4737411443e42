import { performance } from 'node:perf_hooks'
import type { CapacityAim, CapacitySearch, CapacityTrial } from '../../model/capacity.ts'
import type { Clone } from '../../model/environment.ts'
import type { Case, ExperimentPlan } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import { BEFORE_LOAD, failedToProvision, type Performed, type PerformOptions } from '../perform.ts'
import { performRun } from '../run.ts'
import { freshRunFolder } from '../runFolder.ts'
import type { Conductor } from '../session.ts'
import type { DigestOf } from './caseAt.ts'
import { Course, type Turn } from './course.ts'
import { type FindingsOf, type Search, secondsLeft } from './search.ts'

export interface CapacityConductor extends Conductor {
  /** As far as they got. */
  readonly searches: readonly CapacitySearch[]
  /** What is missing to the end of all searches, ms by what trials took so far; 0 = nothing. */
  readonly missingMs: () => number
}

export interface CapacityOptions {
  readonly plan: ExperimentPlan
  readonly aim: CapacityAim
  readonly digestOf: DigestOf
  readonly findingsOf: FindingsOf
  /** Results of earlier sessions, in their order: their trials are not repeated. */
  readonly finished: readonly RunResult[]
  /** Told before the result is handed over. */
  readonly tried: (subject: Case, trial: CapacityTrial) => void
}

/**
 * Searches the capacity of every case of a plan, from the trials on record on. @throws RangeError when those do not follow from the plan, such as
 * where another version searched in another way
 */
export function capacityConductor(options: CapacityOptions): CapacityConductor {
  const { plan, aim, digestOf, findingsOf, finished } = options
  const course = new Course(plan, aim, digestOf, findingsOf)
  const ledger: Ledger = { cases: new Map(), trialMs: 0, wholeMs: 0 }
  for (const result of finished) replay(course, ledger, result)
  return {
    get searches() {
      return course.searches.map(({ outcome }) => outcome)
    },
    missingMs() {
      const begun = course.searches
      const ofBegun = begun.reduce((sum, search) => sum + (search.hasFailed ? 0 : search.secondsLeft()), 0)
      const typical = begun.flatMap(({ outcome: { lower } }) => lower ?? [])[0]
      const notBegun = plan.cases.length * aim.clones - begun.length
      const seconds = ofBegun + notBegun * secondsLeft(aim, [], typical)
      return seconds * 1000 * (ledger.trialMs === 0 ? 1 : ledger.wholeMs / ledger.trialMs)
    },
    caseOf: ({ caseId }) => ledger.cases.get(caseId)!,
    perform: session => new Trials(options, session, course, ledger).perform(),
  }
}

/** What is known of all trials, those of earlier sessions included. */
interface Ledger {
  readonly cases: Map<string, Case>
  trialMs: number
  wholeMs: number
}

function replay(course: Course, ledger: Ledger, result: RunResult): void {
  const turn = course.next()
  if (turn === null || turn.run.id !== result.run.id || turn.testCase.id !== result.run.caseId)
    throw new RangeError(`${result.run.id} ${result.run.caseId} does not follow from the trials before it`)
  ledger.cases.set(turn.testCase.id, turn.testCase)
  ledger.trialMs += 1000 * turn.seconds
  ledger.wholeMs += result.timings.wholeMs
  course.take(turn, result)
}

/** Those of one session. */
class Trials {
  readonly #options: CapacityOptions
  readonly #session: PerformOptions
  readonly #course: Course
  readonly #ledger: Ledger
  readonly #results: RunResult[] = []
  readonly #leaks: string[] = []
  readonly #clones = new Map<Search, Held>()
  #clonesMade: number

  constructor(options: CapacityOptions, session: PerformOptions, course: Course, ledger: Ledger) {
    this.#options = options
    this.#session = session
    this.#course = course
    this.#ledger = ledger
    this.#clonesMade = Math.max(0, ...options.finished.map(({ cloneId }) => Number(cloneId?.slice(1) ?? 0)))
  }

  async perform(): Promise<Performed> {
    let stopped: Performed['stopped'] = 'complete'
    try {
      for (let turn = this.#course.next(); turn !== null; turn = this.#course.next()) {
        await this.#releaseBut(turn.search.clone)
        if (this.#isOutOfTime(turn)) stopped = 'deadline'
        else if (this.#isHopeless(await this.#perform(turn))) stopped = 'hopeless'
        if (stopped !== 'complete') break
      }
    } finally {
      await this.#releaseBut(null)
    }
    const runs = this.#results.map(({ run }) => run)
    return { results: this.#results, runs, leaks: this.#leaks, stopped }
  }

  async #perform(turn: Turn): Promise<RunResult> {
    const { observer } = this.#session
    const { run, testCase, search, seconds } = turn
    this.#ledger.cases.set(testCase.id, testCase)
    observer.planned([run])
    observer.started(run)
    const beganMs = performance.now()
    const result = await this.#run(turn)
    this.#ledger.wholeMs += performance.now() - beganMs
    this.#ledger.trialMs += 1000 * seconds
    this.#results.push(result)
    this.#options.tried(search.subject, this.#course.take(turn, result))
    await observer.finished(result)
    return result
  }

  async #run({ run, testCase, search }: Turn): Promise<RunResult> {
    const { folder, signal, contents, observer, hooks } = this.#session
    let ownFolder: string
    let clone: Clone
    try {
      ownFolder = freshRunFolder(folder, run)
      clone = await this.#cloneFor(testCase, search)
    } catch (error) {
      signal.throwIfAborted()
      return failedToProvision(run, error)
    }
    return await performRun({
      ...{ run, testCase, clone, signal, hooks: hooks(run, clone), folder: ownFolder },
      contents: contents.get(search.subject.id)!,
      onTick: (load, tick) => observer.ticked(run, load, tick),
    })
  }

  /** One for the whole search, except where the load searched for is a part of the environment. */
  async #cloneFor({ scenario }: Case, search: Search): Promise<Clone> {
    const environment = JSON.stringify(scenario.environment)
    const held = this.#clones.get(search)
    if (held?.environment === environment) return held.clone
    this.#clones.delete(search)
    if (held !== undefined) await this.#release(held.clone)
    const { provisioner, plan, signal } = this.#session
    const cloneId = `c${String(++this.#clonesMade).padStart(4, '0')}`
    const clone = await provisioner.provision(scenario, { experimentId: plan.id, cloneId, signal })
    this.#clones.set(search, { environment, clone })
    return clone
  }

  /** @param round whose clones are kept; null = none */
  async #releaseBut(round: number | null): Promise<void> {
    for (const [search, { clone }] of this.#clones) {
      if (search.clone === round) continue
      this.#clones.delete(search)
      await this.#release(clone)
    }
  }

  async #release(clone: Clone): Promise<void> {
    this.#leaks.push(...(await clone.release()).leaks)
  }

  /** The first trial did not get as far as a load: the others would not either. */
  #isHopeless(result: RunResult): boolean {
    return this.#course.taken === 1 && result.state === 'failed' && BEFORE_LOAD.has(result.stage)
  }

  /** Going by what trials took beyond their length so far. The first of a session begins in any case. */
  #isOutOfTime({ testCase: { scenario }, seconds }: Turn): boolean {
    const { deadlineMs, signal } = this.#session
    signal.throwIfAborted()
    if (deadlineMs === null || this.#results.length === 0) return false
    const { wholeMs, trialMs } = this.#ledger
    const around = Math.max(scenario.phases.warmupMs, (wholeMs - trialMs) / this.#course.taken)
    return performance.now() + 1000 * seconds + around > deadlineMs
  }
}

interface Held {
  readonly environment: string
  readonly clone: Clone
}
