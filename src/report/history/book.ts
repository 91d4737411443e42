import type { Row } from '../../model/row.ts'
import { figuresOfRow, isCounted, type RowFigure } from '../rowMetrics.ts'
import { UNANSWERED_MS } from '../unanswered.ts'

/** What a metric is, apart from its values. */
export type MetricKind = Pick<RowFigure, 'path' | 'unit' | 'better'>

/** Rows of one experiment, and of one arm where it compared two, in one series. */
export interface HistoryExperiment {
  /** Experiment id; of rows that hl7bench did not write, branch and commit. */
  readonly id: string
  readonly branch: string | null
  readonly commit: string | null
  /** Earliest timestamp, ISO 8601 UTC. */
  readonly at: string
  readonly valid: number
  readonly invalid: number
  readonly failed: number
  /** Values of the valid rows by metric. */
  readonly values: ReadonlyMap<string, readonly number[]>
}

/** What may be compared over time: one test case, unchanged, in one environment. */
export interface HistorySeries {
  readonly testCase: string
  readonly environmentId: string
  /** null = not written by hl7bench. */
  readonly digest: string | null
  /** In the order of their first row in time. */
  readonly experiments: readonly HistoryExperiment[]
  readonly metrics: readonly MetricKind[]
  /** The metric that speaks for the series. */
  readonly headline: MetricKind | null
}

interface OpenExperiment {
  readonly id: string
  readonly branch: string | null
  readonly commit: string | null
  at: string
  valid: number
  invalid: number
  failed: number
  readonly values: Map<string, number[]>
}

interface OpenSeries {
  readonly testCase: string
  readonly environmentId: string
  readonly digest: string | null
  readonly experiments: Map<string, OpenExperiment>
  readonly metrics: Map<string, MetricKind>
  headline: string | null
}

/** Takes rows one at a time and keeps their figures alone: a history may be larger than the memory. */
export class HistoryBook {
  readonly #series = new Map<string, OpenSeries>()
  readonly #keeps: 'headlines' | 'everything'

  /** @param keeps `headlines`: only the metric that speaks for each series, a tenth of the memory */
  constructor(keeps: 'headlines' | 'everything' = 'everything') {
    this.#keeps = keeps
  }

  add(row: Row): void {
    const series = this.#seriesOf(row)
    const experiment = experimentOf(series, row)
    if (row.timestamp < experiment.at) experiment.at = row.timestamp
    if (!isCounted(row)) {
      if (row.data.state === 'invalid') experiment.invalid++
      else experiment.failed++
      return
    }
    experiment.valid++
    series.headline ??= headlineOf(row)
    for (const { path, unit, better, figure } of figuresOfRow(row)) {
      if (this.#keeps === 'headlines' && path !== series.headline) continue
      if (!series.metrics.has(path)) series.metrics.set(path, { path, unit, better })
      const values = experiment.values.get(path)
      const value = figure.value ?? UNANSWERED_MS
      if (values === undefined) experiment.values.set(path, [value])
      else values.push(value)
    }
  }

  /** By test case, environment and digest. */
  series(): readonly HistorySeries[] {
    return [...this.#series.values()]
      .map(({ experiments, metrics, headline, ...series }) => ({
        ...series,
        experiments: [...experiments.values()].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
        metrics: [...metrics.values()],
        headline: metrics.get(headline ?? '') ?? null,
      }))
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  }

  #seriesOf(row: Row): OpenSeries {
    const digest = typeof row.data.digest === 'string' ? row.data.digest : null
    const key = keyOf({ testCase: row.testCaseId, environmentId: row.environmentId, digest })
    const existing = this.#series.get(key)
    if (existing !== undefined) return existing
    const made: OpenSeries = {
      testCase: row.testCaseId,
      environmentId: row.environmentId,
      digest,
      experiments: new Map(),
      metrics: new Map(),
      headline: null,
    }
    this.#series.set(key, made)
    return made
  }
}

const keyOf = ({
  testCase,
  environmentId,
  digest,
}: Pick<HistorySeries, 'testCase' | 'environmentId' | 'digest'>): string =>
  [testCase, environmentId, digest ?? ''].join('\0')

function experimentOf({ experiments }: OpenSeries, row: Row): OpenExperiment {
  const { experiment, arm } = row.data
  const id = typeof experiment === 'string' ? experiment : `${row.branch ?? '?'} ${row.commit ?? '?'}`
  const key = `${id} ${typeof arm === 'string' ? arm : ''} ${row.commit ?? ''}`
  const existing = experiments.get(key)
  if (existing !== undefined) return existing
  const made: OpenExperiment = {
    id,
    branch: row.branch,
    commit: row.commit,
    at: row.timestamp,
    valid: 0,
    invalid: 0,
    failed: 0,
    values: new Map(),
  }
  experiments.set(key, made)
  return made
}

/** A closed loop shows a slowdown in its throughput, an open one in its response, anything else in its duration. */
function headlineOf({ data }: Row): string {
  const [first] = Array.isArray(data.loads) ? (data.loads as readonly { load?: unknown; workload?: unknown }[]) : []
  if (first === undefined) return 'duration'
  return `${String(first.load)}.${first.workload === 'closed' ? 'throughput' : 'response.p99'}`
}
