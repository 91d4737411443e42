import { quantileInterval } from '../src/stats/quantileInterval.ts'

export const LEVEL = 0.95

/** Fewer give no interval of a median that is worth its name. */
export const FEWEST_REPETITIONS = 7

export interface Middle {
  readonly median: number
  /** Interval of the median from order statistics. */
  readonly lower: number
  readonly upper: number
}

/** @param values at least as many as an interval needs: the options see to it */
export function middleOf(values: readonly number[]): Middle {
  const { estimate, lower, upper } = quantileInterval(values, 0.5, LEVEL)!
  return { median: estimate, lower, upper }
}

/** By the whole interval: `unclear` when the bar lies inside it. */
export type Verdict = 'met' | 'missed' | 'unclear'

export function atLeast({ lower, upper }: Middle, bar: number): Verdict {
  if (lower >= bar) return 'met'
  return upper < bar ? 'missed' : 'unclear'
}

export function atMost({ lower, upper }: Middle, bar: number): Verdict {
  if (upper <= bar) return 'met'
  return lower > bar ? 'missed' : 'unclear'
}
