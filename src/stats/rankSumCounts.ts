/** Counts of a statistic under the null hypothesis, from its least value 0 on, symmetric about the middle. */
export interface NullCounts {
  /** Largest value of the statistic. */
  readonly most: number
  /** P(statistic <= k); 0 below 0. */
  atMost(k: number): number
}

const kept = new Map<string, NullCounts>()
const MOST_KEPT = 64

/**
 * Null distribution of the Mann-Whitney U of samples of `m` and `n` without ties: its generating function is the Gaussian
 * binomial coefficient, the product over i = 1 .. m of (1 - q^(n+i)) / (1 - q^i) (Mann and Whitney, Ann. Math. Statist. 18, 1947;
 * Andrews, The Theory of Partitions, chapter 3). Counts below 2^53, hence the tails, are exact.
 */
export function rankSumCounts(m: number, n: number): NullCounts {
  const [small, large] = m < n ? [m, n] : [n, m]
  return keep(`${small} ${large}`, () => symmetricCounts(small * large, half => gaussianBinomial(small, large, half)))
}

/**
 * Null distribution of Wilcoxon's signed-rank statistic of `n` differences without ties or zeros: the product over i = 1 .. n of
 * 1 + q^i (Wilcoxon, Biometrics Bulletin 1, 1945).
 */
export function signedRankCounts(n: number): NullCounts {
  const ranks = Array.from({ length: n }, (_, index) => index + 1)
  return keep(`${n}`, () => subsetSumCounts(ranks))
}

/** Null distribution of the sum of a random subset of whole numbers of at least 1. */
export function subsetSumCounts(parts: readonly number[]): NullCounts {
  return symmetricCounts(
    parts.reduce((sum, part) => sum + part, 0),
    half => {
      const counts = new Float64Array(half + 1)
      counts[0] = 1
      for (const part of parts) for (let at = half; at >= part; at--) counts[at]! += counts[at - part]!
      return counts
    },
  )
}

function gaussianBinomial(m: number, n: number, half: number): Float64Array {
  const counts = new Float64Array(half + 1)
  counts[0] = 1
  for (let i = 1; i <= m; i++) {
    for (let at = half; at >= n + i; at--) counts[at]! -= counts[at - n - i]!
    for (let at = i; at <= half; at++) counts[at]! += counts[at - i]!
  }
  return counts
}

/** From the counts of the lower half. */
function symmetricCounts(most: number, countsOf: (half: number) => Float64Array): NullCounts {
  const half = Math.floor(most / 2)
  const sums = countsOf(half)
  const middle = sums[half]!
  for (let at = 1; at <= half; at++) sums[at]! += sums[at - 1]!
  const total = most % 2 === 0 ? 2 * sums[half]! - middle : 2 * sums[half]!
  return {
    most,
    atMost(k) {
      if (k < 0) return 0
      if (k >= most) return 1
      return k <= half ? sums[Math.floor(k)]! / total : 1 - sums[most - 1 - Math.floor(k)]! / total
    },
  }
}

/** Simulations and gates ask for the same few sizes again and again. */
function keep(key: string, make: () => NullCounts): NullCounts {
  const existing = kept.get(key)
  if (existing !== undefined) return existing
  const made = make()
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, made)
  return made
}
