import type { LoadReport } from '../experiment.ts'
import { formatMs, formatNumber } from '../format.ts'
import { curveChart } from './curveChart.ts'
import { escapeHtml } from './escape.ts'
import { seriesChart } from './seriesChart.ts'

/** A chart as the script of the page draws it. */
export interface ChartSpec {
  readonly kind: 'quantiles' | 'time' | 'loads'
  readonly label: string
  readonly xs: readonly number[]
  readonly lines: readonly Line[]
  /** Of `loads`, whose axis is logarithmic: what is written at it. */
  readonly ticks?: readonly number[]
  /** Of `loads`: what x counts. */
  readonly xUnit?: string
  /** Drills and the like: vertical marks at some x. */
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

export interface Line {
  readonly name: string
  /** `ms` on the left axis, the others on the right one where both are there. */
  readonly unit: 'ms' | '/s' | 'count'
  readonly values: readonly (number | null)[]
  /** `dots`, `rings`: points without a line between them. Absent = a line. */
  readonly style?: 'dots' | 'rings' | 'dashed' | 'knots'
  /** Custom property of the stylesheet; absent = the next of the palette. */
  readonly color?: '--good' | '--bad' | '--soft'
}

/** One load, of one or two arms. */
export interface ArmLoad {
  /** Empty where there is one arm only. */
  readonly arm: string
  readonly load: LoadReport
}

/** Most points of a line: more cannot be seen. */
const MOST_POINTS = 400

/** The charts of a page in their order: its script finds the n-th figure by the n-th chart. */
export class Charts {
  readonly specs: ChartSpec[] = []

  /** Response by quantile of all arms, both axes logarithmic; empty without an answer. */
  quantiles(arms: readonly ArmLoad[]): string {
    const drawn = arms.filter(({ load }) => load.curve.some(({ ms }) => ms !== null))
    if (drawn.length === 0) return ''
    const longest = drawn.reduce((most, each) => (each.load.curve.length > most.load.curve.length ? each : most))
    const xs = longest.load.curve.map(({ quantile }) => -Math.log10(1 - quantile))
    const lines = drawn.map(({ arm, load }) => ({
      name: arm || load.name,
      unit: 'ms' as const,
      values: xs.map((_, at) => load.curve[at]?.ms ?? null),
    }))
    const label = `Response time of ${drawn[0]!.load.name} by quantile`
    const rows = xs.flatMap((depth, at) =>
      at % 20 === 0 ? [[quantileText(depth), ...lines.map(({ values }) => cell(values[at]))]] : [],
    )
    return this.figure(
      { kind: 'quantiles', label, xs, lines, marks: [] },
      curveChart(drawn[0]!.load),
      ['quantile', ...lines.map(({ name }) => name)],
      rows,
    )
  }

  /** Throughput and response over the time of a typical run of each arm; empty without ticks. */
  time(arms: readonly ArmLoad[]): string {
    const drawn = arms.flatMap(({ arm, load }) =>
      load.series === null || load.series.points.length === 0 ? [] : [{ arm, load, series: load.series }],
    )
    if (drawn.length === 0) return ''
    const xs = [...new Set(drawn.flatMap(({ series }) => series.points.map(({ atMs }) => Math.round(atMs))))].sort(
      (a, b) => a - b,
    )
    // A run shorter than two ticks has no course to show.
    if (xs.length < 2) return ''
    const step = Math.ceil(xs.length / MOST_POINTS)
    const kept = xs.filter((_, at) => at % step === 0)
    const lines = drawn.flatMap(({ arm, series }) => {
      const points = new Map(series.points.map(point => [Math.round(point.atMs), point]))
      const line = (name: string, unit: Line['unit'], of: 'acceptedPerSecond' | 'p50Ms' | 'p99Ms'): Line => ({
        name: arm === '' ? name : `${arm}: ${name}`,
        unit,
        values: kept.map(atMs => points.get(atMs)?.[of] ?? null),
      })
      return [line('accepted', '/s', 'acceptedPerSecond'), line('p50', 'ms', 'p50Ms'), line('p99', 'ms', 'p99Ms')]
    })
    const runs = drawn.map(({ series }) => series.runId).join(' and ')
    const label = `Throughput and response of ${drawn[0]!.load.name} over time in run ${runs}, warm-up included`
    const rows = kept
      .slice(0, 60)
      .map((atMs, at) => [formatMs(atMs), ...lines.map(({ values, unit }) => cell(values[at], unit))])
    return this.figure(
      { kind: 'time', label, xs: kept.map(atMs => atMs / 1000), lines, marks: [] },
      seriesChart(drawn[0]!.load),
      ['time', ...lines.map(({ name }) => name)],
      rows,
    )
  }

  /**
   * Any chart, with its values in a table.
   * @param svg what is shown where no script runs
   */
  figure(spec: ChartSpec, svg: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
    const number = this.specs.push(spec) - 1
    const th = head.map(name => `<th scope="col">${escapeHtml(name)}</th>`).join('')
    const body = rows
      .map(
        ([first, ...rest]) =>
          `<tr><th scope="row">${escapeHtml(first!)}</th>${rest.map(text => `<td class="number">${escapeHtml(text)}</td>`).join('')}</tr>`,
      )
      .join('')
    return [
      `<figure data-chart="${number}"><figcaption>${escapeHtml(spec.label)}</figcaption>${svg}</figure>`,
      `<details><summary>Values of this chart</summary><div class="scroll" tabindex="0" role="region" aria-label="Values: ${escapeHtml(spec.label)}"><table><thead><tr>${th}</tr></thead><tbody>${body}</tbody></table></div></details>`,
    ].join('')
  }
}

function quantileText(depth: number): string {
  return `${+(100 * (1 - 10 ** -depth)).toFixed(4)} %`
}

function cell(value: number | null | undefined, unit: Line['unit'] = 'ms'): string {
  if (value === null || value === undefined) return ''
  return unit === 'ms' ? formatMs(value) : `${formatNumber(value)} /s`
}
