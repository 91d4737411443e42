import { assertCount, assertLevel, assertSample } from './input.ts'
import { createRandom } from './random.ts'
import { middleOf } from './signedRank.ts'

export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly index: number
  /** Of the permutation test, and of those of the cuts that made its segment: none is surer than what it rests on. */
  readonly p: number
  /** Median of the segment before, and of the one after. */
  readonly before: number
  readonly after: number
}

export interface ChangeOptions {
  readonly seed: number
  /** Largest p of a change. */
  readonly level?: number
  readonly permutations?: number
  /** Fewest values of a segment. */
  readonly minSize?: number
}

const FEWEST = 4

/**
 * Where a series changes: E-divisive (Matteson and James, JASA 109, 2014) with the energy distance of exponent 1: the best cut of a
 * segment is tested by permuting that segment, and both parts of a significant cut are searched in turn. null for fewer than 4 values.
 * @throws RangeError on an invalid series or option.
 */
export function eDivisive(
  series: readonly number[],
  { seed, level = 0.01, permutations = 999, minSize = 2 }: ChangeOptions,
): ChangePoint[] | null {
  assertSample(series)
  assertLevel(level)
  assertCount('permutations', permutations, 1)
  assertCount('minSize', minSize, 1)
  if (series.length < FEWEST) return null
  const values = Float64Array.from(series)
  const random = createRandom(seed)
  const cuts: { index: number; p: number }[] = []
  const search = (from: number, to: number, least: number): void => {
    const segment = values.slice(from, to)
    const cut = bestCut(segment, minSize)
    if (cut === null) return
    const p = Math.max(least, permutationP(segment, cut.energy, { random, level, permutations, minSize }))
    if (p > level) return
    cuts.push({ index: from + cut.at, p })
    search(from, from + cut.at, p)
    search(from + cut.at, to, p)
  }
  search(0, values.length, 0)
  cuts.sort((a, b) => a.index - b.index)
  return cuts.map(({ index, p }, nth) => ({
    index,
    p,
    before: medianOf(values.slice(cuts[nth - 1]?.index ?? 0, index)),
    after: medianOf(values.slice(index, cuts[nth + 1]?.index ?? values.length)),
  }))
}

interface Cut {
  /** Length of the left part. */
  readonly at: number
  readonly energy: number
}

/** The cut of the largest m n / (m + n) * (2 E|X - Y| - E|X - X'| - E|Y - Y'|); null where no cut leaves two parts of `minSize`. */
function bestCut(values: Float64Array, minSize: number): Cut | null {
  const n = values.length
  if (n < 2 * minSize) return null
  let [left, right, across] = [0, 0, 0]
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) right += Math.abs(values[i]! - values[j]!)
  let best: Cut | null = null
  for (let m = 1; m <= n - minSize; m++) {
    const moved = values[m - 1]!
    let [toLeft, toRight] = [0, 0]
    for (let at = 0; at < m - 1; at++) toLeft += Math.abs(values[at]! - moved)
    for (let at = m; at < n; at++) toRight += Math.abs(values[at]! - moved)
    left += toLeft
    right -= toRight
    across += toRight - toLeft
    if (m < minSize) continue
    const energy = energyOf(m, n - m, left, right, across)
    if (best === null || energy > best.energy) best = { at: m, energy }
  }
  return best
}

function energyOf(m: number, n: number, left: number, right: number, across: number): number {
  const within = (size: number, sum: number) => (size < 2 ? 0 : (2 * sum) / (size * (size - 1)))
  return ((m * n) / (m + n)) * ((2 * across) / (m * n) - within(m, left) - within(n, right))
}

interface Permuting extends Required<Omit<ChangeOptions, 'seed'>> {
  readonly random: () => number
}

/** Stops as soon as the p cannot be small any more. */
function permutationP(
  segment: Float64Array,
  energy: number,
  { random, level, permutations, minSize }: Permuting,
): number {
  const shuffled = segment.slice()
  let reached = 1
  for (let permutation = 1; permutation <= permutations; permutation++) {
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1))
      const value = shuffled[last]!
      shuffled[last] = shuffled[other]!
      shuffled[other] = value
    }
    if (bestCut(shuffled, minSize)!.energy >= energy) reached++
    if (reached > level * (permutations + 1)) return reached / (permutation + 1)
  }
  return reached / (permutations + 1)
}

function medianOf(values: Float64Array): number {
  return middleOf(values.toSorted())
}
