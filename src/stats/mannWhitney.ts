import { assertSample } from './input.ts'
import { normalTail } from './normal.ts'
import { rankSumCounts } from './rankSumCounts.ts'
import { ranksOf, tieTerm } from './ranks.ts'

/** Larger samples than this are judged by the normal approximation. */
const LARGEST_EXACT = 200

export interface MannWhitney {
  readonly n: readonly [x: number, y: number]
  /** Pairs in which y is larger, ties as half. */
  readonly u: number
  /** Estimate of P(Y > X) + P(Y = X) / 2. */
  readonly probabilityGreater: number
  /** One-sided p of "y tends to be larger than x". */
  readonly pGreater: number
  /** One-sided p of "y tends to be smaller than x". */
  readonly pLess: number
  readonly pTwo: number
  readonly exact: boolean
  readonly method: 'exact' | 'normal with continuity and tie correction'
}

/**
 * Rank-sum test of two independent samples: Mann and Whitney, Ann. Math. Statist. 18, 1947. Exact without ties up to 200 x 200, else
 * the normal approximation with continuity and tie correction (Lehmann, Nonparametrics, section 1.4). All values equal: p = 1.
 * @throws RangeError on an empty sample or a value that is not finite.
 */
export function mannWhitney(x: readonly number[], y: readonly number[]): MannWhitney {
  assertSample(x)
  assertSample(y)
  const [m, n] = [x.length, y.length]
  const { ranks, ties } = ranksOf([...x, ...y])
  const u = ranks.subarray(m).reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2
  const exact = ties.length === 0 && Math.max(m, n) <= LARGEST_EXACT
  const [pGreater, pLess] = exact ? exactTails(u, m, n) : normalTails(u, m, n, ties)
  return {
    n: [m, n],
    u,
    probabilityGreater: u / (m * n),
    pGreater,
    pLess,
    pTwo: Math.min(1, 2 * Math.min(pGreater, pLess)),
    exact,
    method: exact ? 'exact' : 'normal with continuity and tie correction',
  }
}

function exactTails(u: number, m: number, n: number): [greater: number, less: number] {
  const { most, atMost } = rankSumCounts(m, n)
  return [atMost(most - u), atMost(u)]
}

function normalTails(u: number, m: number, n: number, ties: readonly number[]): [greater: number, less: number] {
  const all = m + n
  const sd = Math.sqrt(((m * n) / 12) * (all + 1 - (all > 1 ? tieTerm(ties) / (all * (all - 1)) : 0)))
  if (!(sd > 0)) return [1, 1]
  const excess = u - (m * n) / 2
  return [normalTail((excess - 0.5) / sd), normalTail((-excess - 0.5) / sd)]
}
