import type { CapacityAim, CapacityTrial } from '../../model/capacity.ts'
import type { Case, ExperimentPlan, PlannedRun } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import { createRandom, hash32, shuffle } from '../../workload/random.ts'
import { planTrial } from '../plan.ts'
import { caseAt, type DigestOf } from './caseAt.ts'
import { type FindingsOf, Search } from './search.ts'

/** What is to be run next. */
export interface Turn {
  readonly search: Search
  readonly load: number
  readonly seconds: number
  readonly testCase: Case
  readonly run: PlannedRun
}

const ORDER = 0x63617061

/**
 * The trials of an experiment in their order: every case on clone after clone; the searches of one round take turns, so that what changes over time
 * changes for all of them. The same results give the same course, so that one can be taken up where it was left.
 */
export class Course {
  readonly #plan: ExperimentPlan
  readonly #aim: CapacityAim
  readonly #digestOf: DigestOf
  readonly #findingsOf: FindingsOf
  readonly #searches: Search[] = []
  readonly #open: Iterator<Search>
  #taken = 0
  /** By case at a load. */
  readonly #takenOf = new Map<string, number>()

  constructor(plan: ExperimentPlan, aim: CapacityAim, digestOf: DigestOf, findingsOf: FindingsOf) {
    this.#plan = plan
    this.#aim = aim
    this.#digestOf = digestOf
    this.#findingsOf = findingsOf
    this.#open = this.#inTurn()
  }

  /** Those that have begun. */
  get searches(): readonly Search[] {
    return this.#searches
  }

  /** Trials with a result. */
  get taken(): number {
    return this.#taken
  }

  /** null = every search is at its end. What was asked for before must have its result. */
  next(): Turn | null {
    const found = this.#open.next()
    if (found.done) return null
    const search = found.value
    const step = search.next()
    if (step.kind === 'done') return this.next()
    const { load, seconds } = step
    const testCase = caseAt(search.subject, this.#aim, load, seconds, this.#digestOf)
    const execution = (this.#takenOf.get(testCase.id) ?? 0) + 1
    const place = { caseId: testCase.id, position: this.#taken, clone: search.clone, execution }
    return { search, load, seconds, testCase, run: planTrial(this.#plan, place) }
  }

  take({ search, load, seconds, run }: Turn, result: RunResult): CapacityTrial {
    this.#taken++
    this.#takenOf.set(run.caseId, run.execution)
    return search.take({ load, seconds }, result)
  }

  *#inTurn(): Generator<Search> {
    const { cases, seed } = this.#plan
    for (let clone = 0; clone < this.#aim.clones; clone++) {
      const order = shuffle([...cases], createRandom(hash32(seed, ORDER, clone)))
      const round = order.map(subject => new Search(subject, clone, this.#aim, this.#findingsOf))
      this.#searches.push(...round)
      for (let open = round; open.length > 0; open = open.filter(search => search.isOpen)) yield* open
    }
  }
}
