import type { ExperimentPlan } from '../model/experiment.ts'
import type { RunFlags } from './runOptions.ts'

/** The plan by which results are judged: without its SLOs where `--no-slo` was asked for. */
export function judgedPlan(plan: ExperimentPlan, { slo }: Pick<RunFlags, 'slo'>): ExperimentPlan {
  if (slo) return plan
  return { ...plan, cases: plan.cases.map(each => ({ ...each, scenario: { ...each.scenario, slo: [] } })) }
}
