import type { CapacityAim, CapacitySearch, CapacityTrial, SloFindings } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import {
  boundsOf,
  type LoadTrial,
  nextStep,
  type SearchGoal,
  type SearchRange,
  type SearchStep,
} from '../../stats/capacitySearch.ts'
import { lossRatioOf } from './lossRatio.ts'
import { isSustained } from './sustained.ts'

/** Runs that the environment or the harness failed, after which a search is given up. */
const MOST_FAILURES = 3
const MOST_STEPS = 1_000

type Measured = Exclude<RunResult, { state: 'failed' }>

/** Judges a full trial of a case by the SLOs beside its losses. */
export type FindingsOf = (subject: Case, aim: CapacityAim, result: Measured) => SloFindings

const NO_FINDINGS: SloFindings = { missed: [], isUnclear: false }

/** The search for the capacity of one case on one clone. */
export class Search {
  readonly subject: Case
  readonly clone: number
  readonly #aim: CapacityAim
  readonly #findingsOf: FindingsOf
  readonly #trials: CapacityTrial[] = []

  constructor(subject: Case, clone: number, aim: CapacityAim, findingsOf: FindingsOf) {
    this.subject = subject
    this.clone = clone
    this.#aim = aim
    this.#findingsOf = findingsOf
  }

  get hasFailed(): boolean {
    return this.#trials.filter(({ result }) => isFailure(result)).length >= MOST_FAILURES
  }

  /** There is something to try, and sense in it. */
  get isOpen(): boolean {
    return !this.hasFailed && this.next().kind !== 'done'
  }

  /** What to try next. */
  next(): SearchStep {
    return nextStep(rangeOf(this.#aim), goalOf(this.#aim), counted(this.#trials))
  }

  /** A load that the generator, as the limit, did not show to be kept up with counts when it comes twice: chance alone does not bound a search. */
  take({ load, seconds }: { readonly load: number; readonly seconds: number }, result: RunResult): CapacityTrial {
    const { scenario } = this.subject
    const isShort = seconds < this.#aim.trialSeconds
    const isHeld = result.state === 'failed' || isShort || isSustained(result, scenario)
    const isWhole = result.state !== 'failed' && !isShort
    const { missed, isUnclear } = isWhole ? this.#findingsOf(this.subject, this.#aim, result) : NO_FINDINGS
    const losses = result.state === 'failed' ? 1 : lossRatioOf(result, scenario.slo)
    const isMet = losses <= this.#aim.lossRatio && isHeld && missed.length === 0
    const isKnown = counts(result, isMet, isUnclear)
    const isGeneratorBound =
      !isKnown && !isFailure(result) && this.#trials.some(each => each.load === load && isUnclearTrial(each))
    const lossRatio = isGeneratorBound ? 1 : isKnown ? losses : null
    const isKept = isKnown && isMet
    const trial = { load, seconds, lossRatio, isSustained: isHeld, missed, isKept, isGeneratorBound, result }
    this.#trials.push(trial)
    return trial
  }

  /** Trial time until the end, s, if what is not decided lies in the middle. */
  secondsLeft(): number {
    return secondsLeft(this.#aim, this.#trials)
  }

  get outcome(): CapacitySearch {
    const { lower, upper, irregular } = boundsOf(counted(this.#trials), goalOf(this.#aim))
    const atUpper = this.#trials.filter(({ load, lossRatio }) => load === upper && lossRatio !== null)
    const isBound = upper !== null && atUpper.some(each => each.isGeneratorBound)
    const { subject, clone } = this
    const known = { caseId: subject.id, clone, lower, upper: isBound ? null : upper, irregular }
    return { ...known, trials: [...this.#trials], ended: this.#ended(isBound, upper) }
  }

  #ended(isBound: boolean, upper: number | null): CapacitySearch['ended'] {
    if (this.hasFailed) return 'failed'
    if (this.isOpen) return 'cut short'
    if (isBound) return 'generator-bound'
    return upper === null ? 'open' : 'found'
  }
}

const isFailure = (result: RunResult): boolean => result.state === 'failed' && result.fault !== 'target'

const isUnclearTrial = ({ result, lossRatio, isGeneratorBound }: CapacityTrial): boolean =>
  !isFailure(result) && (lossRatio === null || isGeneratorBound)

/**
 * Whether a trial says anything of the target. One that fails under a load does not keep up with it. Responses are counted from the intended time, the
 * generator's lag included: where a generator was the limit, its run may show that a load was kept up with, never that it was not, as with the SLO of a
 * run; and where its lag leaves an SLO open, nothing is shown but what else was missed.
 */
function counts(result: RunResult, isMet: boolean, isUnclear: boolean): boolean {
  if (result.state === 'failed') return !isFailure(result)
  return isMet ? !isUnclear : result.state === 'valid'
}

/** Trial time that a search still takes, s, if it finds the capacity in the middle of what is open. */
export function secondsLeft(aim: CapacityAim, trials: readonly CapacityTrial[], assumed?: number): number {
  const [range, goal] = [rangeOf(aim), goalOf(aim)]
  const sofar = counted(trials)
  const capacity = assumed ?? guess(aim, sofar)
  let seconds = 0
  for (let count = 0; count < MOST_STEPS; count++) {
    const step = nextStep(range, goal, sofar)
    if (step.kind === 'done') break
    seconds += step.seconds
    sofar.push({ load: step.load, seconds: step.seconds, lossRatio: step.load > capacity ? 1 : 0 })
  }
  return seconds
}

function guess({ lossRatio, firstLoad }: CapacityAim, trials: readonly LoadTrial[]): number {
  const good = trials.filter(trial => trial.lossRatio <= lossRatio).map(({ load }) => load)
  const bad = trials.filter(trial => trial.lossRatio > lossRatio).map(({ load }) => load)
  if (good.length > 0 && bad.length > 0) return Math.sqrt(Math.max(...good) * Math.min(...bad))
  if (good.length > 0) return 2 * Math.max(...good)
  return bad.length > 0 ? Math.min(...bad) / 2 : firstLoad
}

/** A load whose backlog grows is lost in the end, however little of it was yet; one that misses an SLO is no better. */
function counted(trials: readonly CapacityTrial[]): LoadTrial[] {
  return trials.flatMap(({ load, seconds, lossRatio, isSustained: isHeld, missed }) =>
    lossRatio === null ? [] : [{ load, seconds, lossRatio: isHeld && missed.length === 0 ? lossRatio : 1 }],
  )
}

const rangeOf = ({ leastLoad, firstLoad, mostLoad, over }: CapacityAim): SearchRange => ({
  ...{ leastLoad, firstLoad, mostLoad },
  step: over === 'rate' ? 'any' : 'whole',
})

const goalOf = ({ lossRatio, trialSeconds, sumSeconds, exceedRatio, widthRatio }: CapacityAim): SearchGoal => ({
  ...{ lossRatio, sumSeconds, exceedRatio, widthRatio },
  finalSeconds: trialSeconds,
})
