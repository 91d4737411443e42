import type { CapacityCase, CapacityReport, SearchReport } from '../capacity/report.ts'
import { loadText, unitOf } from '../capacity/unit.ts'
import { formatFigure, formatMs, formatNumber } from '../format.ts'
import { decades, logScale, px } from './axis.ts'
import type { Charts, Line } from './charts.ts'
import { CHART, chartFrame } from './frame.ts'
import { logTicks, MARGIN, point } from './loadAxis.ts'

/** A trial that was measured. */
interface Point {
  readonly clone: number
  readonly trial: SearchReport['trials'][number]
  /** Response p99, ms; where it fell among the unanswered, the least that it can be. */
  readonly p99Ms: number
  readonly isKept: boolean
  /** It tells where to look; full trials decide. */
  readonly isShorter: boolean
}

/** Times below are drawn at this height: a logarithmic axis has no 0. */
const LEAST_MS = 0.01

/** Load against p99 of every trial of a case, with the limit of the SLO; empty where nothing was measured. */
export function trialsChart({ id, searches }: CapacityCase, report: CapacityReport, charts: Charts): string {
  const points = searches.flatMap(search => pointsOf(search, report)).toSorted((a, b) => a.trial.load - b.trial.load)
  if (points.length === 0) return ''
  const xs = points.map(({ trial }) => trial.load)
  const limitMs = limitOf(report)
  const line = (
    name: string,
    style: Line['style'],
    color: Line['color'],
    of: (each: Point) => number | null,
  ): Line => ({
    ...{ name, unit: 'ms', values: points.map(of) },
    ...(style && { style }),
    ...(color && { color }),
  })
  const lines = [
    line('p99, kept up with', 'dots', '--good', each => (each.isKept && !each.isShorter ? each.p99Ms : null)),
    ...(points.some(each => each.isKept && each.isShorter)
      ? [
          line('p99, in time so far (a shorter trial)', 'dots', '--soft', each =>
            each.isKept && each.isShorter ? each.p99Ms : null,
          ),
        ]
      : []),
    line('p99, not kept up with', 'rings', '--bad', ({ isKept, p99Ms }) => (isKept ? null : p99Ms)),
    ...(limitMs === null ? [] : [line('limit of the SLO', 'dashed', '--soft', () => limitMs)]),
  ]
  const ticks = logTicks(xs[0]!, xs.at(-1)!)
  const label = `Trials of ${id}: response p99 against the load`
  return charts.figure(
    { kind: 'loads', label, xs, lines, marks: [], ticks, xUnit: unitOf(report.aim) },
    drawing(label, points, ticks, limitMs, unitOf(report.aim)),
    ['load', 'p99', 'length', 'lost or late', 'carried', 'clone', 'run', 'answer'],
    points.map(each => cellsOf(each, report)),
  )
}

function pointsOf({ clone, trials }: SearchReport, { aim }: CapacityReport): Point[] {
  return trials.flatMap(trial => {
    const ms = trial.responseP99?.value ?? trial.responseP99?.above ?? null
    if (ms === null || trial.lossRatio === null) return []
    return [
      {
        clone,
        trial,
        p99Ms: Math.max(ms, LEAST_MS),
        isKept: trial.isKept,
        isShorter: trial.seconds < aim.trialSeconds,
      },
    ]
  })
}

/** null where the SLO is not an upper limit in ms. */
function limitOf({ slos, aim }: CapacityReport): number | null {
  return slos.find(({ metric }) => metric === `${aim.load}.response.p99`)?.limit ?? null
}

function cellsOf(each: Point, { aim }: CapacityReport): string[] {
  const { clone, trial } = each
  return [
    loadText(trial.load, aim),
    formatFigure(trial.responseP99!, 'ms'),
    formatMs(1000 * trial.seconds),
    `${formatNumber(100 * trial.lossRatio!)} %`,
    `${formatNumber(trial.messagesPerSecond!)} msg/s`,
    String(clone),
    trial.runId,
    answerOf(each),
  ]
}

function answerOf({ isKept, isShorter, trial }: Point): string {
  if (isKept) return isShorter ? 'in time so far' : 'kept up with'
  if (!trial.isSustained) return 'not: its backlog grew'
  return trial.missed.length === 0 ? 'not' : `not: missed ${trial.missed.join(', ')}`
}

function drawing(
  label: string,
  points: readonly Point[],
  ticks: readonly number[],
  limitMs: number | null,
  unit: string,
): string {
  const times = [...points.map(({ p99Ms }) => p99Ms), ...(limitMs === null ? [] : [limitMs])]
  const ticksY = decades(Math.min(...times), Math.max(...times))
  const [least, most] = [points[0]!.trial.load, points.at(-1)!.trial.load]
  const x = logScale([least / MARGIN, most * MARGIN], [CHART.left, CHART.right])
  const y = logScale([ticksY[0]!, ticksY.at(-1)!], [CHART.bottom, CHART.top])
  const limit =
    limitMs === null
      ? ''
      : `<line class="limit" x1="${CHART.left}" x2="${CHART.right}" y1="${px(y(limitMs))}" y2="${px(y(limitMs))}"/>`
  return chartFrame(
    label,
    { scale: x, ticks: ticks.map(value => ({ value, text: formatNumber(value) })), name: `load, ${unit}` },
    { scale: y, ticks: ticksY.map(value => ({ value, text: formatMs(value) })), name: 'p99 (ring: not kept up with)' },
    limit + points.map(({ trial, p99Ms, isKept }) => point(x(trial.load), y(p99Ms), isKept)).join(''),
  )
}
