import { twoGroups } from '../bimodality.ts'
import { brownForsythe } from '../brownForsythe.ts'
import { describe } from '../describe.ts'
import { kendallTrend } from '../kendall.ts'
import { lag1 } from '../lag1.ts'
import { tukeyClass } from '../tukeyClass.ts'
import { welchLog } from '../welchLog.ts'
import type { MetricSample } from './judgeMetric.ts'
import { INTERVAL_LEVEL } from './settings.ts'

const UNLIKELY = 0.01
const STRONG_ECHO = 0.3
const NOISY_CV = 0.1
/** p of the rank test and of the t test on opposite sides of these disagree. */
const CLEAR = 0.01
const UNCLEAR = 0.1

/** What a reader should know of samples of values above 0 before believing the verdict. */
export function flagsOf(sample: MetricSample, { pSlower, pFaster }: { pSlower: number; pFaster: number }): string[] {
  const { baseline, candidate } = sample
  const arms = [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const
  const spread = brownForsythe(baseline, candidate)
  return [
    ...(spread !== null && spread.p < UNLIKELY
      ? [`the spread changed (Brown-Forsythe p ${spread.p.toPrecision(2)})`]
      : []),
    ...(disagree(sample, Math.min(pSlower, pFaster)) ? ['the rank test and the t test on logarithms disagree'] : []),
    ...arms.flatMap(([name, values]) => armFlags(values).map(flag => `${name}: ${flag}`)),
    ...(hasTwoModes(baseline) === hasTwoModes(candidate) ? [] : ['one arm has two modes, the other has one']),
  ]
}

function armFlags(values: readonly number[]): string[] {
  const { cv } = describe(values)
  const trend = kendallTrend(values)
  const isDrifting = (lag1(values) ?? 0) > STRONG_ECHO || (trend?.p ?? 1) < UNLIKELY
  const { severe } = tukeyClass(values)
  return [
    ...(isDrifting ? ['drifts over the experiment'] : []),
    ...(severe > 0 ? [`${severe} severe ${severe === 1 ? 'outlier' : 'outliers'}`] : []),
    ...(cv !== null && cv > NOISY_CV ? [`varies by ${(cv * 100).toFixed(0)} % from run to run`] : []),
  ]
}

function disagree({ baseline, candidate, paired }: MetricSample, pRank: number): boolean {
  const test = paired
    ? welchLog(
        candidate.map(() => 1),
        candidate.map((value, pair) => value / baseline[pair]!),
        INTERVAL_LEVEL,
      )
    : welchLog(baseline, candidate, INTERVAL_LEVEL)
  if (test === null || test.pGreater === null || test.pLess === null) return false
  const pMean = Math.min(test.pGreater, test.pLess)
  return (pRank < CLEAR && pMean > UNCLEAR) || (pMean < CLEAR && pRank > UNCLEAR)
}

const hasTwoModes = (values: readonly number[]): boolean => twoGroups(values)?.isBimodal ?? false
