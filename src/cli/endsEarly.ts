import type { ExperimentPlan } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import { summarizeCase } from '../report/summarize.ts'
import type { RunFlags } from './runOptions.ts'

/** Whether a result is what `--abort-on` ends for. An SLO is judged on this run alone, and never on a baseline. */
export function endsEarly(
  { abortOn = [] }: Pick<RunFlags, 'abortOn'>,
  plan: ExperimentPlan,
  result: RunResult,
): boolean {
  if (abortOn.includes('invalid') && result.state === 'invalid') return true
  return abortOn.includes('slo') && result.run.arm !== 'baseline' && missesSlo(plan, result)
}

function missesSlo(plan: ExperimentPlan, result: RunResult): boolean {
  if (result.state === 'failed') return result.fault === 'target'
  const testCase = plan.cases.find(({ id }) => id === result.run.caseId)!
  const { slos } = summarizeCase(testCase, { ...plan, runs: [result.run] }, [result])
  return slos.some(({ verdict }) => verdict === 'missed')
}
