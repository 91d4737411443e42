import type { CapacityCase, CapacityReport } from './report.ts'
import { searchCells } from './terminal.ts'
import { aimText, caseNotes, caseText, missingText } from './wording.ts'

/** The answer first; ends with a newline. */
export function renderCapacityMarkdown(report: CapacityReport): string {
  const missing = missingText(report)
  const next = report.commands.next === null ? '' : `. Next: \`${report.commands.next}\``
  const lines = [
    `## Capacity of ${escaped(report.name)}`,
    '',
    `**${escaped(report.answer)}**`,
    '',
    escaped(aimText(report)),
    ...(missing === null ? [] : ['', escaped(missing)]),
    ...(report.exit.code === 0 ? [] : ['', `exit ${report.exit.code}: ${escaped(report.exit.reason)}`]),
    ...report.cases.flatMap(each => caseLines(each, report)),
    '',
    `Rows: \`${report.files.rows}\`. Again: \`${report.commands.repeat}\`${next}`,
  ]
  return `${lines.join('\n')}\n`
}

function caseLines(testCase: CapacityCase, report: CapacityReport): readonly string[] {
  return [
    '',
    `### ${escaped(testCase.id)}`,
    '',
    escaped(caseText(testCase, report)),
    '',
    ...caseNotes(testCase, report).map(text => `- ${escaped(text)}`),
    '',
    '| clone | kept up with | not with | trials | ended |',
    '| ---: | ---: | ---: | ---: | --- |',
    ...testCase.searches.map(search => `| ${searchCells(search).map(escaped).join(' | ')} |`),
  ]
}

const escaped = (text: string): string => text.replaceAll('\n', ' ').replace(/[\\|*_<[\]]/g, '\\$&')
