import { describe } from './describe.ts'
import { fisherTail } from './fisherF.ts'
import { ksCentred } from './ksCentred.ts'
import { mannWhitney } from './mannWhitney.ts'
import { momentsOf } from './moments.ts'
import { shapiroWilk } from './shapiroWilk.ts'
import { studentCdf } from './student.ts'

/** The protocol refuses samples that are not normal unless they are larger than this. */
export const SMALL = 30

/** One of the protocol's tests at one risk: whether its conditions held, and what it then said. */
export interface StepAnswer {
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

/** A test whose risk is still open. */
export interface Step {
  at(alpha: number): StepAnswer
  /** Risks at which a "no" can turn into a "yes". */
  readonly turningPoints: readonly number[]
}

const NO_TEST = { test: 'none', p: null, significant: false } as const

export const ratio = (initial: number, fresh: number): number | null => (fresh === 0 ? null : initial / fresh)

/** Shapiro-Wilk on either sample, Fisher's F, then Student's or Welch's t. */
export function meanStep(initial: readonly number[], fresh: readonly number[]): Step {
  const normality = [initial, fresh].map((sample, index) => ({
    name: index === 0 ? 'initial' : 'new',
    isSmall: sample.length <= SMALL,
    p: shapiroWilk(sample)?.p ?? null,
  }))
  const [x, y] = [momentsOf(initial), momentsOf(fresh)]
  const tests = studentAndWelch(x, y)
  return {
    turningPoints: tests === null ? [] : [tests.equalVariances, tests.student.p, tests.welch.p],
    at(alpha) {
      const isNormal = (p: number | null) => p !== null && p > alpha
      const conditions = normality.map(({ name, p }) => `${name}: ${normalityText(p, isNormal(p))}`)
      const common = { name: 'mean', speedup: ratio(x.mean, y.mean), conditions } as const
      const lacking = normality.filter(({ isSmall, p }) => isSmall && !isNormal(p))
      if (lacking.length > 0) {
        const lack = lacking.some(({ p }) => p !== null) ? 'is not normal' : 'cannot be tested for normality'
        return { ...common, ...NO_TEST, refused: `a sample of at most ${SMALL} ${lack}; do more than ${SMALL} runs` }
      }
      if (tests === null) return { ...common, ...NO_TEST, refused: 'no value varies; there is nothing to test' }
      const chosen = tests.equalVariances > alpha ? tests.student : tests.welch
      return { ...common, ...chosen, refused: null, significant: chosen.p <= alpha }
    },
  }
}

function normalityText(p: number | null, isNormal: boolean): string {
  if (p === null) return 'normality cannot be tested'
  return `Shapiro-Wilk p ${p.toPrecision(3)}, ${isNormal ? 'normal' : 'not normal'}`
}

type Moments = ReturnType<typeof momentsOf>

/** Both t tests, one-sided, and the two-sided p of Fisher's F, which decides between them. null where nothing varies. */
function studentAndWelch(x: Moments, y: Moments) {
  const [shareX, shareY] = [x.variance / x.n, y.variance / y.n]
  if (x.n < 2 || y.n < 2 || shareX + shareY === 0) return null
  const upper = fisherTail(x.variance / y.variance, x.n - 1, y.n - 1)
  const pooledDf = x.n + y.n - 2
  const pooled = ((x.n - 1) * x.variance + (y.n - 1) * y.variance) / pooledDf
  const df = (shareX + shareY) ** 2 / (shareX ** 2 / (x.n - 1) + shareY ** 2 / (y.n - 1))
  const pOf = (squaredError: number, degrees: number) =>
    studentCdf((y.mean - x.mean) / Math.sqrt(squaredError), degrees)
  return {
    equalVariances: 2 * Math.min(upper, 1 - upper),
    student: { test: "Student's t, equal variances", p: pOf(pooled * (1 / x.n + 1 / y.n), pooledDf) },
    welch: { test: "Welch's t, unequal variances", p: pOf(shareX + shareY, df) },
  }
}

/** Kolmogorov-Smirnov on the centred samples, then Wilcoxon-Mann-Whitney. */
export function medianStep(initial: readonly number[], fresh: readonly number[]): Step {
  const shift = ksCentred(initial, fresh)
  const { pLess, method } = mannWhitney(initial, fresh)
  const isSmall = Math.min(initial.length, fresh.length) <= SMALL
  const speedup = ratio(describe(initial).median, describe(fresh).median)
  return {
    turningPoints: [pLess],
    at(alpha) {
      const isShift = shift.p > alpha
      const text = `p ${shift.p.toPrecision(3)}, ${isShift ? 'a shift' : 'not a mere shift'}`
      const common = { name: 'median', speedup, conditions: [`Kolmogorov-Smirnov on centred samples ${text}`] } as const
      if (!isShift && isSmall)
        return { ...common, ...NO_TEST, refused: `the arms differ by more than a shift; do more than ${SMALL} runs` }
      const test = `Wilcoxon-Mann-Whitney, ${method}`
      return { ...common, refused: null, test, p: pLess, significant: pLess <= alpha }
    },
  }
}
