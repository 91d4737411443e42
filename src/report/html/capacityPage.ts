import { priceCell } from '../capacity/purchase.ts'
import type { CapacityCase, CapacityReport } from '../capacity/report.ts'
import { searchCells } from '../capacity/terminal.ts'
import { unitOf } from '../capacity/unit.ts'
import { aimText, boundText, caseNotes, caseText, lowerCell, missingText } from '../capacity/wording.ts'
import { pointers, provenanceFacts } from '../wording.ts'
import type { Assets } from './assets.ts'
import { boundDots } from './boundDots.ts'
import { checksTable, list } from './caseSection.ts'
import { Charts } from './charts.ts'
import { escapeHtml } from './escape.ts'
import { levelsCharts } from './levelsChart.ts'
import { document, facts } from './page.ts'
import { trialsChart } from './trialsChart.ts'

/** A search for the capacity as one HTML file, the answer first. */
export function renderCapacityHtml(report: CapacityReport, assets: Assets): string {
  const charts = new Charts()
  const missing = missingText(report)
  return document({
    charts,
    assets,
    title: `${report.name}: capacity`,
    header: [
      `<h1 class="${report.exit.code === 0 ? 'met' : 'missed'}">hl7bench: ${escapeHtml(report.answer)}</h1>`,
      `<p>${escapeHtml(aimText(report))}</p>`,
      missing === null ? '' : `<p class="unmeasured">${escapeHtml(missing)}</p>`,
      `<p class="soft">Exit code ${report.exit.code}: ${escapeHtml(report.exit.reason)}</p>`,
      list(report.leaks.map(leak => `left behind: ${leak}`)),
    ],
    main: [
      overview(report),
      ...levelsCharts(report, charts),
      ...report.cases.map(each => caseSection(each, report, charts)),
      `<section><h2>Again</h2>${facts(pointers(report), 'code')}</section>`,
      `<section><h2>Provenance</h2>${facts(provenanceFacts(report), 'span')}</section>`,
    ],
  })
}

function overview(report: CapacityReport): string {
  const { cases, aim } = report
  const most = Math.max(0, ...cases.flatMap(({ searches }) => searches.map(({ lower }) => lower ?? 0)))
  const row = (each: CapacityCase) =>
    rowOf(
      each.id,
      [lowerCell(each, aim), boundText(each.upper, aim), priceCell(each), each.bottleneck.what],
      boundDots(each, most, unitOf(aim)),
    )
  return [
    '<section><h2>Capacity</h2>',
    table(
      'Capacity by case',
      ['case', 'kept up with [95 %]', 'not with [95 %]', 'VPN / none', 'bottleneck', 'clones'],
      cases.map(row),
      'cases',
    ),
    '</section>',
  ].join('\n')
}

function caseSection(testCase: CapacityCase, report: CapacityReport, charts: Charts): string {
  const { id, searches, network } = testCase
  return [
    `<section><h2>${escapeHtml(id)}</h2>`,
    `<p>${escapeHtml(caseText(testCase, report))}</p>`,
    list(caseNotes(testCase, report)),
    trialsChart(testCase, report, charts),
    table(
      `Searches of ${id}`,
      ['clone', 'kept up with', 'not with', 'trials', 'ended'],
      searches.map(search => {
        const [clone, ...rest] = searchCells(search)
        return rowOf(clone!, rest)
      }),
    ),
    network === undefined || network.checks.length === 0 ? '' : `<h3>Network</h3>${checksTable(network)}`,
    '</section>',
  ].join('\n')
}

const rowOf = (name: string, cells: readonly string[], drawing?: string): string =>
  `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}${drawing === undefined ? '' : `<td>${drawing}</td>`}</tr>`

function table(name: string, head: readonly string[], rows: readonly string[], kind = ''): string {
  if (rows.length === 0) return ''
  const columns = head.map(text => `<th scope="col">${escapeHtml(text)}</th>`).join('')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table${kind === '' ? '' : ` class="${kind}"`}><thead><tr>${columns}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}
