import { exitOfCapacity } from '../experiment/capacity/exit.ts'
import { type ComparisonOutcome, exitOf } from '../experiment/exit.ts'
import type { RunResult } from '../model/result.ts'
import type { CapacityInput, CapacityReport } from '../report/capacity/report.ts'
import { summarizeCapacity } from '../report/capacity/summarize.ts'
import { compareResults } from '../report/comparison/compare.ts'
import type { ComparisonInput, ComparisonReport } from '../report/comparison/comparison.ts'
import type { ExperimentReport, ReportInput } from '../report/experiment.ts'
import { summarize } from '../report/summarize.ts'

/** The report of an experiment, with the exit code that follows from it. */
export function judge(input: Omit<ReportInput, 'exit'>, interrupted: boolean): ExperimentReport {
  const { cases } = summarize({ ...input, exit: { code: 0, reason: '' } })
  const slos = cases.flatMap(each => each.slos)
  const exit = exitOf({
    results: input.results,
    caseIds: input.plan.cases.map(({ id }) => id),
    interrupted,
    slosFailed: slos.filter(({ verdict }) => verdict !== 'met').length,
    slosDeclared: slos.length,
    alarms: [...new Set(cases.flatMap(({ alarms }) => alarms.map(({ name }) => name)))],
    leaks: input.leaks,
    comparison: null,
  })
  return summarize({ ...input, exit })
}

/** A search for the capacity, with the exit code that follows from it. */
export function judgeCapacity(input: CapacityInput, results: readonly RunResult[]): CapacityReport {
  const { interrupted, leaks, plan } = input
  const references = new Set(Object.values(plan.search!.references))
  const { clones } = plan.search!.aim
  return summarizeCapacity(input, cases => exitOfCapacity({ cases, clones, results, interrupted, references, leaks }))
}

/** A comparison, with the exit code that follows from it. SLOs are the candidate's. */
export function judgeComparison(
  input: ComparisonInput,
  interrupted: boolean,
  failOn: ComparisonOutcome['failOn'],
): ComparisonReport {
  const { cases, verdict, answer } = compareResults(input, { code: 0, reason: '' })
  const slos = cases.flatMap(({ candidate }) => candidate.slos)
  const exit = exitOf({
    results: input.results,
    caseIds: input.plan.cases.map(({ id }) => id),
    interrupted,
    slosFailed: slos.filter(slo => slo.verdict !== 'met').length,
    slosDeclared: slos.length,
    alarms: [...new Set(cases.flatMap(({ candidate }) => candidate.alarms.map(({ name }) => name)))],
    leaks: input.leaks,
    comparison: { verdict, answer, failOn },
  })
  return compareResults(input, exit)
}
