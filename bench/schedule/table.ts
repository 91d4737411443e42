import Table from 'cli-table3'
import { LEVEL, type Middle } from '../middle.ts'
import type { SettingSummary } from './summary.ts'

const HEAD = [
  '',
  'achieved/s',
  'dropped',
  'lag p50 us',
  'p99 us',
  'p99.9 us',
  'latency p50 ms',
  'p99 ms',
  'CPU',
  'disturbed',
  'of',
]

/** The figures of one setting for a reader: medians, the judged ones with their intervals. */
export function tableOf(summary: SettingSummary): string {
  const { load, rate, ratePerSecond, contenders, lagP50, lagP99, pairs, pairsUndisturbed, basis } = summary
  const { lagP999OfBareLoop, native } = summary
  const table = new Table({ head: HEAD, style: { head: [], border: [] } })
  for (const { name, version, lag, disturbed, measured, ...figures } of contenders) {
    table.push([
      `${name} ${version}`,
      shown(figures.achievedPerSecond, whole),
      shown(figures.droppedShare, percent),
      ...(['p50', 'p99', 'p999'] as const).map(at => shown(lag?.[at] ?? null, micros)),
      shown(figures.latencyP50Ms, thousandths),
      shown(figures.latencyP99Ms, thousandths),
      shown(figures.cpuShare, percent),
      String(disturbed),
      String(measured),
    ])
  }
  return [
    `${load}, ${whole(ratePerSecond)}/s (${rate}), constant`,
    table.toString(),
    ...contenders.map(({ name, tells }) => `${name}: ${tells}`),
    `hl7bench: lag p50 ${interval(lagP50.microseconds, micros)} us; bar below ${lagP50.bar} us: ${lagP50.verdict}`,
    `hl7bench: lag p99 ${interval(lagP99.ofBareLoop, times)} x the bare loop's; bar ${lagP99.bar} x: ${lagP99.verdict}; p99.9 ${interval(lagP999OfBareLoop, times)} x`,
    ...(native === null
      ? []
      : [`${native.name}: lag p99 ${interval(native.lagP99OfBareLoop, times)} x the bare loop's: to send takes time`]),
    `${basis === 'all' ? 'All' : 'Undisturbed'} pairs; ${pairsUndisturbed} of ${pairs} were undisturbed. In brackets ${LEVEL * 100} % intervals.`,
  ].join('\n')
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const micros = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const thousandths = (value: number) => value.toFixed(3)
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const shown = (middle: Middle | null, format: (value: number) => string) =>
  middle === null ? '' : format(middle.median)
const times = (value: number) => value.toPrecision(3)
const interval = (middle: Middle | null, format: (value: number) => string) =>
  middle === null
    ? 'not told (too few pairs)'
    : `${format(middle.median)} (${format(middle.lower)} to ${format(middle.upper)})`
