import type { Load } from '../../model/scenario.ts'

/** A metric of a load, as a comparison looks at it. */
export interface ComparedMetric {
  readonly name: string
  readonly better: 'lower' | 'higher'
  readonly kind: 'ratio' | 'difference'
  readonly gated: boolean
}

const time = (name: string, gated: boolean): ComparedMetric => ({ name, better: 'lower', kind: 'ratio', gated })
const throughput = (gated: boolean): ComparedMetric => ({ name: 'throughput', better: 'higher', kind: 'ratio', gated })
const ERRORS: ComparedMetric = { name: 'errors', better: 'lower', kind: 'difference', gated: true }

/**
 * What may fail a comparison follows from the workload: a closed loop by throughput and response, an open one, whose throughput is given, by
 * response, a fixed amount of work by its duration, a backlog by its time to drain; and always the share of errors. The rest is for information.
 */
export function comparedMetrics({ workload }: Load): readonly ComparedMetric[] {
  const isBacklog = workload.kind === 'open' && workload.backlogPerFeed !== undefined
  if (isBacklog && workload.records !== null)
    return [time('drain', true), ERRORS, throughput(false), time('response.p50', false), time('response.p99', false)]
  if (workload.records !== null)
    return [time('duration', true), ERRORS, throughput(false), time('response.p50', false), time('response.p99', false)]
  if (workload.kind === 'closed')
    return [throughput(true), time('response.p50', true), time('response.p99', true), ERRORS]
  const drain = isBacklog ? [time('drain', true)] : []
  return [...drain, time('response.p50', true), time('response.p99', true), ERRORS, throughput(false)]
}

/** Metrics that can fail a comparison, over all cases and loads. */
export function countGated(loads: readonly (readonly Load[])[]): number {
  return loads
    .flat()
    .flatMap(comparedMetrics)
    .filter(({ gated }) => gated).length
}
