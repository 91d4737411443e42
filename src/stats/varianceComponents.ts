import { assertSample } from './input.ts'
import { momentsOf } from './moments.ts'

export interface VarianceComponents {
  readonly clones: number
  /** Runs of each clone that were used: the smallest number that every clone has. */
  readonly runs: number
  /** Variance between runs of one clone. */
  readonly withinRuns: number
  /** Variance between clones; may come out below 0. */
  readonly betweenClones: number
  /** Share of the variance that clones make, 0 to 1; null when nothing varies. */
  readonly intraclass: number | null
}

/**
 * How much of the noise comes from clones and how much from runs: one-way random effects, T1^2 = S1^2, T2^2 = S2^2 - S1^2 / r (Kalibera and
 * Jones, ISMM 2013, with the indices mended). Of unequal clones the first runs of each are used. null for fewer than two clones or runs.
 * @throws RangeError on an invalid sample.
 */
export function varianceComponents(clones: readonly (readonly number[])[]): VarianceComponents | null {
  for (const runs of clones) assertSample(runs)
  const runs = clones.reduce((least, each) => Math.min(least, each.length), Number.POSITIVE_INFINITY)
  if (clones.length < 2 || runs < 2) return null
  const moments = clones.map(each => momentsOf(each.slice(0, runs)))
  const withinRuns = momentsOf(moments.map(({ variance }) => variance)).mean
  const betweenClones = momentsOf(moments.map(({ mean }) => mean)).variance - withinRuns / runs
  const between = Math.max(0, betweenClones)
  const whole = between + withinRuns
  return { clones: clones.length, runs, withinRuns, betweenClones, intraclass: whole === 0 ? null : between / whole }
}

/**
 * Runs per clone that give the narrowest interval for the money: ceil(sqrt(cost of a clone / cost of a run * T1^2 / T2^2)), Kalibera and
 * Jones 2013. null where clones do not differ: then one clone may do all runs.
 */
export function runsPerClone(components: VarianceComponents, costOfClone: number, costOfRun: number): number | null {
  for (const cost of [costOfClone, costOfRun])
    if (!(cost > 0)) throw new RangeError(`cost: expected a number above 0, found ${cost}; pass seconds or money`)
  const { withinRuns, betweenClones } = components
  if (betweenClones <= 0) return null
  return Math.max(1, Math.ceil(Math.sqrt(((costOfClone / costOfRun) * withinRuns) / betweenClones)))
}
