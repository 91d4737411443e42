import type { LoadReport } from '../experiment.ts'
import { formatMs } from '../format.ts'
import { decades, linearScale, logScale } from './axis.ts'
import { CHART, chartFrame, polyline } from './frame.ts'

/** Times below are drawn at this height: a logarithmic axis has no 0. */
const LEAST_MS = 0.01
const LABELLED = [
  { quantile: 0, text: '0 %' },
  { quantile: 0.5, text: '50 %' },
  { quantile: 0.9, text: '90 %' },
  { quantile: 0.99, text: '99 %' },
  { quantile: 0.999, text: '99.9 %' },
  { quantile: 0.9999, text: '99.99 %' },
  { quantile: 0.99999, text: '99.999 %' },
] as const

/** Response by quantile over all arrivals of the valid runs, both axes logarithmic; empty without an answered arrival. */
export function curveChart({ name, curve }: LoadReport): string {
  const answered = curve.flatMap(({ quantile, ms }) =>
    ms === null ? [] : [{ depth: depthOf(quantile), ms: Math.max(ms, LEAST_MS) }],
  )
  const deepest = curve.at(-1)
  if (answered.length === 0 || deepest === undefined) return ''
  const ticks = decades(answered[0]!.ms, answered.at(-1)!.ms)
  const x = linearScale([0, Math.max(1, depthOf(deepest.quantile))], [CHART.left, CHART.right])
  const y = logScale([ticks[0]!, ticks.at(-1)!], [CHART.bottom, CHART.top])
  return chartFrame(
    `Response time of ${name} by quantile, from ${formatMs(answered[0]!.ms)} to ${formatMs(answered.at(-1)!.ms)}`,
    {
      scale: quantile => x(depthOf(quantile)),
      ticks: LABELLED.filter(({ quantile }) => x(depthOf(quantile)) <= CHART.right).map(({ quantile, text }) => ({
        value: quantile,
        text,
      })),
      name: `${name}: share of arrivals at most as slow`,
    },
    { scale: y, ticks: ticks.map(value => ({ value, text: formatMs(value) })), name: 'response' },
    polyline(answered.map(({ depth, ms }) => [x(depth), y(ms)])),
  )
}

/** Nines of a quantile: 0.9 -> 1, 0.99 -> 2. */
function depthOf(quantile: number): number {
  return -Math.log10(1 - quantile)
}
