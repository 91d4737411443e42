import { type ChangePoint, eDivisive } from './eDivisive.ts'
import { benjaminiHochberg } from './multiplicity.ts'

const PERMUTATIONS = 999

/** How much finer p is made than the procedure may ask for. */
const FINENESS = 2

interface JointOptions {
  readonly seed: number
  /** Expected share of false ones among the series that are said to change. */
  readonly level: number
}

/**
 * Where each of many series changes (`eDivisive`), in their order, p adjusted for all that were looked at: a series counts, with the p of its
 * first cut, whether it changes or not (Benjamini and Hochberg, JRSS B 57, 1995), and the further cuts of one that changes are held to the
 * level that let it through (Benjamini and Bogomolov, JRSS B 76, 2014). Series of fewer than 4 values, or of one value throughout, cannot
 * change and do not count: to leave a series out for its values, and not for their order, keeps a permutation test valid.
 * @throws RangeError on an invalid series or level.
 */
export function jointChanges(
  all: readonly (readonly number[])[],
  { seed, level }: JointOptions,
): readonly (readonly ChangePoint[])[] {
  const tested = all.filter(canChange)
  const cuts = cutsOf(tested, seed, level)
  const ps = benjaminiHochberg(cuts.map(firstP))
  const passed = ps.filter(p => p <= level).length
  const changes = new Map(
    tested.map((series, at) => [
      series,
      cuts[at]!.map(cut => ({ ...cut, p: Math.max(ps[at]!, (cut.p * tested.length) / passed) })).filter(
        ({ p }) => p <= level,
      ),
    ]),
  )
  return all.map(series => changes.get(series) ?? [])
}

const canChange = (series: readonly number[]): boolean =>
  series.length >= 4 && series.some(value => value !== series[0])

/** p of the cut that was made first, which none of the others is below. Without one p is somewhere above the level, and 1 weighs the same. */
const firstP = (cuts: readonly ChangePoint[]): number => Math.min(1, ...cuts.map(({ p }) => p))

/**
 * Among many series a single one must be surer than p can tell after few permutations. Those that may be so sure are tested once more; the
 * fewer they are the finer, so that all of them together take no longer.
 */
function cutsOf(
  tested: readonly (readonly number[])[],
  seed: number,
  level: number,
): readonly (readonly ChangePoint[])[] {
  const cuts = tested.map(series => eDivisive(series, { seed, level, permutations: PERMUTATIONS })!)
  const isSure = (found: readonly ChangePoint[]) => firstP(found) <= 1 / (PERMUTATIONS + 1)
  const sure = cuts.filter(isSure).length
  const permutations = Math.ceil((FINENESS * tested.length) / (level * sure))
  if (sure === 0 || permutations <= PERMUTATIONS) return cuts
  return cuts.map((found, at) =>
    isSure(found) ? eDivisive(tested[at]!, { seed: seed + 1, level, permutations })! : found,
  )
}
