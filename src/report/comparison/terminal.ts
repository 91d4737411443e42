import type { Verdict } from '../../stats/gate/judgeStages.ts'
import { columns } from '../columns.ts'
import { formatFigure } from '../format.ts'
import { roughDuration } from '../progress.ts'
import { shorten } from '../shorten.ts'
import { MARKS, type Paint, paragraph, renderSlo, type TerminalOptions, type TerminalStyle } from '../terminal.ts'
import { pointers } from '../wording.ts'
import { exclusionsOfArms, phasesAndLoads, slosOfCandidate } from './caseLines.ts'
import type { CaseComparison, ComparisonReport, MetricComparison } from './comparison.ts'
import { armTitle, changeText, remarksOf } from './wording.ts'

/** Narrowest columns that need no cut: both arms, change, verdict. */
const FIXED_COLUMNS = [11, 11, 22, 13] as const

/** A comparison as text for a person, the verdict first; ends with a newline. */
export function renderComparison(report: ComparisonReport, options: TerminalOptions): string {
  const { style } = options
  const lines = [
    ...paragraph(report.answer, options, paintOf(report.verdict, style)),
    ...paragraph(`baseline ${armTitle(report.baseline)}, candidate ${armTitle(report.candidate)}`, options, style.dim),
    ...report.cases.flatMap(each => ['', ...renderCase(each, options)]),
    '',
    ...paragraph(designText(report), options, style.dim),
    ...(report.exit.code === 0 ? [] : paragraph(`exit ${report.exit.code}: ${report.exit.reason}`, options, style.bad)),
    ...report.leaks.flatMap(leak => paragraph(`left behind: ${leak}`, options, style.bad)),
    ...pointers(report).flatMap(([label, value]) => paragraph(`${label.padEnd(7)} ${value}`, options)),
  ]
  return `${lines.join('\n')}\n`
}

function renderCase(comparison: CaseComparison, options: TerminalOptions): readonly string[] {
  const { style } = options
  return [
    ...paragraph(comparison.id, options, style.bold),
    ...phasesAndLoads(comparison).flatMap(text => paragraph(text, options, style.dim)),
    ...renderMetrics(comparison.metrics, options),
    ...slosOfCandidate(comparison).flatMap(slo => renderSlo(slo, options)),
    ...remarksOf(comparison.metrics).flatMap(text => paragraph(text, options, style.warning)),
    ...exclusionsOfArms(comparison).flatMap(text => paragraph(text, options, style.warning)),
  ]
}

function renderMetrics(
  metrics: readonly MetricComparison[],
  { style, glyphs, width }: TerminalOptions,
): readonly string[] {
  const names = width - FIXED_COLUMNS.reduce((sum, column) => sum + column, 0)
  const paint = ({ verdict, gated }: MetricComparison) => (gated ? paintOf(verdict, style) : style.dim)
  return columns({
    head: ['metric', 'baseline', 'candidate', 'change [90 %]', 'verdict'].map(style.dim),
    widths: [names, ...FIXED_COLUMNS],
    aligns: ['left', 'right', 'right', 'right', 'left'],
    ellipsis: MARKS[glyphs].ellipsis,
    rows: metrics.map(metric => [
      ...cells(metric, names - 1, MARKS[glyphs].ellipsis),
      paint(metric)(verdictCell(metric)),
    ]),
  })
}

function cells(metric: MetricComparison, room: number, ellipsis: string): string[] {
  const { path, baseline, candidate, unit } = metric
  const median = (estimate: MetricComparison['baseline']) =>
    estimate === null ? '-' : formatFigure(estimate.median, unit)
  return [shorten(path, room, ellipsis), median(baseline), median(candidate), changeText(metric)]
}

function verdictCell(metric: MetricComparison): string {
  const { verdict } = metric
  return metric.gated ? (verdict === 'slower' ? verdict.toUpperCase() : verdict) : `(${verdict})`
}

/** How the verdict was reached, in one paragraph. */
export function designText({ settings, stages, cases, wholeMs }: ComparisonReport): string {
  const percent = (share: number) => `${+(share * 100).toFixed(2)} %`
  const second =
    stages === 2
      ? 'Stage 1 suspected a change; the verdict on it is that of fresh pairs alone.'
      : 'Nothing was suspected that fresh pairs would have had to confirm.'
  return [
    `Both arms in every block, one after the other in random order, judged in pairs by exact rank tests; ${settings.gatedMetrics} gated metrics${cases.length > 1 ? ` over ${cases.length} cases` : ''} share a risk of ${percent(settings.alpha)}.`,
    `Changes below ${percent(settings.minEffect)} fail nothing; within ${percent(settings.margin)} is the same.`,
    second,
    `Verdicts in brackets are for information. Took ${roughDuration(wholeMs)}.`,
  ].join(' ')
}

function paintOf(verdict: Verdict, style: TerminalStyle): Paint {
  if (verdict === 'slower' || verdict === 'invalid') return style.bad
  return verdict === 'same' || verdict === 'faster' ? style.good : style.warning
}
