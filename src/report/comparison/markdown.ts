import { formatFigure, plural } from '../format.ts'
import { bullets, code, escapeMarkdown, facts, sloItem } from '../markdown.ts'
import { pointers, provenanceFacts } from '../wording.ts'
import { modelText } from '../workload.ts'
import { exclusionsOfArms, phasesAndLoads, slosOfCandidate } from './caseLines.ts'
import type { CaseComparison, ComparisonReport, MetricComparison } from './comparison.ts'
import { designText } from './terminal.ts'
import { armTitle, changeText, remarksOf, verdictText } from './wording.ts'

const MARKS = {
  slower: '❌',
  faster: '🚀',
  same: '✅',
  inconclusive: '❔',
  insufficient: '⚠️',
  invalid: '⚠️',
} as const

/** The comment of one comparison is found again by this. */
export const markerOf = (name: string): string => `<!-- hl7bench:${name.replace(/[^\w.-]+/g, '-')} -->`

/** Characters; GitHub refuses comments above 65,536. */
const LONGEST = 60_000
const MOST_CASES = 20

/**
 * A comparison as GitHub-flavoured Markdown for a comment or a step summary: a marker, the verdict, the table; the rest folded. What makes it too
 * long for a comment is left out: first what is folded, then cases in which nothing changed.
 */
export function renderComparisonMarkdown(report: ComparisonReport): string {
  const full = render(report, report.cases, true)
  if (full.length <= LONGEST) return full
  const tables = render(report, report.cases, false)
  if (tables.length <= LONGEST) return tables
  const changed = report.cases.filter(({ metrics }) =>
    metrics.some(({ gated, verdict }) => gated && verdict !== 'same'),
  )
  return render(report, changed.slice(0, MOST_CASES), false)
}

function render(report: ComparisonReport, cases: readonly CaseComparison[], isFull: boolean): string {
  const left = report.cases.length - cases.length
  const blocks = [
    `${markerOf(report.name)}\n${MARKS[report.verdict]} **${escapeMarkdown(report.answer)}**`,
    ...cases.flatMap(each => renderCase(each, report, isFull)),
    isFull
      ? ''
      : `Too long for a comment: ${left === 0 ? '' : `${plural(left, 'case')} and `}loads, flags, validity and audit are in the report on the disk alone.`,
    report.exit.code === 0 ? '' : `Exit code ${report.exit.code}: ${escapeMarkdown(report.exit.reason)}`,
    bullets(report.leaks.map(leak => `left behind: ${escapeMarkdown(leak)}`)),
    `<details><summary>How this was judged, and what made it</summary>\n\n${escapeMarkdown(designText(report))}\n\n${bullets(
      pointers(report).map(([label, value]) => `${label}: ${code(value)}`),
    )}\n\n${facts(provenanceFacts(report))}\n\n</details>`,
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function renderCase(
  comparison: CaseComparison,
  { baseline, candidate }: ComparisonReport,
  isFull: boolean,
): readonly string[] {
  return [
    `### ${escapeMarkdown(comparison.id)}`,
    bullets(comparison.candidate.loads.map(load => escapeMarkdown(`${load.name}: ${modelText(load)}`))),
    [
      `| metric | ${escapeMarkdown(armTitle(baseline))} | ${escapeMarkdown(armTitle(candidate))} | change [90 %] | verdict |`,
      '| --- | ---: | ---: | ---: | --- |',
      ...comparison.metrics.map(metricRow),
    ].join('\n'),
    bullets(slosOfCandidate(comparison).map(sloItem)),
    isFull ? foldedNotes(comparison) : '',
  ]
}

function foldedNotes(comparison: CaseComparison): string {
  const notes = [...phasesAndLoads(comparison), ...remarksOf(comparison.metrics), ...exclusionsOfArms(comparison)].map(
    escapeMarkdown,
  )
  return `<details><summary>Loads, flags, validity and audit</summary>\n\n${bullets(notes)}\n\n</details>`
}

function metricRow(metric: MetricComparison): string {
  const { path, unit, gated, verdict, baseline, candidate } = metric
  const median = (estimate: MetricComparison['baseline']) =>
    estimate === null ? '' : escapeMarkdown(formatFigure(estimate.median, unit))
  const text = gated ? `${MARKS[verdict]} ${verdictText(metric)}` : `(${verdictText(metric)})`
  return `| ${escapeMarkdown(path)} | ${median(baseline)} | ${median(candidate)} | ${escapeMarkdown(changeText(metric))} | ${escapeMarkdown(text)} |`
}
