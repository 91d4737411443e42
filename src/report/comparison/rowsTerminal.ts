import { columns } from '../columns.ts'
import { formatFigure, plural } from '../format.ts'
import { shorten } from '../shorten.ts'
import { MARKS, paragraph, type TerminalOptions } from '../terminal.ts'
import type { RowSet, RowsComparison, RowsMetric } from './compareRows.ts'
import { changeText } from './wording.ts'

const FIXED_COLUMNS = [11, 11, 22, 13] as const

/** Two sets of rows as text, what it is worth said first; ends with a newline. */
export function renderRowsComparison(comparison: RowsComparison, options: TerminalOptions): string {
  const { baseline, candidate, interleaved, metrics } = comparison
  const names = options.width - FIXED_COLUMNS.reduce((sum, column) => sum + column, 0)
  const isNamed = new Set(metrics.map(({ testCase }) => testCase)).size > 1
  const nameOf = ({ testCase, path }: RowsMetric) =>
    shorten(isNamed ? `${testCase} ${path}` : path, names - 1, MARKS[options.glyphs].ellipsis)
  const worth = interleaved
    ? 'Both are arms of one experiment: judged in pairs, each of its stages alone.'
    : 'For information only: rows measured at different times differ by more than the code. To judge a change, measure both in pairs: hl7bench compare <scenario> --baseline <commit>.'
  const lines = [
    ...paragraph(`baseline ${setText(baseline)}; candidate ${setText(candidate)}`, options, options.style.bold),
    ...paragraph(worth, options, options.style.warning),
    ...columns({
      head: ['metric', 'baseline', 'candidate', 'change [90 %]', interleaved ? 'verdict' : 'looks'].map(
        options.style.dim,
      ),
      widths: [names, ...FIXED_COLUMNS],
      aligns: ['left', 'right', 'right', 'right', 'left'],
      ellipsis: MARKS[options.glyphs].ellipsis,
      rows: metrics.map(metric => [nameOf(metric), ...cells(metric)]),
    }),
  ]
  return `${lines.join('\n')}\n`
}

const setText = ({ selector, rows, counted }: RowSet): string =>
  `${selector}: ${plural(counted, 'valid row')}${counted < rows ? ` of ${rows}` : ''}`

function cells({ unit, baseline, candidate, verdict, judgement }: RowsMetric): string[] {
  const kind = unit === 'ratio' ? 'difference' : 'ratio'
  return [
    baseline === null ? '-' : formatFigure(baseline, unit),
    candidate === null ? '-' : formatFigure(candidate, unit),
    changeText({ kind, change: judgement.change }),
    verdict,
  ]
}
