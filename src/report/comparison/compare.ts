import type { ArmName, Case, ExperimentPlan } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import { judgeMetric } from '../../stats/gate/judgeMetric.ts'
import { isSuspicion, overall } from '../../stats/gate/judgeStages.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import { benjaminiHochberg } from '../../stats/multiplicity.ts'
import type { ExitReason } from '../experiment.ts'
import { summarizeCase } from '../summarize.ts'
import { answerOf } from './answer.ts'
import { comparedMetrics, countGated } from './comparedMetrics.ts'
import { compareMetric } from './compareMetric.ts'
import type {
  CaseComparison,
  ComparisonInput,
  ComparisonReport,
  ComparisonSettings,
  MetricComparison,
} from './comparison.ts'
import { stageSample } from './samples.ts'

/** Largest expected share of false findings among the metrics that are for information. */
const ADVISORY_LEVEL = 0.05

/** Whether stage 1 of a comparison makes fresh runs necessary. @param results of stage 1 */
export function isSuspected(plan: ExperimentPlan, results: readonly RunResult[], own: ComparisonSettings): boolean {
  const settings = gateSettings(plan, own)
  return plan.cases.some(({ id, scenario }) => {
    const ofCase = results.filter(({ run }) => run.caseId === id)
    return scenario.load.some(load =>
      comparedMetrics(load).some(
        metric => metric.gated && isSuspicion(judgeMetric(stageSample(load, metric, ofCase, 1).sample, settings)),
      ),
    )
  })
}

/** From the results of both arms to what every format prints. */
export function compareResults(input: ComparisonInput, exit: ExitReason): ComparisonReport {
  const { plan, results, settings: own, ...rest } = input
  const settings = gateSettings(plan, own)
  const cases = plan.cases.map(testCase => compareCase(testCase, plan, results, settings))
  const verdict = overall(
    cases.flatMap(({ metrics }) => metrics.filter(({ gated }) => gated).map(each => each.verdict)),
  )
  const report = {
    ...rest,
    id: plan.id,
    name: plan.cases[0]?.scenario.name ?? plan.id,
    description: plan.cases[0]?.scenario.description ?? null,
    verdict,
    seed: plan.seed,
    baseline: armOf(plan, 'baseline'),
    candidate: armOf(plan, 'candidate'),
    settings,
    stages: results.some(({ run }) => run.stage === 2) ? (2 as const) : (1 as const),
    cases,
    exit,
  }
  return { ...report, answer: answerOf(report) }
}

function gateSettings(plan: ExperimentPlan, own: ComparisonSettings): GateSettings {
  return { ...own, gatedMetrics: countGated(plan.cases.map(({ scenario }) => scenario.load)) }
}

const armOf = (plan: ExperimentPlan, name: ArmName) => plan.arms.find(arm => arm.name === name)!

function compareCase(
  testCase: Case,
  plan: ExperimentPlan,
  all: readonly RunResult[],
  settings: GateSettings,
): CaseComparison {
  const { id, digest, scenario } = testCase
  const results = all.filter(({ run }) => run.caseId === id)
  const metrics = scenario.load.flatMap(load =>
    comparedMetrics(load).map(metric => compareMetric(load, metric, results, settings)),
  )
  const stages = results.some(({ run }) => run.stage === 2) ? 2 : 1
  const wanted = { ...testCase, scenario: { ...scenario, runs: stages * scenario.runs } }
  const alone = (arm: ArmName) =>
    summarizeCase(
      wanted,
      { ...plan, runs: plan.runs.filter(run => run.arm === arm) },
      results.filter(({ run }) => run.arm === arm),
    )
  return { id, digest, metrics: withAdvisory(metrics), baseline: alone('baseline'), candidate: alone('candidate') }
}

/** Metrics for information are many: what they show is held to a false discovery rate, and is never more than a hint. */
function withAdvisory(metrics: readonly MetricComparison[]): readonly MetricComparison[] {
  const advisory = metrics.filter(({ gated, pSlower }) => !gated && pSlower !== null)
  const adjusted = benjaminiHochberg(
    advisory.map(({ pSlower, pFaster }) => Math.min(1, 2 * Math.min(pSlower!, pFaster!))),
  )
  return metrics.map(metric => {
    const at = advisory.indexOf(metric)
    const shown = metric.judgements[metric.stage - 1]!
    if (at < 0 || !isSuspicion(shown)) return metric
    const verdict = adjusted[at]! <= ADVISORY_LEVEL ? shown.outcome : ('inconclusive' as const)
    return { ...metric, verdict, remark: null }
  })
}
