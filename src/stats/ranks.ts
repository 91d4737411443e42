/** Ranks from 1, ties by their mean, and the sizes of the groups of tied values. */
export interface Ranks {
  readonly ranks: Float64Array
  /** Sizes above 1. */
  readonly ties: readonly number[]
}

export function ranksOf(values: readonly number[]): Ranks {
  const order = Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  const ties: number[] = []
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + to + 1) / 2
    if (to - from > 1) ties.push(to - from)
    from = to
  }
  return { ranks, ties }
}

/** Sum of t^3 - t over groups of ties. */
export const tieTerm = (ties: readonly number[]): number => ties.reduce((sum, t) => sum + t * (t * t - 1), 0)
