import type { Verdict } from '../../stats/gate/judgeStages.ts'
import type { CaseComparison, ComparisonReport, MetricComparison } from '../comparison/comparison.ts'
import { designText } from '../comparison/terminal.ts'
import { armTitle, changeText, remarksOf, verdictText } from '../comparison/wording.ts'
import { formatFigure } from '../format.ts'
import { pointers, provenanceFacts } from '../wording.ts'
import type { Assets } from './assets.ts'
import { caseSection, list, loadCharts } from './caseSection.ts'
import { Charts } from './charts.ts'
import { escapeHtml } from './escape.ts'
import { document, facts } from './page.ts'

/** A comparison as one HTML file, the verdict first; then each arm as a report of its own. */
export function renderComparisonHtml(report: ComparisonReport, assets: Assets): string {
  const charts = new Charts()
  const [baseline, candidate] = [armTitle(report.baseline), armTitle(report.candidate)]
  return document({
    charts,
    assets,
    title: `${report.name}: ${report.verdict}`,
    header: [
      `<h1 class="${classOf(report.verdict)}">${escapeHtml(report.answer)}</h1>`,
      report.description === null ? '' : `<p>${escapeHtml(report.description)}</p>`,
      `<p class="soft">Exit code ${report.exit.code}: ${escapeHtml(report.exit.reason)}</p>`,
      list(report.leaks.map(leak => `left behind: ${leak}`)),
    ],
    main: [
      ...report.cases.map(each => verdictSection(each, baseline, candidate, charts)),
      `<section><h2>How this was judged</h2><p>${escapeHtml(designText(report))}</p></section>`,
      ...report.cases.flatMap(each => [
        caseSection(each.candidate, `${each.id}: candidate ${candidate}`, null),
        caseSection(each.baseline, `${each.id}: baseline ${baseline}`, null),
      ]),
      `<section><h2>Again</h2>${facts(pointers(report), 'code')}</section>`,
      `<section><h2>Provenance</h2>${facts(provenanceFacts(report), 'span')}</section>`,
    ],
  })
}

function verdictSection(
  { id, metrics, ...arms }: CaseComparison,
  baseline: string,
  candidate: string,
  charts: Charts,
): string {
  const columns = ['metric', baseline, candidate, 'change [90 % interval]', 'pairs', 'verdict']
  const head = columns
    .map((name, at) => `<th scope="col"${at > 0 && at < 5 ? ' class="number"' : ''}>${escapeHtml(name)}</th>`)
    .join('')
  return [
    `<section><h2>${escapeHtml(id)}: verdicts</h2>`,
    `<div class="scroll" tabindex="0" role="region" aria-label="Verdicts"><table><thead><tr>${head}</tr></thead><tbody>${metrics.map(metricRow).join('')}</tbody></table></div>`,
    '<p class="soft">Verdicts in brackets are for information: they cannot fail the comparison.</p>',
    list(remarksOf(metrics)),
    ...arms.candidate.loads.flatMap((load, at) =>
      loadCharts(
        [
          { arm: `baseline ${baseline}`, load: arms.baseline.loads[at]! },
          { arm: `candidate ${candidate}`, load },
        ],
        charts,
      ),
    ),
    '</section>',
  ].join('\n')
}

function metricRow(metric: MetricComparison): string {
  const { path, unit, baseline, candidate, verdict, gated, pairs } = metric
  const median = (estimate: MetricComparison['baseline']) =>
    estimate === null ? '' : formatFigure(estimate.median, unit)
  const numbers = [median(baseline), median(candidate), changeText(metric), String(pairs)]
  const text = gated ? verdictText(metric) : `(${verdictText(metric)})`
  return `<tr><th scope="row">${escapeHtml(path)}</th>${numbers.map(cell => `<td class="number">${escapeHtml(cell)}</td>`).join('')}<td class="${gated ? classOf(verdict) : 'soft'}">${escapeHtml(text)}</td></tr>`
}

function classOf(verdict: Verdict): string {
  if (verdict === 'slower' || verdict === 'invalid') return 'missed'
  return verdict === 'same' || verdict === 'faster' ? 'met' : 'unmeasured'
}
