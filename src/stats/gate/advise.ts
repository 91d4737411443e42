import { momentsOf } from '../moments.ts'
import { type Noise, runsFor, runsForSame, smallestEffect } from '../power.ts'
import { flagsOf } from './flags.ts'
import type { MetricSample, StageJudgement } from './judgeMetric.ts'
import type { GateSettings } from './settings.ts'

/** What a reader needs beside a judgement. */
export interface Advice {
  /** Smallest change, as a share, that a stage of this size finds nine times in ten; null for differences, or without noise. */
  readonly detectable: number | null
  /** Runs per arm, or pairs, in each stage that would settle it; null unless inconclusive. */
  readonly runsNeeded: number | null
  /** Remarks on the samples; they never change a verdict. */
  readonly flags: readonly string[]
}

const POWER = 0.9

export function advise(sample: MetricSample, judgement: StageJudgement, settings: GateSettings): Advice {
  const { outcome, change, pSlower, pFaster, n, alpha } = judgement
  if (sample.kind === 'difference' || change === null || pSlower === null || pFaster === null)
    return { detectable: null, runsNeeded: null, flags: [] }
  const noise = noiseOf(sample)
  return {
    detectable: noise && smallestEffect(n, alpha, POWER, noise),
    runsNeeded:
      outcome === 'inconclusive' && noise !== null ? runsToSettle(change.estimate, alpha, noise, settings) : null,
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

/** To find the change that was seen where it is worth a verdict, else to show that there is none. */
function runsToSettle(ratio: number, alpha: number, noise: Noise, { minEffect, margin }: GateSettings): number {
  const seen = Math.max(ratio, 1 / ratio) - 1
  return seen >= minEffect ? runsFor(seen, alpha, POWER, noise) : runsForSame(margin, noise)
}
