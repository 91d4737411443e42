import type { CapacityCase, CapacityReport } from '../capacity/report.ts'
import { unitOf } from '../capacity/unit.ts'
import { referencesOf } from '../capacity/wording.ts'
import { formatNumber } from '../format.ts'
import { linearScale, logScale, roundTicks } from './axis.ts'
import type { Charts } from './charts.ts'
import { CHART, chartFrame, polyline } from './frame.ts'
import { logTicks, MARGIN, point } from './loadAxis.ts'

interface Curve {
  readonly name: string
  readonly points: readonly { readonly level: number; readonly capacity: number }[]
}

/** Capacity against each factor that has several numbers for levels, such as the size of messages or the number of tunnels. */
export function levelsCharts(report: CapacityReport, charts: Charts): readonly string[] {
  const references = referencesOf(report)
  const cases = report.cases.filter(({ id, lower }) => !references.has(id) && lower.median !== null)
  const paths = [...new Set(cases.flatMap(({ levels }) => Object.keys(levels)))]
  return paths.flatMap(path => {
    const levels = [...new Set(cases.flatMap(each => each.levels[path] ?? []))]
    if (levels.length < 2 || !levels.every(level => typeof level === 'number' && level > 0)) return []
    return [levelsChart(path, levels.toSorted((a, b) => Number(a) - Number(b)).map(Number), cases, report, charts)]
  })
}

function levelsChart(
  path: string,
  xs: readonly number[],
  cases: readonly CapacityCase[],
  { aim }: CapacityReport,
  charts: Charts,
): string {
  const curves = curvesOf(path, cases)
  const factor = path.split('.').at(-1)!
  const unit = unitOf(aim)
  const lines = curves.map(({ name, points }) => ({
    ...{
      name: name === '' ? `capacity, ${unit}` : name,
      unit: aim.over === 'rate' ? ('/s' as const) : ('count' as const),
    },
    ...{
      style: 'knots' as const,
      values: xs.map(level => points.find(each => each.level === level)?.capacity ?? null),
    },
  }))
  const label = `Capacity in ${unit} against ${factor}`
  return charts.figure(
    { kind: 'loads', label, xs, lines, marks: [], ticks: logTicks(xs[0]!, xs.at(-1)!), xUnit: '' },
    drawing(label, factor, unit, xs, curves),
    [factor, ...lines.map(({ name }) => name)],
    xs.map((level, at) => [
      formatNumber(level),
      ...lines.map(({ values }) => (values[at] === null ? '' : formatNumber(values[at]!))),
    ]),
  )
}

/** One for each combination of the other factors' levels. */
function curvesOf(path: string, cases: readonly CapacityCase[]): Curve[] {
  const nameOf = ({ levels }: CapacityCase) =>
    Object.entries(levels)
      .filter(([other]) => other !== path)
      .map(([other, level]) => `${other.split('.').at(-1)} ${level}`)
      .join(', ')
  return [...Map.groupBy(cases, nameOf)].map(([name, own]) => ({
    name,
    points: own
      .flatMap(({ levels, lower }) =>
        typeof levels[path] === 'number' ? [{ level: levels[path], capacity: lower.median! }] : [],
      )
      .toSorted((a, b) => a.level - b.level),
  }))
}

function drawing(label: string, factor: string, unit: string, xs: readonly number[], curves: readonly Curve[]): string {
  const ticks = logTicks(xs[0]!, xs.at(-1)!)
  const ticksY = roundTicks(Math.max(...curves.flatMap(({ points }) => points.map(({ capacity }) => capacity))))
  const x = logScale([xs[0]! / MARGIN, xs.at(-1)! * MARGIN], [CHART.left, CHART.right])
  const y = linearScale([0, ticksY.at(-1)!], [CHART.bottom, CHART.top])
  const text = (value: number) => ({ value, text: formatNumber(value) })
  return chartFrame(
    label,
    { scale: x, ticks: ticks.map(text), name: factor },
    { scale: y, ticks: ticksY.map(text), name: `capacity, ${unit}` },
    curves
      .map(({ points }) => {
        const places = points.map(({ level, capacity }) => [x(level), y(capacity)] as const)
        return polyline(places) + places.map(([atX, atY]) => point(atX, atY, true)).join('')
      })
      .join(''),
  )
}
