import type { NullCounts } from './rankSumCounts.ts'

/** Distribution-free interval of a shift. */
export interface ShiftInterval {
  readonly lower: number
  readonly upper: number
  /** Level asked for. */
  readonly level: number
  /** Level reached, at least `level`: ranks come in steps. */
  readonly coverage: number
}

/**
 * The largest value that the statistic stays at or below with probability (1 - level) / 2 at most: so many of the ordered averages or
 * differences lie outside the interval at either end (Bauer, JASA 67, 1972). null where not even 0 is so improbable.
 */
export function tailRank({ most, atMost }: NullCounts, level: number): { cut: number; coverage: number } | null {
  const tail = (1 - level) / 2
  if (atMost(0) > tail) return null
  let low = 0
  let high = Math.floor(most / 2)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (atMost(middle) <= tail) low = middle
    else high = middle - 1
  }
  return { cut: low, coverage: 1 - 2 * atMost(low) }
}
