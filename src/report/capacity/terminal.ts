import { columns } from '../columns.ts'
import { formatNumber } from '../format.ts'
import { MARKS, paragraph, type TerminalOptions } from '../terminal.ts'
import type { CapacityReport, SearchReport } from './report.ts'
import { aimText, caseNotes, caseText, missingText } from './wording.ts'

/** The answer first; ends with a newline. */
export function renderCapacity(report: CapacityReport, options: TerminalOptions): string {
  const { style } = options
  const missing = missingText(report)
  const lines = [
    ...paragraph(`hl7bench: ${report.answer}`, options, report.exit.code === 0 ? style.bold : style.bad),
    ...paragraph(aimText(report), options, style.dim),
    ...report.cases.flatMap(each => [
      '',
      ...paragraph(`${each.id} ${caseText(each, report)}`, options, style.bold),
      ...caseNotes(each, report).flatMap(text => paragraph(text, options)),
      ...searchTable(each.searches, options),
    ]),
    '',
    ...(missing === null ? [] : paragraph(missing, options, style.warning)),
    ...(report.exit.code === 0 ? [] : paragraph(`exit ${report.exit.code}: ${report.exit.reason}`, options, style.bad)),
    ...report.leaks.flatMap(leak => paragraph(`left behind: ${leak}`, options, style.bad)),
    ...paragraph(`rows    ${report.files.rows}`, options, style.dim),
    ...paragraph(`report  ${report.files.html}`, options, style.dim),
    ...paragraph(`again   ${report.commands.repeat}`, options, style.dim),
    ...(report.commands.next === null ? [] : paragraph(`next    ${report.commands.next}`, options, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

function searchTable(searches: readonly SearchReport[], { style, glyphs }: TerminalOptions): readonly string[] {
  if (searches.length === 0) return []
  return columns({
    head: ['clone', 'kept up with', 'not with', 'trials', 'ended'].map(style.dim),
    widths: [8, 14, 14, 8, 26],
    aligns: ['right', 'right', 'right', 'right', 'left'],
    ellipsis: MARKS[glyphs].ellipsis,
    rows: searches.map(searchCells),
  })
}

export function searchCells({ clone, lower, upper, trials, ended, irregular }: SearchReport): string[] {
  const load = (value: number | null) => (value === null ? '-' : formatNumber(value))
  return [String(clone), load(lower), load(upper), String(trials.length), irregular ? `${ended}, irregular` : ended]
}
