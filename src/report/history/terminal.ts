import { signed } from '../comparison/wording.ts'
import { formatValue, plural } from '../format.ts'
import { paragraph, type TerminalOptions } from '../terminal.ts'
import { isUnanswered, isUnbounded } from '../unanswered.ts'
import type { HistoryExperiment, HistorySeries, MetricKind } from './book.ts'
import type { HistoryChange } from './changes.ts'
import { type HistoryPoint, pointsOf } from './medians.ts'

const SHORT_COMMIT = 7
const SPARKS = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.-=+*#@' } as const

/** Every series, its extent and where its headline metric stands; ends with a newline. */
export function renderList(series: readonly HistorySeries[], options: TerminalOptions): string {
  if (series.length === 0) return 'no rows\n'
  return `${series.flatMap(each => listLines(each, options)).join('\n')}\n`
}

function listLines(series: HistorySeries, options: TerminalOptions): readonly string[] {
  const { experiments, headline } = series
  const [first, last] = [experiments[0]!, experiments.at(-1)!]
  const count = (of: (experiment: HistoryExperiment) => number) => experiments.reduce((sum, each) => sum + of(each), 0)
  const runs = [
    `${count(({ valid }) => valid)} valid`,
    ...(count(({ invalid }) => invalid) > 0 ? [`${count(({ invalid }) => invalid)} invalid`] : []),
    ...(count(({ failed }) => failed) > 0 ? [`${count(({ failed }) => failed)} failed`] : []),
  ]
  const points = headline === null ? [] : pointsOf(series, headline.path)
  return [
    ...paragraph(titleOf(series), options, options.style.bold),
    ...paragraph(
      `  ${plural(experiments.length, 'experiment')} from ${dayOf(first.at)} to ${dayOf(last.at)}, ${runs.join(', ')}; last ${versionOf(last)}`,
      options,
    ),
    ...(headline === null || points.length === 0 ? [] : paragraph(`  ${standing(headline, points)}`, options)),
  ]
}

function standing({ path, unit }: MetricKind, points: readonly HistoryPoint[]): string {
  const [last, former] = [points.at(-1)!, points.at(-2)]
  const change =
    former === undefined || [former, last].some(({ median }) => isUnanswered(median))
      ? ''
      : `, ${signed((last.median / former.median - 1) * 100)} % against the one before`
  return `${path} ${shown(last.median, unit)}${change}`
}

/** One series, one line for each experiment; the metric's changes marked. */
export function renderSeries(
  series: HistorySeries,
  metric: MetricKind,
  changes: readonly HistoryChange[],
  options: TerminalOptions,
): string {
  const points = pointsOf(series, metric.path)
  const marks = new Map(
    changes.filter(change => change.metric.path === metric.path).map(change => [change.point.experiment, change]),
  )
  const lines = [
    ...paragraph(titleOf(series), options, options.style.bold),
    ...paragraph(`${metric.path}  ${sparkline(points, options)}`, options),
    ...points.flatMap(point => paragraph(pointLine(point, metric, marks.get(point.experiment)), options)),
  ]
  return `${lines.join('\n')}\n`
}

function pointLine(
  { experiment, median, lower, upper, n }: HistoryPoint,
  { unit }: MetricKind,
  change?: HistoryChange,
): string {
  const interval = lower === null || upper === null ? '' : ` [${shown(lower, unit)}, ${shown(upper, unit)}]`
  const mark = change === undefined ? '' : `  <- ${changeText(change)}`
  return `${experiment.at.slice(0, 16)}  ${versionOf(experiment)}  n ${n}  ${shown(median, unit)}${interval}${mark}`
}

/** `slower +12 % (p 0.005)`. */
export const changeText = ({ isSlower, ratio, p }: HistoryChange): string =>
  `${isSlower ? 'slower' : 'faster'} ${isUnbounded(ratio) ? 'by answers lost or regained' : `${signed((ratio - 1) * 100)} %`} (p ${p.toPrecision(1)})`

/** Every change point, or that there is none. */
export function renderChanges(changes: readonly HistoryChange[], options: TerminalOptions): string {
  const lines =
    changes.length === 0
      ? paragraph('no lasting change seen', options)
      : changes.flatMap(({ series, metric, point, ...change }) =>
          paragraph(
            `${titleOf(series)}: ${metric.path} ${changeText({ series, metric, point, ...change })} since ${versionOf(point.experiment)} (${dayOf(point.experiment.at)})`,
            options,
            change.isSlower ? options.style.bad : options.style.good,
          ),
        )
  const advice = paragraph(
    'Advice only: experiments at different times differ by more than the code. hl7bench compare judges.',
    options,
    options.style.dim,
  )
  return `${[...lines, ...advice].join('\n')}\n`
}

function sparkline(points: readonly HistoryPoint[], { glyphs }: TerminalOptions): string {
  const medians = points.flatMap(({ median }) => (isUnanswered(median) ? [] : [median]))
  const [least, most] = [Math.min(...medians), Math.max(...medians)]
  const sparks = SPARKS[glyphs]
  // What had no answer stands at the top.
  const height = (value: number) => (most === least ? 0 : Math.min(1, (value - least) / (most - least)))
  return points
    .map(({ median }) => sparks[Math.round((isUnanswered(median) ? 1 : height(median)) * (sparks.length - 1))])
    .join('')
}

const shown = (value: number, unit: MetricKind['unit']): string =>
  isUnanswered(value) ? 'no answer' : formatValue(value, unit)

export const titleOf = ({ testCase, environmentId, digest }: HistorySeries): string =>
  `${testCase} on ${environmentId}${digest === null ? '' : ` (digest ${digest})`}`

function versionOf({ branch, commit }: HistoryExperiment): string {
  const [id, mark] = (commit ?? 'no commit').split('-')
  return `${branch ?? 'no branch'}@${id!.slice(0, SHORT_COMMIT)}${mark === undefined ? '' : `-${mark}`}`
}

const dayOf = (at: string): string => at.slice(0, 10)
