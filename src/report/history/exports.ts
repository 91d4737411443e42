import { isUnanswered } from '../unanswered.ts'
import type { HistorySeries, MetricKind } from './book.ts'
import { type HistoryPoint, pointsOf } from './medians.ts'

export const EXPORT_FORMATS = ['bmf', 'otava', 'github-smaller', 'github-bigger'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Of each case in each environment its newest series: other tools know a series by its name alone, and would take the case before it was edited
 * for the same.
 * @param metric path of the one metric to export, or null for all
 */
export function exportHistory(all: readonly HistorySeries[], format: ExportFormat, metric: string | null): string {
  const wanted = (each: HistorySeries) => each.metrics.filter(({ path }) => metric === null || path === metric)
  const series = named(newestSeries(all))
  if (format === 'otava') return otava(series, wanted)
  const newest = series.flatMap(each =>
    wanted(each).flatMap(kind =>
      pointsOf(each, kind.path)
        .slice(-1)
        // Other tools have no word for a figure that is not there.
        .filter(({ median }) => !isUnanswered(median))
        .map(point => ({ series: each, kind, point })),
    ),
  )
  return format === 'bmf' ? bmf(newest) : github(newest, format === 'github-bigger' ? 'higher' : 'lower')
}

function newestSeries(all: readonly HistorySeries[]): readonly HistorySeries[] {
  const newest = new Map<string, HistorySeries>()
  for (const series of all) {
    const key = `${series.testCase}\0${series.environmentId}`
    const other = newest.get(key)
    if (other === undefined || lastOf(series) > lastOf(other)) newest.set(key, series)
  }
  return [...newest.values()]
}

const lastOf = ({ experiments }: HistorySeries): string => experiments.at(-1)!.at

interface NamedSeries extends HistorySeries {
  /** The test case, and its environment where it was measured in several. */
  readonly name: string
}

function named(all: readonly HistorySeries[]): readonly NamedSeries[] {
  const isAlone = (series: HistorySeries) => all.every(each => each === series || each.testCase !== series.testCase)
  return all.map(each => ({
    ...each,
    name: isAlone(each) ? each.testCase : `${each.testCase} on ${each.environmentId}`,
  }))
}

interface Newest {
  readonly series: NamedSeries
  readonly kind: MetricKind
  readonly point: HistoryPoint
}

/** Bencher Metric Format: benchmark, measure, value with bounds (bencher.dev, Adapters). */
function bmf(newest: readonly Newest[]): string {
  const benchmarks: Record<string, Record<string, object>> = {}
  for (const { series, kind, point } of newest) {
    const bounds =
      point.lower === null || isUnanswered(point.upper!) ? {} : { lower_value: point.lower, upper_value: point.upper }
    benchmarks[series.name] ??= {}
    benchmarks[series.name]![kind.path] = { value: point.median, ...bounds }
  }
  return json(benchmarks)
}

/** github-action-benchmark, customSmallerIsBetter or customBiggerIsBetter: the two kinds may not be in one file. */
function github(newest: readonly Newest[], better: MetricKind['better']): string {
  const entries = newest
    .filter(({ kind }) => kind.better === better)
    .map(({ series, kind, point }) => ({
      name: `${series.name} ${kind.path}`,
      unit: kind.unit,
      value: point.median,
      ...(point.lower === null || isUnanswered(point.upper!) ? {} : { range: `${point.lower} to ${point.upper}` }),
      extra: `median of ${point.n} runs on ${series.environmentId}`,
    }))
  return json(entries)
}

/** Apache Otava's CSV source: a line for each experiment with its time, branch and commit, a column for each metric. */
function otava(series: readonly NamedSeries[], wanted: (series: HistorySeries) => readonly MetricKind[]): string {
  const columns = series.flatMap(each => wanted(each).map(kind => ({ series: each, path: kind.path })))
  const header = ['time', 'branch', 'commit', 'experiment', ...columns.map(each => `${each.series.name}.${each.path}`)]
  const rows = series.flatMap(each =>
    each.experiments.map(experiment => [
      experiment.at,
      experiment.branch ?? '',
      experiment.commit ?? '',
      experiment.id,
      ...columns.map(column =>
        column.series === each ? medianCell(pointsOf({ ...each, experiments: [experiment] }, column.path)[0]) : '',
      ),
    ]),
  )
  rows.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
  return `${[header, ...rows].map(cells => cells.map(csvCell).join(',')).join('\n')}\n`
}

const medianCell = (point: HistoryPoint | undefined): string =>
  point === undefined || isUnanswered(point.median) ? '' : String(point.median)

/** RFC 4180. */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
