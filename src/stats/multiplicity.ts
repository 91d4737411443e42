import { assertProbability } from './input.ts'

/**
 * p-values adjusted so that comparing each with alpha keeps the chance of any false finding below alpha: Holm, Scand. J. Statist. 6, 1979.
 * In the order given. @throws RangeError on a p outside 0 .. 1.
 */
export function holm(ps: readonly number[]): number[] {
  return stepped(ps, (p, rank, count) => p * (count - rank), 'up')
}

/**
 * p-values adjusted so that comparing each with q keeps the expected share of false ones among the findings below q: Benjamini and Hochberg,
 * JRSS B 57, 1995. In the order given. @throws RangeError on a p outside 0 .. 1.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  return stepped(ps, (p, rank, count) => p * (count / (rank + 1)), 'down')
}

/** Adjusts the sorted p-values (rank from 0) and makes them monotone from the smallest up or from the largest down. */
function stepped(
  ps: readonly number[],
  adjust: (p: number, rank: number, count: number) => number,
  direction: 'up' | 'down',
): number[] {
  for (const p of ps) assertProbability(p)
  const order = Array.from(ps, (_, index) => index).sort((a, b) => ps[a]! - ps[b]!)
  const adjusted = order.map((index, rank) => Math.min(1, adjust(ps[index]!, rank, ps.length)))
  if (direction === 'up')
    for (let at = 1; at < adjusted.length; at++) adjusted[at] = Math.max(adjusted[at - 1]!, adjusted[at]!)
  else for (let at = adjusted.length - 2; at >= 0; at--) adjusted[at] = Math.min(adjusted[at + 1]!, adjusted[at]!)
  const result = new Array<number>(ps.length)
  for (const [rank, index] of order.entries()) result[index] = adjusted[rank]!
  return result
}
