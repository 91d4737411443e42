import { mkdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { CapacityAim, CapacitySearch, CapacityTrial } from '../../model/capacity.ts'
import type { Clone } from '../../model/environment.ts'
import type { Case, PlannedRun } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import { createRandom, hash32, shuffle } from '../../workload/random.ts'
import { BEFORE_LOAD, failedToProvision, type Performed, type PerformOptions } from '../perform.ts'
import { planTrial } from '../plan.ts'
import { performRun, runFolder } from '../run.ts'
import type { Conductor } from '../session.ts'
import { caseAt, type DigestOf } from './caseAt.ts'
import { Search, secondsLeft } from './search.ts'

export interface CapacityConductor extends Conductor {
  /** As far as they got. */
  readonly searches: readonly CapacitySearch[]
  /** What is missing when time ran out, ms by what trials took so far. */
  readonly missingMs: () => number
}

export interface CapacityOptions {
  readonly aim: CapacityAim
  readonly digestOf: DigestOf
  /** Told before the result is handed over. */
  readonly tried: (subject: Case, trial: CapacityTrial) => void
}

const ORDER = 0x63617061

/** Searches the capacity of every case of a plan, on clone after clone; the searches of one round take turns, trial by trial. */
export function capacityConductor(options: CapacityOptions): CapacityConductor {
  const cases = new Map<string, Case>()
  const rounds: Search[][] = []
  const spent = { trialMs: 0, wholeMs: 0 }
  let subjects = 0
  return {
    get searches() {
      return rounds.flat().map(({ outcome }) => outcome)
    },
    missingMs() {
      const begun = rounds.flat()
      const ofBegun = begun.reduce((sum, search) => sum + (search.hasFailed ? 0 : search.secondsLeft()), 0)
      const typical = begun.flatMap(({ outcome: { lower } }) => lower ?? [])[0]
      const notBegun = subjects * options.aim.clones - begun.length
      const seconds = ofBegun + notBegun * secondsLeft(options.aim, [], typical)
      return seconds * 1000 * (spent.trialMs === 0 ? 1 : spent.wholeMs / spent.trialMs)
    },
    caseOf: ({ caseId }) => cases.get(caseId)!,
    perform(session) {
      subjects = session.plan.cases.length
      return new Rounds(options, session, cases, rounds, spent).perform()
    },
  }
}

class Rounds {
  readonly #options: CapacityOptions
  readonly #session: PerformOptions
  readonly #cases: Map<string, Case>
  readonly #rounds: Search[][]
  readonly #spent: { trialMs: number; wholeMs: number }
  readonly #results: RunResult[] = []
  readonly #leaks: string[] = []
  #clonesMade = 0
  #stopped: Performed['stopped'] | null = null

  constructor(
    options: CapacityOptions,
    session: PerformOptions,
    cases: Map<string, Case>,
    rounds: Search[][],
    spent: { trialMs: number; wholeMs: number },
  ) {
    this.#options = options
    this.#session = session
    this.#cases = cases
    this.#rounds = rounds
    this.#spent = spent
  }

  async perform(): Promise<Performed> {
    const { plan } = this.#session
    const { aim } = this.#options
    for (let clone = 0; clone < aim.clones && this.#stopped === null; clone++) {
      const order = shuffle([...plan.cases], createRandom(hash32(plan.seed, ORDER, clone)))
      const round = order.map(subject => new Search(subject, clone, aim))
      this.#rounds.push(round)
      await this.#performRound(round)
    }
    const runs = this.#results.map(({ run }) => run)
    return { results: this.#results, runs, leaks: this.#leaks, stopped: this.#stopped ?? 'complete' }
  }

  async #performRound(round: readonly Search[]): Promise<void> {
    const clones = new Map<Search, Held>()
    try {
      // Each takes its turn, so that what changes over time changes for all of them.
      for (let open = round; open.length > 0 && this.#stopped === null; open = open.filter(isOpen))
        for (const search of open) await this.#takeTurn(search, clones)
    } finally {
      for (const search of round) if (isOpen(search)) search.cutShort()
      for (const { clone } of clones.values()) await this.#release(clone)
    }
  }

  async #takeTurn(search: Search, clones: Map<Search, Held>): Promise<void> {
    const step = search.next()
    if (step.kind === 'done' || this.#isOutOfTime(search.subject, step.seconds)) return
    const { plan, observer } = this.#session
    const { aim, digestOf, tried } = this.#options
    const testCase = caseAt(search.subject, aim, step.load, step.seconds, digestOf)
    const run = planTrial(plan, this.#results.length, search.clone, testCase.id)
    this.#cases.set(testCase.id, testCase)
    observer.planned([run])
    observer.started(run)
    const beganMs = performance.now()
    const result = await this.#run(run, testCase, search, clones)
    this.#spent.wholeMs += performance.now() - beganMs
    this.#spent.trialMs += 1000 * step.seconds
    this.#results.push(result)
    const trial = search.take(step, result)
    tried(search.subject, trial)
    await observer.finished(result)
    if (this.#isHopeless(result)) this.#stopped = 'hopeless'
  }

  async #run(run: PlannedRun, testCase: Case, search: Search, clones: Map<Search, Held>): Promise<RunResult> {
    const { folder, signal, contents, observer, hooks } = this.#session
    const ownFolder = runFolder(folder, run)
    let clone: Clone
    try {
      mkdirSync(ownFolder, { recursive: true })
      clone = await this.#cloneFor(testCase, search, clones)
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
  async #cloneFor({ scenario }: Case, search: Search, clones: Map<Search, Held>): Promise<Clone> {
    const environment = JSON.stringify(scenario.environment)
    const held = clones.get(search)
    if (held?.environment === environment) return held.clone
    clones.delete(search)
    if (held !== undefined) await this.#release(held.clone)
    const { provisioner, plan, signal } = this.#session
    const cloneId = `c${String(++this.#clonesMade).padStart(4, '0')}`
    const clone = await provisioner.provision(scenario, { experimentId: plan.id, cloneId, signal })
    clones.set(search, { environment, clone })
    return clone
  }

  async #release(clone: Clone): Promise<void> {
    this.#leaks.push(...(await clone.release()).leaks)
  }

  /** The first trial did not get as far as a load: the others would not either. */
  #isHopeless(result: RunResult): boolean {
    return this.#results.length === 1 && result.state === 'failed' && BEFORE_LOAD.has(result.stage)
  }

  /** Going by what trials took beyond their length so far. The first begins in any case. */
  #isOutOfTime({ scenario }: Case, seconds: number): boolean {
    const { deadlineMs, signal } = this.#session
    signal.throwIfAborted()
    if (deadlineMs !== null && this.#results.length > 0) {
      const { wholeMs, trialMs } = this.#spent
      const around = Math.max(scenario.phases.warmupMs, (wholeMs - trialMs) / this.#results.length)
      if (performance.now() + 1000 * seconds + around > deadlineMs) this.#stopped = 'deadline'
    }
    return this.#stopped !== null
  }
}

interface Held {
  readonly environment: string
  readonly clone: Clone
}

const isOpen = (search: Search): boolean => !search.hasFailed && search.next().kind !== 'done'
