import { calibrationNotes } from './calibration/share.ts'
import { columns } from './columns.ts'
import { endToEndNotes } from './endToEnd.ts'
import type { CaseReport, ExperimentReport, LoadReport, Metric, OverallVerdict, SloVerdict } from './experiment.ts'
import { FEED_COLUMNS, feedCells, feedNotes } from './feedLines.ts'
import { alarmText, handshakeTexts, oddityTexts, reasonTexts } from './findings.ts'
import { fold } from './fold.ts'
import { formatFigure, formatInterval } from './format.ts'
import { loadLines as hashLines } from './hash/terminal.ts'
import { networkNotes } from './network.ts'
import { priceNotes } from './price.ts'
import { shorten } from './shorten.ts'
import { silenceTexts } from './silence.ts'
import {
  auditEquation,
  auditRemarks,
  exclusions,
  markedNotes,
  pointers,
  sloStatement,
  validityLine,
} from './wording.ts'
import { loadLines } from './workload.ts'

export type Paint = (text: string) => string

/** Colours, decided by the caller; identity functions for none. */
export interface TerminalStyle {
  readonly bold: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly warning: Paint
  readonly dim: Paint
}

export interface TerminalOptions {
  readonly style: TerminalStyle
  /** `ascii` where the terminal's locale is not UTF-8. */
  readonly glyphs: 'unicode' | 'ascii'
  /** Columns; text is folded at spaces, only a longer word (a path) sticks out. */
  readonly width: number
}

export const MARKS = {
  unicode: { met: '✓', missed: '✗', 'not measured': '?', ellipsis: '…' },
  ascii: { met: 'ok', missed: 'FAIL', 'not measured': '??', ellipsis: '~' },
} as const

/** Narrowest columns of the metrics table that need no cut: estimate, interval, n. */
const FIXED_COLUMNS = [14, 26, 5] as const

/** Of the table of feeds, all but the first column, which holds the number of a feed; what is narrower than both sticks out. */
const FEED_WIDTHS = [10, 10, 12, 11, 11, 11] as const
const NARROWEST_FEED = 6
/** The other formats have room for more. */
const MOST_FEEDS = 5

/** The whole report as text for a person, the answer first; ends with a newline. */
export function renderTerminal(report: ExperimentReport, options: TerminalOptions): string {
  const lines = [
    ...paragraph(report.answer, options, paintOf(report.verdict, options.style)),
    ...report.cases.flatMap(testCase => ['', ...renderCase(testCase, options)]),
    ...(report.hash === null ? [] : ['', ...hashLines(report.hash, options)]),
    '',
    ...(report.exit.code === 0
      ? []
      : paragraph(`exit ${report.exit.code}: ${report.exit.reason}`, options, options.style.bad)),
    ...report.leaks.flatMap(leak => paragraph(`left behind: ${leak}`, options, options.style.bad)),
    ...pointers(report).flatMap(([label, value]) => paragraph(`${label.padEnd(7)} ${value}`, options)),
  ]
  return `${lines.join('\n')}\n`
}

function renderCase(report: CaseReport, options: TerminalOptions): readonly string[] {
  const { style } = options
  const note = (text: string, paint?: Paint): readonly string[] => paragraph(text, options, paint)
  return [
    ...note(report.id, style.bold),
    ...report.loads.flatMap(loadLines).flatMap(line => note(line, style.dim)),
    ...note(report.phases, style.dim),
    ...report.alarms.flatMap(alarm => note(alarmText(alarm), style.bad)),
    ...renderMetrics(report.metrics, options),
    ...report.loads.flatMap(load => renderFeeds(load, options)),
    ...handshakeTexts(report.handshakes).flatMap(text => note(text, style.dim)),
    ...report.slos.flatMap(slo => renderSlo(slo, options)),
    ...(report.audit === null
      ? []
      : [...note(auditEquation(report.audit)), ...auditRemarks(report.audit).flatMap(text => note(text, style.dim))]),
    ...silenceTexts(report.loads).flatMap(text => note(text, style.warning)),
    ...reasonTexts(report.reasons).flatMap(text => note(text, style.warning)),
    ...oddityTexts(report).flatMap(text => note(text, style.warning)),
    ...note(validityLine(report.validity)),
    ...exclusions(report.validity).flatMap(text => note(text, style.warning)),
    ...[...endToEndNotes(report), ...networkNotes(report), ...calibrationNotes(report)].flatMap(text =>
      note(text, style.dim),
    ),
    ...priceNotes(report).flatMap(text => note(text)),
    ...markedNotes(report).flatMap(text => note(`* ${text}`, style.warning)),
  ]
}

function renderMetrics(metrics: readonly Metric[], { style, glyphs, width }: TerminalOptions): readonly string[] {
  const names = width - FIXED_COLUMNS.reduce((sum, column) => sum + column, 0)
  return columns({
    head: ['metric', 'median', '95 % interval', 'n'].map(style.dim),
    widths: [names, ...FIXED_COLUMNS],
    aligns: ['left', 'right', 'right', 'right'],
    ellipsis: MARKS[glyphs].ellipsis,
    rows: metrics.map(metric => metricCells(metric, names - 1, MARKS[glyphs].ellipsis)),
  })
}

/** What the feeds of a load have in common, and the worst of them. */
function renderFeeds(load: LoadReport, options: TerminalOptions): readonly string[] {
  const { style, glyphs, width } = options
  const rest = Math.max(NARROWEST_FEED, width - FEED_WIDTHS.reduce((sum, column) => sum + column, 0))
  const table = () =>
    columns({
      head: FEED_COLUMNS.map(style.dim),
      widths: [rest, ...FEED_WIDTHS],
      aligns: ['left', ...FEED_WIDTHS.map(() => 'right' as const)],
      ellipsis: MARKS[glyphs].ellipsis,
      rows: load.feeds!.worst.slice(0, MOST_FEEDS).map(feedCells),
    })
  return feedNotes(load).flatMap(text => [...paragraph(text, options, style.dim), ...table()])
}

function metricCells({ path, unit, estimate }: Metric, room: number, ellipsis: string): string[] {
  if (estimate === null) return [shorten(path, room, ellipsis), 'not measured', '', '0']
  const mark = estimate.marked > 0 ? '*' : ''
  return [
    shorten(`${path}${mark}`, room, ellipsis),
    formatFigure(estimate.median, unit),
    formatInterval(estimate, unit),
    String(estimate.n),
  ]
}

export function renderSlo(verdict: SloVerdict, { style, glyphs, width }: TerminalOptions): readonly string[] {
  const text = verdict.verdict === 'not measured' ? 'not measured: ' : ''
  const lines = fold(`${MARKS[glyphs][verdict.verdict]} ${text}${sloStatement(verdict)}`, width, '  ')
  return lines.map(paintOf(verdict.verdict, style))
}

/** A line that is a command of ours stays whole: folded, a shell would take it for several. */
export function paragraph(text: string, { width }: TerminalOptions, paint: Paint = plain): readonly string[] {
  const [first = '', ...more] = text.split('\n')
  const quoted = more.map(line => `  ${line.replace(/^[\s\p{Cc}]+/u, '')}`)
  const lines = [
    ...fold(first, width, '  '),
    ...quoted.flatMap(line => fold(line, /^ +npx hl7bench /.test(line) ? Number.POSITIVE_INFINITY : width, '  ')),
  ]
  return lines.map(line => paint(line))
}

function paintOf(verdict: OverallVerdict, style: TerminalStyle): Paint {
  return { met: style.good, missed: style.bad, 'not measured': style.warning, none: style.bold }[verdict]
}

function plain(text: string): string {
  return text
}
