import type { ArmName, ComparisonStage } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import type { Load } from '../../model/scenario.ts'
import type { MetricSample } from '../../stats/gate/judgeMetric.ts'
import { estimate } from '../estimate.ts'
import type { Estimate, Reading, Unit } from '../experiment.ts'
import { metricOf } from '../metrics.ts'
import type { ComparedMetric } from './comparedMetrics.ts'

/** One metric of both arms in one stage. */
export interface StageSample {
  readonly sample: MetricSample
  readonly unit: Unit
  readonly baseline: Estimate | null
  readonly candidate: Estimate | null
  /** Why the pairs cannot be judged; null when they can. */
  readonly unfit: string | null
}

/** Pairs of one stage of one case: runs of the same block that are both valid. */
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
  const pairs = [...baseline].flatMap(([block, before]) => {
    const after = candidate.get(block)
    return after === undefined ? [] : [[before, after] as const]
  })
  const [before, after] = [pairs.map(([reading]) => reading), pairs.map(([, reading]) => reading)]
  const unanswered = pairs.filter(pair => pair.some(({ value }) => value.value === null)).length
  return {
    sample: {
      better: metric.better,
      kind: metric.kind,
      paired: true,
      baseline: before.map(({ value }) => value.value ?? Number.POSITIVE_INFINITY),
      candidate: after.map(({ value }) => value.value ?? Number.POSITIVE_INFINITY),
      marked: pairs.some(pair => pair.some(({ marked }) => marked)),
    },
    unit: metricOf(load, metric.name, [])!.unit,
    baseline: estimate(before),
    candidate: estimate(after),
    unfit:
      unanswered === 0
        ? null
        : `above the timeout in ${unanswered} of ${pairs.length} pairs: too many arrivals had no answer; see the errors`,
  }
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
