import { assertSample } from './input.ts'

/** What a load must keep up with: a goal of MLRsearch (RFC 9971, section 4). */
export interface Goal {
  /** Largest loss ratio of a good trial, 0 to 1. */
  readonly lossRatio: number
  /** Shortest trial that counts in full, s. */
  readonly finalSeconds: number
  /** Trial time that decides, s. */
  readonly sumSeconds: number
  /** Share of the trial time that may be bad, 0 to below 1. */
  readonly exceedRatio: number
}

/** One trial at a load. */
export interface Trial {
  readonly seconds: number
  /** Lost of intended, 0 to 1. */
  readonly lossRatio: number
}

/**
 * Whether a load is within its capacity (`lower` bound), beyond it (`upper`), or not decided yet, from trial-second sums: short bad trials count only as far as short good
 * ones do not make up for them (RFC 9971, appendix A). @throws RangeError on an invalid goal or trial
 */
export function classifyLoad(trials: readonly Trial[], goal: Goal): 'lower' | 'upper' | 'undecided' {
  assertGoal(goal)
  const e = goal.exceedRatio
  const sumOf = (isFull: boolean, isGood: boolean) =>
    trials
      .filter(trial => trial.seconds >= goal.finalSeconds === isFull && trial.lossRatio <= goal.lossRatio === isGood)
      .reduce((sum, { seconds }) => sum + seconds, 0)
  assertTrials(trials)
  const excess = Math.max(0, sumOf(false, false) - (sumOf(false, true) * e) / (1 - e))
  const fullGood = sumOf(true, true)
  const bad = sumOf(true, false) + excess
  const whole = Math.max(fullGood + bad, goal.sumSeconds)
  const optimistic = bad <= e * whole
  const pessimistic = whole - fullGood <= e * whole
  if (optimistic && pessimistic) return 'lower'
  return optimistic || pessimistic ? 'undecided' : 'upper'
}

/**
 * Load that gets through: load x (1 - the loss ratio that all but the exceed ratio of the full trial time stays within); time that is missing counts as lost (RFC 9971,
 * appendix B). @throws RangeError on an invalid goal or trial
 */
export function conditionalThroughput(load: number, trials: readonly Trial[], goal: Goal): number {
  assertGoal(goal)
  assertTrials(trials)
  const full = trials
    .filter(({ seconds }) => seconds >= goal.finalSeconds)
    .toSorted((a, b) => a.lossRatio - b.lossRatio)
  const whole = Math.max(
    full.reduce((sum, { seconds }) => sum + seconds, 0),
    goal.sumSeconds,
  )
  let remaining = whole * (1 - goal.exceedRatio)
  for (const { seconds, lossRatio } of full) {
    remaining -= seconds
    if (remaining <= 0) return load * (1 - lossRatio)
  }
  return 0
}

function assertGoal({ lossRatio, finalSeconds, sumSeconds, exceedRatio }: Goal): void {
  if (!(lossRatio >= 0 && lossRatio < 1 && exceedRatio >= 0 && exceedRatio < 1 && finalSeconds > 0 && sumSeconds > 0))
    throw new RangeError('goal: expected ratios from 0 to below 1 and times above 0; pass seconds and shares')
}

function assertTrials(trials: readonly Trial[]): void {
  if (trials.length === 0) return
  assertSample(trials.flatMap(({ seconds, lossRatio }) => [seconds, lossRatio]))
  const wrong = trials.findIndex(({ seconds, lossRatio }) => seconds <= 0 || lossRatio < 0 || lossRatio > 1)
  if (wrong >= 0) throw new RangeError(`trial [${wrong}]: expected a time above 0 and a loss ratio of 0 to 1`)
}
