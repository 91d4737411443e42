import { calibrationNotes } from './calibration/share.ts'
import { endToEndNotes } from './endToEnd.ts'
import type { CaseReport, ExperimentReport, LoadReport, Metric, SloVerdict } from './experiment.ts'
import { FEED_COLUMNS, feedCells, feedNotes } from './feedLines.ts'
import { alarmText, handshakeTexts, oddityTexts, reasonTexts } from './findings.ts'
import { formatFigure, formatInterval } from './format.ts'
import { loadMarkdown } from './hash/markdown.ts'
import { networkNotes } from './network.ts'
import { priceNotes } from './price.ts'
import { silenceTexts } from './silence.ts'
import {
  auditEquation,
  auditRemarks,
  exclusions,
  markedNotes,
  pointers,
  provenanceFacts,
  sloStatement,
  validityLine,
} from './wording.ts'
import { loadLines } from './workload.ts'

const MARKS = { met: '✅', missed: '❌', 'not measured': '❔' } as const

/** The report as GitHub-flavoured Markdown, the answer first; ends with a newline. */
export function renderMarkdown(report: ExperimentReport): string {
  const blocks = [
    `**${escapeMarkdown(report.answer)}**`,
    ...report.cases.flatMap(renderCase),
    report.hash === null ? '' : loadMarkdown(report.hash),
    report.exit.code === 0 ? '' : `Exit code ${report.exit.code}: ${escapeMarkdown(report.exit.reason)}`,
    bullets(report.leaks.map(leak => `left behind: ${escapeMarkdown(leak)}`)),
    bullets(pointers(report).map(([label, value]) => `${label}: ${code(value)}`)),
    `<details><summary>Provenance</summary>\n\n${facts(provenanceFacts(report))}\n\n</details>`,
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function renderCase(report: CaseReport): readonly string[] {
  return [
    `### ${escapeMarkdown(report.id)}`,
    bullets([...report.loads.flatMap(loadLines).map(escapeMarkdown), report.phases]),
    bullets(report.alarms.map(alarm => `🚨 ${escapeMarkdown(alarmText(alarm))}`)),
    ['| metric | median | 95 % interval | n |', '| --- | ---: | ---: | ---: |', ...report.metrics.map(metricRow)].join(
      '\n',
    ),
    ...report.loads.map(feedsBlock),
    bullets(report.slos.map(sloItem)),
    report.audit === null
      ? ''
      : [code(auditEquation(report.audit)), '', ...auditRemarks(report.audit).map(escapeMarkdown)].join('\n'),
    bullets([
      validityLine(report.validity),
      ...[
        ...silenceTexts(report.loads),
        ...reasonTexts(report.reasons),
        ...oddityTexts(report),
        ...handshakeTexts(report.handshakes),
        ...exclusions(report.validity),
        ...endToEndNotes(report),
        ...networkNotes(report),
        ...priceNotes(report),
        ...calibrationNotes(report),
        ...markedNotes(report),
      ].map(escapeMarkdown),
    ]),
  ]
}

function metricRow({ path, unit, estimate }: Metric): string {
  const name = escapeMarkdown(path)
  if (estimate === null) return `| ${name} | not measured | | 0 |`
  const mark = estimate.marked > 0 ? '\\*' : ''
  return `| ${name}${mark} | ${escapeMarkdown(formatFigure(estimate.median, unit))} | ${escapeMarkdown(formatInterval(estimate, unit))} | ${estimate.n} |`
}

function feedsBlock(load: LoadReport): string {
  const [note] = feedNotes(load)
  if (note === undefined) return ''
  const rows = load.feeds!.worst.map(feed => `| ${feedCells(feed).map(escapeMarkdown).join(' | ')} |`)
  const head = [`| ${FEED_COLUMNS.join(' | ')} |`, `|${FEED_COLUMNS.map(() => ' ---: |').join('')}`]
  return [escapeMarkdown(note), '', ...head, ...rows].join('\n')
}

export function sloItem(verdict: SloVerdict): string {
  return `${MARKS[verdict.verdict]} ${verdict.verdict}: ${escapeMarkdown(sloStatement(verdict))}`
}

export function facts(entries: readonly (readonly [string, string])[]): string {
  return ['| | |', '| --- | --- |', ...entries.map(([label, value]) => `| ${label} | ${escapeMarkdown(value)} |`)].join(
    '\n',
  )
}

export function bullets(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n')
}

/** Keeps names and error texts from becoming markup, links or table cells. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|#~@]/g, character => (character === '@' ? '@\u200b' : `\\${character}`))
}

/** Inline code whose fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${text.replace(/\s+/g, ' ')}${pad}${fence}`
}
