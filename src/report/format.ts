import type { Estimate, Figure, Unit } from './experiment.ts'

const SIGNIFICANT_DIGITS = 3
const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Whole number with thousands separated: `4,512`. */
export function formatCount(value: number): string {
  return counts.format(value)
}

/** Three significant digits, all digits of the whole part, no trailing zeros after a whole number: `0.0123`, `14.2`, `100`, `1,412`. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return formatCount(value)
  if (Number.isInteger(value)) return String(value)
  const digits = Math.max(0, SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 6))
}

/** Time with its unit: us below 1 ms, s from 1 s, min from 2 min. */
export function formatMs(ms: number): string {
  if (ms !== 0 && Math.abs(ms) < 1) return `${formatNumber(ms * 1000)} us`
  if (Math.abs(ms) < 1000) return `${formatNumber(ms)} ms`
  if (Math.abs(ms) < 120_000) return `${formatNumber(ms / 1000)} s`
  return `${formatNumber(ms / 60_000)} min`
}

export function formatValue(value: number, unit: Unit): string {
  if (unit === 'ms') return formatMs(value)
  if (unit === 'ratio') return `${formatNumber(value * 100)} %`
  return unit === '/s' ? `${formatNumber(value)} /s` : formatCount(value)
}

/** `14.2 ms`, or `> 10 s` where only a lower bound is known. */
export function formatFigure(figure: Figure, unit: Unit): string {
  return figure.value === null ? `> ${formatValue(figure.above!, unit)}` : formatValue(figure.value, unit)
}

/** `[13.9, 14.6]` in the unit of the estimate, with units where they differ; or why there is none. */
export function formatInterval({ interval, median, n }: Estimate, unit: Unit): string {
  if (interval === null) return `none (${n} < 6 runs)`
  const texts = [interval.lower, interval.upper].map(figure => formatFigure(figure, unit))
  const suffix = unitOf(formatFigure(median, unit))
  const shared = texts.every(text => unitOf(text) === suffix)
  return `[${texts.map(text => (shared ? text.slice(0, text.length - suffix.length) : text)).join(', ')}]`
}

/** `runs` for any number but one. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** What follows the last digit: ` ms`. */
function unitOf(text: string): string {
  return /\D*$/.exec(text)![0]
}
