import { momentsOf } from '../moments.ts'
import { type Noise, runsFor, runsForInterval, runsForSame, smallestEffect } from '../power.ts'
import { flagsOf } from './flags.ts'
import type { MetricSample, StageJudgement } from './judgeMetric.ts'
import type { GateSettings } from './settings.ts'

/** What a reader needs beside a judgement. */
export interface Advice {
  /** Smallest change, as a share, that a stage of this size finds nine times in ten; null for differences, or without noise. */
  readonly detectable: number | null
  /** Runs per arm, or pairs, in each stage that would settle it; null unless inconclusive, and where no number of runs would. */
  readonly runsNeeded: number | null
  /** Remarks on the samples; they never change a verdict. */
  readonly flags: readonly string[]
}

const POWER = 0.9

const NOTHING: Advice = { detectable: null, runsNeeded: null, flags: [] }

/** @param sample what is known of the noise: it may have fewer runs than were judged, and with too few of them there is no advice */
export function advise(sample: MetricSample, judgement: StageJudgement, settings: GateSettings): Advice {
  const { outcome, change, pSlower, pFaster, n, alpha } = judgement
  if (sample.kind === 'difference' || change === null || pSlower === null || pFaster === null) return NOTHING
  if (Math.min(sample.baseline.length, sample.candidate.length) < settings.minRuns) return NOTHING
  const noise = noiseOf(sample)
  return {
    detectable: noise && smallestEffect(n, alpha, POWER, noise),
    runsNeeded:
      outcome === 'inconclusive' && noise !== null
        ? runsToSettle(sample, judgement, change.estimate, noise, settings)
        : null,
    flags: flagsOf(sample, { pSlower, pFaster }),
  }
}

function noiseOf({ baseline, candidate, paired }: MetricSample): Noise | null {
  const spreadOf = (values: readonly number[]) => momentsOf(values).variance
  const variance = paired
    ? spreadOf(candidate.map((value, pair) => Math.log(value / baseline[pair]!)))
    : (spreadOf(baseline.map(Math.log)) + spreadOf(candidate.map(Math.log))) / 2
  return variance > 0 ? { logSd: Math.sqrt(variance), paired } : null
}

/**
 * More runs than there were: to find the change that was seen where it is worth a verdict, else to show that there is none, with the interval
 * where it lies now. Upper bounds never show the same or faster, however many they are.
 */
function runsToSettle(
  { better, marked }: MetricSample,
  { n, alpha }: StageJudgement,
  ratio: number,
  noise: Noise,
  { minEffect, margin }: GateSettings,
): number | null {
  const slowdown = better === 'lower' ? ratio : 1 / ratio
  const seen = Math.max(ratio, 1 / ratio) - 1
  if (marked && slowdown < 1 + minEffect) return null
  if (seen >= minEffect) return Math.max(n + 1, runsFor(seen, alpha, POWER, noise))
  const room = Math.log1p(margin) - Math.log1p(seen)
  return room <= 0 ? null : Math.max(n + 1, runsForSame(margin, noise), runsForInterval(room, noise))
}
