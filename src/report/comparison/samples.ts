import type { ArmName, ComparisonStage } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import type { Load } from '../../model/scenario.ts'
import type { MetricSample } from '../../stats/gate/judgeMetric.ts'
import { estimate } from '../estimate.ts'
import type { Estimate, Reading, Unit } from '../experiment.ts'
import { metricOf } from '../metrics.ts'
import { UNANSWERED_MS } from '../unanswered.ts'
import type { ComparedMetric } from './comparedMetrics.ts'

/** One metric of both arms in one stage. */
export interface StageSample {
  readonly sample: MetricSample
  readonly unit: Unit
  readonly baseline: Estimate | null
  readonly candidate: Estimate | null
  /** The same without pairs that have a run above the timeout: what is known of the noise. */
  readonly answered: MetricSample
  /** What a reader should know of pairs above the timeout; null when there are none. */
  readonly remark: string | null
}

/**
 * Pairs of one stage of one case: runs of the same block that are both valid. Where neither arm has an answer nothing is known of the change: such
 * a pair is left out, for it must not count as one that shows none.
 */
export function stageSample(
  load: Load,
  metric: ComparedMetric,
  results: readonly RunResult[],
  stage: ComparisonStage,
): StageSample {
  const armReadings = (arm: ArmName) =>
    readingsByBlock(
      load,
      metric,
      results.filter(({ run }) => run.stage === stage && run.arm === arm),
    )
  const [baseline, candidate] = [armReadings('baseline'), armReadings('candidate')]
  const blocks = [...baseline].flatMap(([block, before]) => {
    const after = candidate.get(block)
    return after === undefined ? [] : [[before, after] as const]
  })
  const [before, after] = [blocks.map(([reading]) => reading), blocks.map(([, reading]) => reading)]
  const pairs = blocks.filter(pair => pair.some(reading => isAnswered(metric, reading)))
  const answered = pairs.filter(pair => pair.every(reading => isAnswered(metric, reading)))
  return {
    sample: sampleOf(metric, pairs),
    answered: sampleOf(metric, answered),
    unit: metricOf(load, metric.name, [])!.unit,
    baseline: estimate(before),
    candidate: estimate(after),
    remark: remarkOn(metric, {
      all: blocks.length,
      oneArm: pairs.length - answered.length,
      bothArms: blocks.length - pairs.length,
    }),
  }
}

/** @param pairs how many there are, and how many without an answer in one arm, and in both */
function remarkOn(
  { better }: ComparedMetric,
  { all, oneArm, bothArms }: { readonly all: number; readonly oneArm: number; readonly bothArms: number },
): string | null {
  const what = better === 'lower' ? 'above the timeout' : 'nothing accepted'
  const remarks = [
    ...(oneArm === 0
      ? []
      : [`${what} in ${oneArm} of ${all} pairs: such a run counts as slower than any with an answer`]),
    ...(bothArms === 0
      ? []
      : [`${what} in both arms of ${bothArms} of ${all} pairs: left out, they show no change nor none`]),
  ]
  return remarks.length === 0 ? null : remarks.join('; ')
}

/** Whether a figure is a number that a ratio can be made of. */
export function isAnswered(
  { better, kind }: Pick<ComparedMetric, 'better' | 'kind'>,
  { value }: Pick<Reading, 'value'>,
): boolean {
  return value.value !== null && (kind === 'difference' || better === 'lower' || value.value > 0)
}

function sampleOf(
  { better, kind }: Pick<ComparedMetric, 'better' | 'kind'>,
  pairs: readonly (readonly [before: Reading, after: Reading])[],
): MetricSample {
  return {
    better,
    kind,
    paired: true,
    baseline: pairs.map(([before]) => rankable({ better, kind }, before)),
    candidate: pairs.map(([, after]) => rankable({ better, kind }, after)),
    marked: pairs.some(pair => pair.some(({ marked }) => marked)),
  }
}

/** A figure as the rank tests need it: worse than any other where there is no answer. */
export function rankable(metric: Pick<ComparedMetric, 'better' | 'kind'>, reading: Pick<Reading, 'value'>): number {
  if (isAnswered(metric, reading)) return reading.value.value!
  return metric.better === 'lower' ? UNANSWERED_MS : 1 / UNANSWERED_MS
}

/** Valid runs, and for errors also those that the target failed: it answered nothing. */
function readingsByBlock(load: Load, { name }: ComparedMetric, results: readonly RunResult[]): Map<number, Reading> {
  const blockOf = new Map(results.map(({ run }) => [run.id, run.block]))
  const readings = metricOf(load, name, results)!.readings.filter(({ valid }) => valid)
  const failed =
    name === 'errors' ? results.filter(result => result.state === 'failed' && result.fault === 'target') : []
  const all = [...readings, ...failed.map(({ run }) => failedReading(run.id))]
  return new Map(all.map(reading => [blockOf.get(reading.runId)!, reading]))
}

const failedReading = (runId: string): Reading => ({
  runId,
  valid: true,
  value: { value: 1, above: null },
  marked: false,
})
