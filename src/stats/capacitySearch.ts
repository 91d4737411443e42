import { classifyLoad, type Goal, type Trial } from './loadClass.ts'

/** A goal, and how close to each other its bounds must come. */
export interface SearchGoal extends Goal {
  /** Largest ratio of the upper bound to the lower, less 1; above 0. */
  readonly widthRatio: number
}

export interface SearchRange {
  /** Loads outside are never tried. */
  readonly leastLoad: number
  readonly mostLoad: number
  /** Tried first. */
  readonly firstLoad: number
  /** Loads that can be tried: any, or whole numbers (feeds, tunnels). */
  readonly step: 'any' | 'whole'
}

export interface LoadTrial extends Trial {
  readonly load: number
}

/** What a search knows: a bound is null as long as there is none. */
export interface CapacityBounds {
  /** Largest load below the upper bound that was kept up with. */
  readonly lower: number | null
  /** Smallest load that was not kept up with; null: none up to the largest load of the range. */
  readonly upper: number | null
  /** A load above the upper bound was kept up with: the system does not answer to load in one way. */
  readonly irregular: boolean
}

export type SearchStep =
  | { readonly kind: 'try'; readonly load: number; readonly seconds: number }
  | { readonly kind: 'done'; readonly bounds: CapacityBounds }

/** Before the goal itself: shorter trials with wider bounds, each a quarter of the time of the next. */
const EARLIER_TARGETS = 3
const SHORTEST_SECONDS = 1
const FACTOR = 4
const FIRST_EXPANSION = 2

/**
 * What to try next, from all that was tried: the same trials give the same step, so a search can be taken up again anywhere. In the manner of
 * MLRsearch (RFC 9971): targets of growing trial time and shrinking width, each beginning at the bounds of the one before; within one,
 * the load between the bounds by their geometric mean. @throws RangeError on an invalid goal or range
 */
export function nextStep(range: SearchRange, goal: SearchGoal, trials: readonly LoadTrial[]): SearchStep {
  assertRange(range, goal)
  const targets = targetsOf(goal)
  let former: CapacityBounds = { lower: null, upper: null, irregular: false }
  for (const target of targets) {
    const bounds = boundsOf(trials, target)
    const load = nextLoad(range, target, trials, bounds, former)
    if (load !== null) return { kind: 'try', load, seconds: target.finalSeconds }
    former = bounds
  }
  return { kind: 'done', bounds: former }
}

/** The bounds that trials give for a goal. */
export function boundsOf(trials: readonly LoadTrial[], goal: Goal): CapacityBounds {
  const classes = [...new Set(trials.map(({ load }) => load))].map(load => ({
    load,
    verdict: classifyLoad(
      trials.filter(trial => trial.load === load),
      goal,
    ),
  }))
  const loads = (verdict: 'lower' | 'upper') => classes.filter(each => each.verdict === verdict).map(({ load }) => load)
  const upper = loads('upper').length === 0 ? null : Math.min(...loads('upper'))
  const below = loads('lower').filter(load => upper === null || load < upper)
  return {
    lower: below.length === 0 ? null : Math.max(...below),
    upper,
    irregular: upper !== null && loads('lower').some(load => load > upper),
  }
}

/** The goal itself last. */
function targetsOf(goal: SearchGoal): SearchGoal[] {
  const earlier = Array.from({ length: EARLIER_TARGETS }, (_, index) => {
    const factor = FACTOR ** (EARLIER_TARGETS - index)
    const finalSeconds = Math.max(SHORTEST_SECONDS, goal.finalSeconds / factor)
    return {
      ...goal,
      finalSeconds,
      sumSeconds: finalSeconds,
      widthRatio: goal.widthRatio * 2 ** (EARLIER_TARGETS - index),
    }
  }).filter(({ finalSeconds }) => finalSeconds < goal.finalSeconds)
  return [...earlier, goal]
}

/** null = the target is met. */
function nextLoad(
  range: SearchRange,
  target: SearchGoal,
  trials: readonly LoadTrial[],
  { lower, upper }: CapacityBounds,
  former: CapacityBounds,
): number | null {
  const undecided = (load: number | null): load is number =>
    load !== null &&
    (lower === null || load > lower) &&
    (upper === null || load < upper) &&
    classifyLoad(
      trials.filter(trial => trial.load === load),
      target,
    ) === 'undecided'
  if (undecided(former.lower)) return former.lower
  if (undecided(former.upper)) return former.upper
  if (lower === null && upper === null) return fit(range, range.firstLoad)
  if (upper === null) return lower! >= range.mostLoad ? null : expand(range, trials, lower!, 'up')
  if (lower === null) return upper <= range.leastLoad ? null : expand(range, trials, upper, 'down')
  if (upper / lower - 1 <= target.widthRatio) return null
  const between = fit(range, Math.sqrt(lower * upper))
  return between > lower && between < upper ? between : null
}

/** Further each time: twice, four times, sixteen times. */
function expand(range: SearchRange, trials: readonly LoadTrial[], from: number, way: 'up' | 'down'): number {
  const first = trials[0]!.load
  const reached = way === 'up' ? from / first : first / from
  const factor = Math.max(FIRST_EXPANSION, Math.min(FIRST_EXPANSION ** 4, reached))
  return fit(range, way === 'up' ? Math.max(from * factor, from + 1e-9) : from / factor)
}

function fit({ leastLoad, mostLoad, step }: SearchRange, load: number): number {
  const within = Math.min(mostLoad, Math.max(leastLoad, load))
  return step === 'whole' ? Math.round(within) : Number(within.toPrecision(4))
}

function assertRange({ leastLoad, mostLoad, firstLoad }: SearchRange, { widthRatio }: SearchGoal): void {
  if (!(leastLoad > 0 && leastLoad <= firstLoad && firstLoad <= mostLoad && Number.isFinite(mostLoad)))
    throw new RangeError('range: expected 0 < least <= first <= most; pass loads in that order')
  if (!(widthRatio > 0)) throw new RangeError('goal: expected a width above 0')
}
