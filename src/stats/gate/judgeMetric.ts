import { describe } from '../describe.ts'
import { exponential, hodgesLehmann } from '../hodgesLehmann.ts'
import { mannWhitney } from '../mannWhitney.ts'
import { meanInterval } from '../meanInterval.ts'
import { signedRank } from '../signedRank.ts'
import { type GateSettings, INTERVAL_LEVEL, stageAlpha } from './settings.ts'

/** One metric of both arms in one stage, one number per run. */
export interface MetricSample {
  readonly better: 'lower' | 'higher'
  /** `ratio`: values above 0, judged by candidate / baseline. `difference`: ratios of errors, judged by candidate - baseline. */
  readonly kind: 'ratio' | 'difference'
  /** baseline[i] and candidate[i] are runs of one pair. */
  readonly paired: boolean
  readonly baseline: readonly number[]
  readonly candidate: readonly number[]
  /** Some figures are only upper bounds: they may show slower, never the same. */
  readonly marked: boolean
}

/** In stage 1 `slower` and `faster` are suspicions. */
export const OUTCOMES = ['slower', 'faster', 'same', 'inconclusive', 'insufficient', 'invalid'] as const
export type StageOutcome = (typeof OUTCOMES)[number]

export interface StageJudgement {
  readonly outcome: StageOutcome
  /** Why it is insufficient or invalid; null otherwise. */
  readonly reason: string | null
  /** Runs of the smaller arm, or pairs. */
  readonly n: number
  /** candidate / baseline, or candidate - baseline, whatever is better; null when there is none. */
  readonly change: Change | null
  /** One-sided p of "the candidate is worse", and of "better"; null like `change`. */
  readonly pSlower: number | null
  readonly pFaster: number | null
  /** What p was set against. */
  readonly alpha: number
}

export interface Change {
  readonly estimate: number
  /** 90 % interval; null where there is none at this n. */
  readonly lower: number | null
  readonly upper: number | null
}

/** Judges one metric in one stage by the rules of the gate: rank tests, intervals without assumptions on the shape of the noise. */
export function judgeMetric(sample: MetricSample, settings: GateSettings): StageJudgement {
  const alpha = stageAlpha(settings)
  const n = Math.min(sample.baseline.length, sample.candidate.length)
  const nothing = {
    n,
    change: null,
    pSlower: null,
    pFaster: null,
    alpha,
  }
  const wrong = whyInvalid(sample)
  if (wrong !== null) return { ...nothing, outcome: 'invalid', reason: wrong }
  if (n < settings.minRuns) {
    const noun = n === 1 ? ['pair', 'run per arm'] : ['pairs', 'runs per arm']
    const reason = `${n} ${noun[sample.paired ? 0 : 1]}, at least ${settings.minRuns} are needed`
    return { ...nothing, outcome: 'insufficient', reason }
  }
  return sample.kind === 'ratio'
    ? judgeRatio(sample, settings, { ...nothing, n })
    : judgeDifference(sample, settings, { ...nothing, n })
}

function whyInvalid({ kind, paired, baseline, candidate }: MetricSample): string | null {
  const isFit = (value: number) => Number.isFinite(value) && (kind === 'ratio' ? value > 0 : value >= 0)
  const place = [...baseline, ...candidate].findIndex(value => !isFit(value))
  if (place >= 0) {
    const found = [...baseline, ...candidate][place]
    return `a run of the ${place < baseline.length ? 'baseline' : 'candidate'} has the value ${found}`
  }
  return paired && baseline.length !== candidate.length ? 'the arms have different numbers of runs' : null
}

type Base = Omit<StageJudgement, 'outcome' | 'reason'>

function judgeRatio(sample: MetricSample, settings: GateSettings, base: Base): StageJudgement {
  const { baseline, candidate, paired, better, marked } = sample
  const [logBaseline, logCandidate] = [baseline.map(Math.log), candidate.map(Math.log)]
  const { shift, pUp, pDown } = paired ? pairedShift(logBaseline, logCandidate) : freeShift(logBaseline, logCandidate)
  const interval = shift.interval && exponential(shift.interval)
  const change = {
    estimate: Math.exp(shift.estimate),
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
  }
  const [pSlower, pFaster] = better === 'lower' ? [pUp, pDown] : [pDown, pUp]
  const slowdown = better === 'lower' ? change.estimate : 1 / change.estimate
  const outcome = outcomeOf(slowdown, interval, { pSlower, pFaster, alpha: base.alpha, marked }, settings)
  return {
    ...base,
    outcome,
    reason: null,
    change,
    pSlower,
    pFaster,
  }
}

/** Of the logarithms of a pair: equal ratios are ties, in whatever unit, though rounding makes their logarithms differ by some 1e-15. */
const LOG_GRAIN = 1e-12

function pairedShift(baseline: readonly number[], candidate: readonly number[]) {
  const differences = candidate.map((value, pair) => Math.round((value - baseline[pair]!) / LOG_GRAIN) * LOG_GRAIN)
  const shift = signedRank(differences, INTERVAL_LEVEL)
  return { shift, pUp: shift.pGreater, pDown: shift.pLess }
}

function freeShift(baseline: readonly number[], candidate: readonly number[]) {
  const { pGreater, pLess } = mannWhitney(baseline, candidate)
  return { shift: hodgesLehmann(baseline, candidate, INTERVAL_LEVEL), pUp: pGreater, pDown: pLess }
}

interface Evidence {
  readonly pSlower: number
  readonly pFaster: number
  readonly alpha: number
  readonly marked: boolean
}

function outcomeOf(
  slowdown: number,
  interval: { readonly lower: number; readonly upper: number } | null,
  { pSlower, pFaster, alpha, marked }: Evidence,
  { minEffect, margin }: GateSettings,
): StageOutcome {
  if (pSlower <= alpha && slowdown >= 1 + minEffect) return 'slower'
  if (pFaster <= alpha && slowdown <= 1 / (1 + minEffect)) return marked ? 'inconclusive' : 'faster'
  const isInside = interval !== null && interval.lower >= 1 / (1 + margin) && interval.upper <= 1 + margin
  return isInside && !marked ? 'same' : 'inconclusive'
}

function judgeDifference(sample: MetricSample, settings: GateSettings, base: Base): StageJudgement {
  const { baseline, candidate, paired } = sample
  const { minErrorDifference: least } = settings
  if ([...baseline, ...candidate].every(value => value === 0)) {
    const change = { estimate: 0, lower: 0, upper: 0 }
    return { ...base, outcome: 'same', reason: null, change, pSlower: 1, pFaster: 1 }
  }
  const estimate = describe(candidate).mean - describe(baseline).mean
  const differences = paired ? candidate.map((value, pair) => value - baseline[pair]!) : null
  const { pGreater: pSlower, pLess: pFaster } =
    differences === null ? mannWhitney(baseline, candidate) : signedRank(differences, INTERVAL_LEVEL)
  const interval = differences && meanInterval(differences, INTERVAL_LEVEL)
  const change = { estimate, lower: interval?.lower ?? null, upper: interval?.upper ?? null }
  const isInside = interval !== null && interval.lower >= -least && interval.upper <= least
  const outcome =
    pSlower <= base.alpha && estimate >= least
      ? 'slower'
      : pFaster <= base.alpha && estimate <= -least
        ? 'faster'
        : isInside
          ? 'same'
          : 'inconclusive'
  return { ...base, outcome, reason: null, change, pSlower, pFaster }
}
