import { assertSample } from './input.ts'
import { momentsOf } from './moments.ts'

/** Fewer values cannot show two groups. */
const FEWEST = 10
/** Each group holds at least this share: a few outliers are no second mode. */
const LEAST_SHARE = 0.1
/** Two halves of a normal sample explain 64 % of its variance, of an even one 75 %. */
const LEAST_EXPLAINED = 0.85

export interface TwoGroups {
  /** Share of the variance that the best cut in two explains, 0 to 1. */
  readonly explained: number
  /** Share of the values in the upper group. */
  readonly upperShare: number
  /** Two modes: the cut explains more than a single mode would. */
  readonly isBimodal: boolean
}

/**
 * Whether a sample falls into two groups: the cut that leaves the least variance within (Fisher, JASA 53, 1958; Otsu, IEEE Trans. SMC 9, 1979).
 * Simulated at n = 30: false alarms 0 % for normal samples, 0.4 and 1.2 % for log-normal ones of log-sd 0.5 and 0.8, 1.4 % for exponential
 * ones, 3 % for even ones; 30 % of the runs in a second mode 6 sd away are seen in 84 %.
 * null for fewer than 10 values or without variance. @throws RangeError on an invalid sample.
 */
export function twoGroups(values: readonly number[]): TwoGroups | null {
  assertSample(values)
  const { n, mean, variance } = momentsOf(values)
  if (n < FEWEST || variance === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const least = Math.ceil(LEAST_SHARE * n)
  let [below, explained, upperShare] = [0, 0, 0]
  for (let at = 1; at < n; at++) {
    below += sorted[at - 1]! - mean
    if (at < least || n - at < least) continue
    // Between the groups: at * (their mean - mean)^2 on either side, the deviations being opposite.
    const between = (below * below) / at + (below * below) / (n - at)
    const share = between / (variance * (n - 1))
    if (share > explained) [explained, upperShare] = [share, (n - at) / n]
  }
  return { explained, upperShare, isBimodal: explained > LEAST_EXPLAINED }
}
