import type { LoadReport } from '../experiment.ts'
import { formatMs, formatNumber } from '../format.ts'
import { linearScale, roundTicks } from './axis.ts'
import { CHART, chartFrame, polyline } from './frame.ts'

/** Accepted per second over the time of one run; empty without ticks. */
export function seriesChart({ name, series }: LoadReport): string {
  if (series === null || series.points.length === 0) return ''
  const ticksX = roundTicks(Math.max(...series.points.map(({ atMs }) => atMs)))
  const ticksY = roundTicks(Math.max(...series.points.map(({ acceptedPerSecond }) => acceptedPerSecond)))
  const x = linearScale([0, ticksX.at(-1)!], [CHART.left, CHART.right])
  const y = linearScale([0, ticksY.at(-1)!], [CHART.bottom, CHART.top])
  return chartFrame(
    `Throughput of ${name} over time in run ${series.runId}`,
    {
      scale: x,
      ticks: ticksX.map(value => ({ value, text: formatMs(value) })),
      name: `${name}: time in run ${series.runId}, warm-up included`,
    },
    { scale: y, ticks: ticksY.map(value => ({ value, text: formatNumber(value) })), name: 'accepted /s' },
    polyline(series.points.map(({ atMs, acceptedPerSecond }) => [x(atMs), y(acceptedPerSecond)])),
  )
}
