import { exitOf } from '../experiment/exit.ts'
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
  })
  return summarize({ ...input, exit })
}
