import { describe } from './describe.ts'
import { fisherTail } from './fisherF.ts'
import { assertLevel } from './input.ts'
import { ksCentred } from './ksCentred.ts'
import { mannWhitney } from './mannWhitney.ts'
import { momentsOf } from './moments.ts'
import { shapiroWilk } from './shapiroWilk.ts'
import { studentCdf } from './student.ts'

/** The protocol refuses samples that are not normal unless they are larger than this. */
const SMALL = 30
/** So many runs per arm pass all its conditions on size. */
export const SPEEDUP_TEST_RUNS = 31

/** One of the protocol's tests: whether its conditions held, and what it then said. */
export interface ProtocolStep {
  readonly name: 'mean' | 'median'
  /** initial / new. */
  readonly speedup: number | null
  readonly conditions: readonly string[]
  /** Why the protocol gives no answer; null when it gives one. */
  readonly refused: string | null
  readonly test: string
  /** One-sided p of "the new times are smaller"; null when refused. */
  readonly p: number | null
  readonly significant: boolean
}

export interface SpeedupReport {
  readonly n: readonly [initial: number, fresh: number]
  readonly alpha: number
  readonly mean: ProtocolStep
  readonly median: ProtocolStep
  /** min(initial) / min(new), which the protocol prints without a test. */
  readonly minSpeedup: number | null
}

/**
 * The Speedup-Test protocol (Touati, Worms and Briais, Concurrency and Computation 25(10), 2013): are the new times smaller than the initial
 * ones? Its limits: one direction only, a pre-test at the same risk as the test, no interval, no pairs. For a slowdown swap the arms.
 * @throws RangeError on an invalid sample or level.
 */
export function speedupTest(initial: readonly number[], fresh: readonly number[], alpha: number): SpeedupReport {
  assertLevel(alpha)
  const [x, y] = [describe(initial), describe(fresh)]
  return {
    n: [x.n, y.n],
    alpha,
    mean: meanStep(initial, fresh, alpha),
    median: medianStep(initial, fresh, alpha),
    minSpeedup: ratio(x.min, y.min),
  }
}

const ratio = (initial: number, fresh: number): number | null => (fresh === 0 ? null : initial / fresh)

function meanStep(initial: readonly number[], fresh: readonly number[], alpha: number): ProtocolStep {
  const normality = [initial, fresh].map((sample, index) => {
    const p = shapiroWilk(sample)?.p ?? null
    const isNormal = p === null || p > alpha
    return {
      isNormal,
      isSmall: sample.length <= SMALL,
      text: `${index === 0 ? 'initial' : 'new'}: ${normalityText(p, isNormal)}`,
    }
  })
  const [x, y] = [momentsOf(initial), momentsOf(fresh)]
  const common = {
    name: 'mean' as const,
    speedup: ratio(x.mean, y.mean),
    conditions: normality.map(({ text }) => text),
  }
  const nothing = { test: 'none', p: null, significant: false }
  if (normality.some(({ isNormal, isSmall }) => !isNormal && isSmall))
    return { ...common, ...nothing, refused: `a sample of at most ${SMALL} is not normal; do more than ${SMALL} runs` }
  const tested = studentOrWelch(x, y, alpha)
  if (tested === null) return { ...common, ...nothing, refused: 'fewer than two values, or none varies' }
  return { ...common, ...tested, refused: null, significant: tested.p <= alpha }
}

function normalityText(p: number | null, isNormal: boolean): string {
  if (p === null) return 'normality cannot be tested'
  return `Shapiro-Wilk p ${p.toPrecision(3)}, ${isNormal ? 'normal' : 'not normal'}`
}

type Moments = ReturnType<typeof momentsOf>

/** Fisher's F decides which; one-sided. */
function studentOrWelch(x: Moments, y: Moments, alpha: number): { test: string; p: number } | null {
  const [shareX, shareY] = [x.variance / x.n, y.variance / y.n]
  if (x.n < 2 || y.n < 2 || shareX + shareY === 0) return null
  const upper = fisherTail(x.variance / y.variance, x.n - 1, y.n - 1)
  const areEqual = 2 * Math.min(upper, 1 - upper) > alpha
  if (areEqual) {
    const df = x.n + y.n - 2
    const pooled = ((x.n - 1) * x.variance + (y.n - 1) * y.variance) / df
    return {
      test: "Student's t, equal variances",
      p: studentCdf((y.mean - x.mean) / Math.sqrt(pooled * (1 / x.n + 1 / y.n)), df),
    }
  }
  const df = (shareX + shareY) ** 2 / (shareX ** 2 / (x.n - 1) + shareY ** 2 / (y.n - 1))
  return { test: "Welch's t, unequal variances", p: studentCdf((y.mean - x.mean) / Math.sqrt(shareX + shareY), df) }
}

function medianStep(initial: readonly number[], fresh: readonly number[], alpha: number): ProtocolStep {
  const { p } = ksCentred(initial, fresh)
  const isShift = p > alpha
  const isSmall = Math.min(initial.length, fresh.length) <= SMALL
  const common = {
    name: 'median' as const,
    speedup: ratio(describe(initial).median, describe(fresh).median),
    conditions: [
      `Kolmogorov-Smirnov on centred samples p ${p.toPrecision(3)}, ${isShift ? 'a shift' : 'not a mere shift'}`,
    ],
  }
  if (!isShift && isSmall)
    return {
      ...common,
      refused: `the arms differ by more than a shift; do more than ${SMALL} runs`,
      test: 'none',
      p: null,
      significant: false,
    }
  const { pLess, method } = mannWhitney(initial, fresh)
  return { ...common, refused: null, test: `Wilcoxon-Mann-Whitney, ${method}`, p: pLess, significant: pLess <= alpha }
}
