import { calibrationNotes } from '../calibration/share.ts'
import { endToEndNotes } from '../endToEnd.ts'
import type { CaseReport, LoadReport, Metric, SloVerdict } from '../experiment.ts'
import { FEED_COLUMNS, feedCells, feedNotes } from '../feedLines.ts'
import { alarmText, handshakeTexts, oddityTexts, reasonTexts } from '../findings.ts'
import { formatFigure, formatInterval, formatValue } from '../format.ts'
import { type NetworkReport, networkNotes } from '../network.ts'
import { priceNotes } from '../price.ts'
import { silenceTexts } from '../silence.ts'
import { auditEquation, auditRemarks, markedNotes, sloStatement, validityLine } from '../wording.ts'
import { loadLines } from '../workload.ts'
import type { ArmLoad, Charts } from './charts.ts'
import { dotsChart } from './dotsChart.ts'
import { escapeHtml } from './escape.ts'

const MARKS = { met: '✓', missed: '✗', 'not measured': '?' } as const

/** @param charts of the page; null = the charts of both arms stand elsewhere */
export function caseSection(report: CaseReport, title: string, charts: Charts | null): string {
  return [
    `<section><h2>${escapeHtml(title)}</h2>`,
    list([...report.loads.flatMap(loadLines), report.phases, `SUT: ${report.sut}; digest ${report.digest}`]),
    alarmList(report),
    sloList(report.slos),
    metricsTable(report.metrics),
    ...report.loads.map(feedsBlock),
    list([
      ...silenceTexts(report.loads),
      ...reasonTexts(report.reasons),
      ...oddityTexts(report),
      ...handshakeTexts(report.handshakes),
      ...endToEndNotes(report),
      ...calibrationNotes(report),
      ...markedNotes(report),
    ]),
    ...(charts === null ? [] : report.loads.flatMap(load => loadCharts([{ arm: '', load }], charts))),
    networkBlock(report),
    auditBlock(report),
    validityBlock(report),
    '</section>',
  ].join('\n')
}

/** The class that colours a verdict. */
export function verdictClass(verdict: SloVerdict['verdict'] | 'none'): string {
  return verdict === 'not measured' ? 'unmeasured' : verdict
}

export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map(item => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`
}

function alarmList({ alarms }: CaseReport): string {
  const items = alarms.map(alarm => `<li class="missed">${escapeHtml(alarmText(alarm))}</li>`)
  return items.length === 0 ? '' : `<h3>Alarms</h3><ul>${items.join('')}</ul>`
}

function sloList(slos: readonly SloVerdict[]): string {
  if (slos.length === 0) return '<p class="soft">The scenario declares no SLO.</p>'
  const items = slos.map(
    slo =>
      `<li class="${verdictClass(slo.verdict)}">${MARKS[slo.verdict]} ${slo.verdict}: ${escapeHtml(sloStatement(slo))}</li>`,
  )
  return `<h3>SLOs</h3><ul>${items.join('')}</ul>`
}

function metricsTable(metrics: readonly Metric[]): string {
  const head =
    '<tr><th scope="col">metric</th><th scope="col" class="number">median</th><th scope="col" class="number">95 % interval</th><th scope="col" class="number">mean</th><th scope="col" class="number">n</th><th scope="col">runs</th></tr>'
  return `<h3>Metrics</h3><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead>${head}</thead><tbody>${metrics.map(metricRow).join('')}</tbody></table></div>`
}

function metricRow(metric: Metric): string {
  const { path, unit, estimate } = metric
  const name = `<th scope="row">${escapeHtml(path)}${estimate !== null && estimate.marked > 0 ? ' *' : ''}</th>`
  if (estimate === null) return `<tr>${name}<td colspan="5">not measured</td></tr>`
  const mean = estimate.mean === null ? '' : formatValue(estimate.mean.estimate, unit)
  const cells = [formatFigure(estimate.median, unit), formatInterval(estimate, unit), mean, String(estimate.n)]
  return `<tr>${name}${cells.map(cell => `<td class="number">${escapeHtml(cell)}</td>`).join('')}<td>${dotsChart(metric)}</td></tr>`
}

function feedsBlock(load: LoadReport): string {
  const [note] = feedNotes(load)
  if (note === undefined) return ''
  const head = FEED_COLUMNS.map(column => `<th scope="col" class="number">${column}</th>`).join('')
  const rows = load.feeds!.worst.map(feed => {
    const [name, ...cells] = feedCells(feed)
    const rest = cells.map(cell => `<td class="number">${escapeHtml(cell)}</td>`).join('')
    return `<tr><th scope="row" class="number">${escapeHtml(name!)}</th>${rest}</tr>`
  })
  return `<h3>${escapeHtml(load.name)}: feeds</h3><p>${escapeHtml(note)}</p><div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

/** The charts of one load, of one or both arms. */
export function loadCharts(arms: readonly ArmLoad[], charts: Charts): readonly string[] {
  const name = escapeHtml(arms[0]!.load.name)
  const drawn = [
    ['Response by quantile, all valid runs together', charts.quantiles(arms)],
    ['A typical run over time', charts.time(arms)],
  ] as const
  return drawn.flatMap(([title, figure]) => (figure === '' ? [] : [`<h3>${name}: ${title}</h3>${figure}`]))
}

function networkBlock(report: CaseReport): string {
  const { network } = report
  if (network === undefined) return ''
  const price = priceNotes(report)
  return `<h3>Network</h3>${list(networkNotes(report))}${checksTable(network)}${price.length === 0 ? '' : `<h3>Price of the VPN</h3>${list(price)}`}`
}

/** What the clones were proven to be; empty where they were not. */
export function checksTable({ checks }: NetworkReport): string {
  if (checks.length === 0) return ''
  const rows = checks.map(
    ({ name, clones, evidence }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${clones}</td><td>${escapeHtml(evidence)}</td></tr>`,
  )
  const head =
    '<tr><th scope="col">check</th><th scope="col" class="number">clones</th><th scope="col">seen in the first</th></tr>'
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`
}

function auditBlock({ audit }: CaseReport): string {
  if (audit === null) return '<h3>Audit</h3><p>No valid run has an audit.</p>'
  return `<h3>Audit</h3><p><code>${escapeHtml(auditEquation(audit))}</code></p>${list(auditRemarks(audit))}`
}

function validityBlock({ validity }: CaseReport): string {
  const excluded = [
    ...validity.invalid.map(({ runId, reasons }) => [runId, 'invalid', reasons.join('; ')]),
    ...validity.failed.map(({ runId, stage, error, fault }) => [runId, `failed by the ${fault}`, `${stage}: ${error}`]),
  ]
  const rows = excluded.map(cells => `<tr>${cells.map(cell => `<td>${escapeHtml(cell!)}</td>`).join('')}</tr>`).join('')
  const head = '<tr><th scope="col">run</th><th scope="col">state</th><th scope="col">reason</th></tr>'
  const table =
    excluded.length === 0
      ? ''
      : `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead>${head}</thead><tbody>${rows}</tbody></table></div>`
  return `<h3>Validity</h3><p>${escapeHtml(validityLine(validity))}</p>${table}`
}
