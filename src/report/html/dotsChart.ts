import { LEVEL } from '../estimate.ts'
import type { Figure, Metric, Reading } from '../experiment.ts'
import { formatFigure, formatValue } from '../format.ts'
import { linearScale, px, type Scale } from './axis.ts'
import { escapeHtml } from './escape.ts'

const WIDTH = 260
const HEIGHT = 34
const LEFT = 8
const RIGHT = 236
/** Runs that are only known to lie above a bound stand here, outside the scale. */
const ABOVE = 250

/** Every run of a metric as a dot, top to bottom in their order; the bar is the interval, the line the median. */
export function dotsChart(metric: Metric): string {
  const { estimate, readings, unit } = metric
  const values = readings.flatMap(reading => reading.value.value ?? [])
  if (estimate === null || readings.length === 0) return ''
  const low = Math.min(...values)
  const high = Math.max(...values)
  const scale = values.length === 0 ? () => ABOVE : linearScale([low, high], [LEFT, RIGHT])
  const at = (figure: Figure): number => place(figure, scale)
  const interval = estimate.interval && bar(at(estimate.interval.lower), at(estimate.interval.upper))
  const range = values.length === 0 ? '' : `, from ${formatValue(low, unit)} to ${formatValue(high, unit)}`
  const label = `${metric.path}: ${readings.length} runs${range}, median ${formatFigure(estimate.median, unit)}, bar = ${LEVEL * 100} % interval`
  const median = px(at(estimate.median))
  return [
    `<svg class="dots" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">`,
    interval ?? '',
    `<line class="median" x1="${median}" x2="${median}" y1="2" y2="${HEIGHT - 2}"/>`,
    ...readings.map((reading, index) =>
      dot(reading, at(reading.value), index / Math.max(1, readings.length - 1), metric),
    ),
    '</svg>',
  ].join('')
}

function place(figure: Figure, scale: Scale): number {
  return figure.value === null ? ABOVE : scale(figure.value)
}

function bar(from: number, to: number): string {
  return `<rect class="interval" x="${px(from)}" y="6" width="${px(Math.max(1, to - from))}" height="${HEIGHT - 12}"/>`
}

function dot(reading: Reading, x: number, progress: number, { unit }: Metric): string {
  const remark = `${reading.valid ? '' : ', invalid'}${reading.marked ? ', upper bound' : ''}`
  const title = `${reading.runId}: ${formatFigure(reading.value, unit)}${remark}`
  const kind = reading.valid ? (reading.marked ? 'run marked' : 'run') : 'run excluded'
  return `<circle class="${kind}" cx="${px(x)}" cy="${px(5 + progress * (HEIGHT - 10))}" r="2.5"><title>${escapeHtml(title)}</title></circle>`
}
