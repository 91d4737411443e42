import type { CaseReport, LoadReport, Metric, OverallVerdict, SloVerdict } from './experiment.ts'
import { formatFigure, formatInterval, formatNumber, plural } from './format.ts'
import { validRuns } from './validity.ts'
import { nounOf } from './workload.ts'

/** One miss is a miss, one thing not measured is no pass. */
export function verdictOf(slos: readonly SloVerdict[]): OverallVerdict {
  if (slos.length === 0) return 'none'
  if (slos.some(({ verdict }) => verdict === 'missed')) return 'missed'
  return slos.some(({ verdict }) => verdict === 'not measured') ? 'not measured' : 'met'
}

/** The result of an experiment in one sentence. */
export function answerOf(name: string, cases: readonly CaseReport[]): string {
  const [only, ...others] = cases
  if (only === undefined) return `hl7bench: ${name} has no case to run.`
  return others.length === 0 ? answerOfCase(name, only) : answerOfCases(name, cases)
}

function answerOfCase(name: string, report: CaseReport): string {
  const { validity } = report
  const runs = describeRuns([report])
  if (validity.valid === 0) return `hl7bench: ${name} has no valid result, ${runs}: ${judgement(report.slos)}.`
  const carried = report.loads.map(load => describeLoad(load, report))
  return `hl7bench: ${name} carried ${carried.join(' and ')}, ${runs}: ${judgement(report.slos)}.`
}

function answerOfCases(name: string, cases: readonly CaseReport[]): string {
  const failing = cases.filter(({ slos }) => !['met', 'none'].includes(verdictOf(slos)))
  const where = failing.length === 0 ? '' : ` (in ${failing.map(({ id }) => id).join(', ')})`
  return `hl7bench: ${name}, ${plural(cases.length, 'case')}, ${describeRuns(cases)}: ${judgement(cases.flatMap(({ slos }) => slos))}${where}.`
}

function describeLoad(load: LoadReport, report: CaseReport): string {
  const find = (name: string): Metric | undefined => report.metrics.find(({ path }) => path === `${load.name}.${name}`)
  const throughput = find('throughput')?.estimate?.median.value
  const rate = throughput == null ? 'an unknown rate' : `${formatNumber(throughput)} ${nounOf(load)}/s`
  const called = load.name === load.protocol ? '' : ` (${load.name})`
  return `${rate} of ${load.protocol.toUpperCase()}${called}${describeP99(find('response.p99'))}`
}

function describeP99(metric: Metric | undefined): string {
  if (!metric?.estimate) return ', response not measured'
  const { estimate, unit } = metric
  const interval = estimate.interval === null ? '' : ` ${formatInterval(estimate, unit)}`
  return ` at p99 ${formatFigure(estimate.median, unit)}${interval}`
}

function describeRuns(cases: readonly CaseReport[]): string {
  const sum = (count: (report: CaseReport) => number): number =>
    cases.reduce((total, report) => total + count(report), 0)
  const valid = sum(({ validity }) => validity.valid)
  const wanted = sum(({ validity }) => validity.wanted)
  const byTarget = sum(({ validity }) => validity.failed.filter(({ fault }) => fault === 'target').length)
  const failed = byTarget === 0 ? '' : `, ${byTarget} failed by the target`
  return `${validRuns(valid, wanted)}${failed}`
}

function judgement(slos: readonly SloVerdict[]): string {
  if (slos.length === 0) return 'no SLO to judge by'
  const count = (verdict: SloVerdict['verdict']): number => slos.filter(slo => slo.verdict === verdict).length
  const total = plural(slos.length, 'SLO')
  if (count('met') === slos.length) return ['its SLO met', 'both SLOs met'][slos.length - 1] ?? `all ${total} met`
  const parts = (['missed', 'not measured'] as const).flatMap(verdict =>
    count(verdict) > 0 ? [`${count(verdict)} ${verdict}`] : [],
  )
  return `of ${total}, ${parts.join(' and ')}`
}
