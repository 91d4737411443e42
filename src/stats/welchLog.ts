import { logsOf } from './hodgesLehmann.ts'
import { assertLevel } from './input.ts'
import { momentsOf } from './moments.ts'
import { studentCdf, studentQuantile } from './student.ts'

/** Ratio of geometric means y / x. */
export interface WelchLog {
  readonly n: readonly [x: number, y: number]
  readonly ratio: number
  /** The rest is null where both samples are constant. */
  readonly lower: number | null
  readonly upper: number | null
  readonly level: number
  readonly t: number | null
  readonly df: number | null
  /** One-sided p of "y is larger". */
  readonly pGreater: number | null
  /** One-sided p of "y is smaller". */
  readonly pLess: number | null
  readonly pTwo: number | null
}

/**
 * Welch's t test on logarithms: Welch, Biometrika 34, 1947, with Satterthwaite's degrees of freedom. null for fewer than two values.
 * @throws RangeError on an invalid sample, a value that is not above 0, or an invalid level.
 */
export function welchLog(x: readonly number[], y: readonly number[], level: number): WelchLog | null {
  assertLevel(level)
  const [logX, logY] = [logsOf(x), logsOf(y)]
  if (x.length < 2 || y.length < 2) return null
  const [a, b] = [momentsOf(logX), momentsOf(logY)]
  const [shareA, shareB] = [a.variance / a.n, b.variance / b.n]
  const difference = b.mean - a.mean
  const se = Math.sqrt(shareA + shareB)
  const common = { n: [a.n, b.n] as const, ratio: Math.exp(difference), level }
  if (se === 0)
    return { ...common, lower: null, upper: null, t: null, df: null, pGreater: null, pLess: null, pTwo: null }
  const df = (shareA + shareB) ** 2 / (shareA ** 2 / (a.n - 1) + shareB ** 2 / (b.n - 1))
  const t = difference / se
  const half = studentQuantile((1 + level) / 2, df) * se
  return {
    ...common,
    lower: Math.exp(difference - half),
    upper: Math.exp(difference + half),
    t,
    df,
    pGreater: studentCdf(-t, df),
    pLess: studentCdf(t, df),
    pTwo: 2 * studentCdf(-Math.abs(t), df),
  }
}
