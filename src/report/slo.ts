import { AUDIT_TERMS, type AuditTerm } from '../model/audit.ts'
import type { RunResult } from '../model/result.ts'
import type { Load, Slo } from '../model/scenario.ts'
import { estimate, magnitude } from './estimate.ts'
import type { AuditSum, Estimate, Metric, SloVerdict } from './experiment.ts'
import { metricOf } from './metrics.ts'

/** Judges every SLO of a case; one that names a protocol is judged for each load of it. */
export function judgeSlos(
  slos: readonly Slo[],
  loads: readonly Load[],
  results: readonly RunResult[],
  audit: AuditSum | null,
): readonly SloVerdict[] {
  return slos.flatMap(slo => {
    if (slo.metric.startsWith('audit.')) return [judgeAudit(slo, audit)]
    const metrics = metricsOf(slo, loads, results)
    return metrics.length === 0
      ? [unmeasured(slo, 'no load of the case has this metric')]
      : metrics.map(metric => judgeMetric(slo, metric))
  })
}

/** Whether a number satisfies the SLO; +infinity stands for a figure that is only known to lie above a bound. */
export function satisfies(slo: Slo, value: number): boolean {
  if (slo.operator === '<') return value < slo.limit
  if (slo.operator === '<=') return value <= slo.limit
  if (slo.operator === '>') return value > slo.limit
  if (slo.operator === '>=') return value >= slo.limit
  return value === slo.limit
}

/** A load's own name comes before a protocol's: a load may be called `fhir` and speak MLLP. */
function metricsOf(slo: Slo, loads: readonly Load[], results: readonly RunResult[]): readonly Metric[] {
  const named = loads.flatMap(load => metricUnder(load.name, load, slo, results))
  return named.length > 0 ? named : loads.flatMap(load => metricUnder(load.protocol, load, slo, results))
}

function metricUnder(prefix: string, load: Load, slo: Slo, results: readonly RunResult[]): readonly Metric[] {
  if (!slo.metric.startsWith(`${prefix}.`)) return []
  const metric = metricOf(load, slo.metric.slice(prefix.length + 1), results)
  return metric === null ? [] : [metric]
}

function judgeMetric(slo: Slo, metric: Metric): SloVerdict {
  const base = { slo, metric: metric.path, unit: metric.unit }
  if (metric.estimate === null)
    return { ...base, verdict: 'not measured', measured: null, uncertain: false, reason: 'no valid run measured it' }
  const measured = metric.estimate.median
  const met = satisfies(slo, magnitude(measured))
  if (met !== satisfies(slo, withoutLag(metric)))
    return { ...base, verdict: 'not measured', measured, uncertain: true, reason: lagReason(metric.estimate) }
  return {
    ...base,
    verdict: met ? 'met' : 'missed',
    measured,
    uncertain: straddles(slo, metric.estimate),
    reason: null,
  }
}

/** The median if the target had taken no time where a figure is marked: the truth lies between it and the estimate. */
function withoutLag(metric: Metric): number {
  const least = metric.readings
    .filter(reading => reading.valid)
    .map(reading => (reading.marked ? { ...reading, value: { value: 0, above: null } } : reading))
  return magnitude(estimate(least)!.median)
}

function straddles(slo: Slo, { interval }: Estimate): boolean {
  return interval !== null && satisfies(slo, magnitude(interval.lower)) !== satisfies(slo, magnitude(interval.upper))
}

function lagReason({ marked, n }: Estimate): string {
  return `generator lag: in ${marked} of ${n} runs it is so large a part of the figure that the target cannot be judged`
}

function judgeAudit(slo: Slo, audit: AuditSum | null): SloVerdict {
  if (audit === null) return unmeasured(slo, 'no valid run has an audit')
  if (!audit.balanced) return unmeasured(slo, 'the audit of a run does not add up')
  const count = auditCount(slo.metric.slice('audit.'.length), audit)
  if (count === undefined) return unmeasured(slo, 'the audit has no such term')
  if (count === null) return unmeasured(slo, 'the target keeps no record of arrivals')
  return {
    slo,
    metric: slo.metric,
    unit: 'count',
    verdict: satisfies(slo, count) ? 'met' : 'missed',
    measured: { value: count, above: null },
    uncertain: false,
    reason: null,
  }
}

function unmeasured(slo: Slo, reason: string): SloVerdict {
  return { slo, metric: slo.metric, unit: 'count', verdict: 'not measured', measured: null, uncertain: false, reason }
}

/** undefined: not a term of the audit; null: not known. Without a receiver's record no term is evidence for an SLO. */
function auditCount(name: string, audit: AuditSum): number | null | undefined {
  const count = rawAuditCount(name, audit)
  return count !== undefined && audit.evidence === 'acknowledgements' ? null : count
}

function rawAuditCount(name: string, { terms, foreign, repeats, downstream }: AuditSum): number | null | undefined {
  if (name === 'foreign') return foreign
  if (name === 'repeats') return repeats
  if (name === 'misrouted') return downstream?.reduce((sum, { misrouted }) => sum + misrouted, 0)
  if (name === 'unknown')
    return terms.unknownArrived === null || terms.unknownAbsent === null
      ? null
      : terms.unknownArrived + terms.unknownAbsent
  return AUDIT_TERMS.includes(name as AuditTerm) ? terms[name as AuditTerm] : undefined
}
