import type { Bound, CapacityCase } from '../capacity/report.ts'
import { formatNumber } from '../format.ts'
import { linearScale, px } from './axis.ts'
import { escapeHtml } from './escape.ts'

const WIDTH = 160
const HEIGHT = 24

/**
 * The capacity on every clone as a dot, its interval as a bar and its median as a line.
 * @param most end of the scale, which begins at 0: the same for all cases of a page, so that they can be set against each other
 */
export function boundDots({ id, lower, searches }: CapacityCase, most: number, unit: string): string {
  const values = searches.flatMap(search => search.lower ?? [])
  if (values.length === 0) return ''
  const scale = linearScale([0, most], [4, WIDTH - 6])
  const median = lower.median === null ? 'unknown' : `${formatNumber(lower.median)} ${unit}`
  return [
    `<svg class="dots" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeHtml(`${id}: median ${median}, a dot for each of ${values.length} searches`)}">`,
    `<line class="grid" x1="4" x2="4" y1="0" y2="${HEIGHT}"/>`,
    bar(lower, scale),
    lower.median === null
      ? ''
      : `<line class="median" x1="${px(scale(lower.median))}" x2="${px(scale(lower.median))}" y1="2" y2="${HEIGHT - 2}"/>`,
    ...values.map(
      value =>
        `<circle class="run" cx="${px(scale(value))}" cy="${HEIGHT / 2}" r="2.5"><title>${formatNumber(value)}</title></circle>`,
    ),
    '</svg>',
  ].join('')
}

function bar({ interval }: Bound, scale: (value: number) => number): string {
  if (interval === null || interval.lower === null || interval.upper === null) return ''
  const [from, to] = [scale(interval.lower), scale(interval.upper)]
  return `<rect class="interval" x="${px(from)}" y="5" width="${px(Math.max(1, to - from))}" height="${HEIGHT - 10}"/>`
}
