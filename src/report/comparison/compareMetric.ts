import type { RunResult } from '../../model/result.ts'
import type { Load } from '../../model/scenario.ts'
import { advise } from '../../stats/gate/advise.ts'
import { judgeMetric } from '../../stats/gate/judgeMetric.ts'
import { judgeStages } from '../../stats/gate/judgeStages.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import type { ComparedMetric } from './comparedMetrics.ts'
import type { MetricComparison } from './comparison.ts'
import { stageSample } from './samples.ts'

/** Judges one metric of one load of one case over both stages. @param results of the case */
export function compareMetric(
  load: Load,
  metric: ComparedMetric,
  results: readonly RunResult[],
  settings: GateSettings,
): MetricComparison {
  const first = stageSample(load, metric, results, 1)
  const second = results.some(({ run }) => run.stage === 2) ? stageSample(load, metric, results, 2) : null
  const judgements = [judgeMetric(first.sample, settings), second && judgeMetric(second.sample, settings)] as const
  const { verdict, stage, remark } = judgeStages(...judgements)
  const shown = stage === 2 ? second! : first
  const judgement = stage === 2 ? judgements[1]! : judgements[0]
  const { detectable, runsNeeded, flags } = advise(shown.answered, judgement, settings)
  return {
    path: `${load.name}.${metric.name}`,
    unit: shown.unit,
    better: metric.better,
    kind: metric.kind,
    gated: metric.gated,
    verdict,
    stage,
    pairs: shown.sample.baseline.length,
    baseline: shown.baseline,
    candidate: shown.candidate,
    change: judgement.change,
    pSlower: judgement.pSlower,
    pFaster: judgement.pFaster,
    remark: [remark, judgement.reason, shown.remark].filter(each => each !== null).join('; ') || null,
    detectable,
    runsNeeded,
    flags,
    judgements,
  }
}
