import { assertCount, assertLevel } from './input.ts'
import { noncentralStudentTail } from './noncentralStudent.ts'
import { studentQuantile } from './student.ts'

/** More runs than this are not worth planning. */
export const MOST_RUNS = 10_000

/** What a one-sided test of a shift on the log scale is up against. */
export interface Noise {
  /** Standard deviation of the logarithm of a run, or, paired, of the logarithm of a pair's ratio. */
  readonly logSd: number
  /** Pairs share their noise: one sample of differences; else two samples. */
  readonly paired: boolean
}

/** Standard deviation of the logarithm for a coefficient of variation of the runs, log-normal noise: sqrt(ln(1 + cv^2)). */
export const logSdOf = (cv: number): number => Math.sqrt(Math.log1p(cv * cv))

/**
 * Chance of finding a true change at n runs per arm (or pairs) with a one-sided t test at `alpha` (the rank tests need about 5 % more runs
 * under normal noise and fewer under any heavier one).
 * @param effect true change, 0.1 for 10 %
 * @throws RangeError when n < 2, or effect, alpha or the noise is not above 0.
 */
export function powerOf(n: number, effect: number, alpha: number, { logSd, paired }: Noise): number {
  assertCount('n', n, 2)
  assertAbove('effect', effect)
  assertAbove('logSd', logSd)
  assertLevel(alpha)
  const df = paired ? n - 1 : 2 * (n - 1)
  const shift = Math.log1p(effect) / (logSd * Math.sqrt((paired ? 1 : 2) / n))
  return noncentralStudentTail(studentQuantile(1 - alpha, df), df, shift)
}

/** Fewest runs per arm (or pairs) with at least this power, at most `MOST_RUNS` (then more would be needed). */
export function runsFor(effect: number, alpha: number, power: number, noise: Noise): number {
  assertLevel(power)
  return leastWhere(n => powerOf(n, effect, alpha, noise) >= power)
}

/** Smallest change that is found with this power at n runs per arm (or pairs), as a share: 0.089 for 8.9 %. */
export function smallestEffect(n: number, alpha: number, power: number, noise: Noise): number {
  assertLevel(power)
  let [low, high] = [0, 1]
  while (powerOf(n, high, alpha, noise) < power) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (powerOf(n, middle, alpha, noise) >= power) high = middle
    else low = middle
  }
  return high
}

/**
 * Runs per arm (or pairs) at which two arms that are alike are shown to be so in nine of ten comparisons: the 90 % interval, wherever
 * it falls, lies within 1 / (1 + margin) .. 1 + margin (two one-sided tests: Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987).
 */
export function runsForSame(margin: number, { logSd, paired }: Noise): number {
  assertAbove('margin', margin)
  assertAbove('logSd', logSd)
  const isEnough = (n: number) =>
    2 * studentQuantile(0.95, paired ? n - 1 : 2 * (n - 1)) * logSd * Math.sqrt((paired ? 1 : 2) / n) <=
    Math.log1p(margin)
  return leastWhere(isEnough)
}

/** Runs per arm (or pairs) at which the 90 % interval of the ratio reaches no further than this to either side on the log scale. */
export function runsForInterval(half: number, { logSd, paired }: Noise): number {
  assertAbove('half', half)
  assertAbove('logSd', logSd)
  return leastWhere(
    n => studentQuantile(0.95, paired ? n - 1 : 2 * (n - 1)) * logSd * Math.sqrt((paired ? 1 : 2) / n) <= half,
  )
}

/** Least n of 2 .. `MOST_RUNS` for which a condition holds that holds from some n on; `MOST_RUNS` when it holds for none. */
function leastWhere(holds: (n: number) => boolean): number {
  let [low, high] = [2, 2]
  while (high < MOST_RUNS && !holds(high)) [low, high] = [high, Math.min(MOST_RUNS, 2 * high)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return high
}

function assertAbove(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value)))
    throw new RangeError(
      `${name}: expected a finite number above 0, found ${value}; without noise or effect there is nothing to plan`,
    )
}
