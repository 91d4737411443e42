import { px, type Scale } from './axis.ts'
import { escapeHtml } from './escape.ts'

export const CHART = { width: 680, height: 260, left: 70, right: 665, top: 12, bottom: 222 } as const

export interface AxisTick {
  readonly value: number
  readonly text: string
}

/** A chart with grid, tick labels and axis names around `content`. */
export function chartFrame(
  label: string,
  x: { readonly scale: Scale; readonly ticks: readonly AxisTick[]; readonly name: string },
  y: { readonly scale: Scale; readonly ticks: readonly AxisTick[]; readonly name: string },
  content: string,
): string {
  const { width, height, left, right, top, bottom } = CHART
  return [
    `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">`,
    ...x.ticks.map(({ value, text }) => {
      const at = px(x.scale(value))
      return `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text x="${at}" y="${bottom + 15}" text-anchor="${x.scale(value) > right - 20 ? 'end' : 'middle'}">${escapeHtml(text)}</text>`
    }),
    ...y.ticks.map(({ value, text }) => {
      const at = px(y.scale(value))
      return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${at}" dy="0.35em" text-anchor="end">${escapeHtml(text)}</text>`
    }),
    `<text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(x.name)}</text>`,
    `<text x="14" y="${(top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(top + bottom) / 2})">${escapeHtml(y.name)}</text>`,
    content,
    '</svg>',
  ].join('')
}

/** A line through points in chart coordinates. */
export function polyline(points: readonly (readonly [x: number, y: number])[]): string {
  return `<polyline class="line" points="${points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ')}"/>`
}
