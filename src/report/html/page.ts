import type { ExperimentReport } from '../experiment.ts'
import { pointers, provenanceFacts } from '../wording.ts'
import type { Assets } from './assets.ts'
import { caseSection, list, verdictClass } from './caseSection.ts'
import { CHART_SCRIPT } from './chartScript.ts'
import { Charts } from './charts.ts'
import { escapeHtml } from './escape.ts'
import { hashSection } from './hashSection.ts'
import { STYLESHEET } from './stylesheet.ts'

/** Nothing is loaded from anywhere, and nothing runs but the page's own scripts, known by their hashes. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** The report as one HTML file that makes no request, the answer first; without its script it says the same with plainer charts. */
export function renderHtml(report: ExperimentReport, assets: Assets): string {
  const charts = new Charts()
  return document({
    charts,
    assets,
    title: `${report.name}: ${report.verdict}`,
    header: [
      `<h1 class="${verdictClass(report.verdict)}">${escapeHtml(report.answer)}</h1>`,
      report.description === null ? '' : `<p>${escapeHtml(report.description)}</p>`,
      `<p class="soft">Exit code ${report.exit.code}: ${escapeHtml(report.exit.reason)}</p>`,
      list(report.leaks.map(leak => `left behind: ${leak}`)),
    ],
    main: [
      ...report.cases.map(each => caseSection(each, each.id, charts)),
      report.hash === null ? '' : hashSection(report.hash),
      `<section><h2>Again</h2>${facts(pointers(report), 'code')}</section>`,
      `<section><h2>Provenance</h2>${facts(provenanceFacts(report), 'span')}</section>`,
    ],
  })
}

interface Page {
  readonly title: string
  readonly header: readonly string[]
  readonly main: readonly string[]
  /** Filled while `main` was made. */
  readonly charts: Charts
  readonly assets: Assets
}

/** A whole page around what was already escaped; the title is escaped here. */
export function document({ title, header, main, charts, assets }: Page): string {
  const data = JSON.stringify(charts.specs).replace(/[<\u2028\u2029]/g, escapeScript)
  const scripts = charts.specs.length === 0 ? [] : [assets.script, CHART_SCRIPT]
  const allowed = scripts.map(script => `'sha256-${assets.sha256(script)}'`).join(' ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}${allowed === '' ? '' : `; script-src ${allowed}`}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} (hl7bench)</title>
<style>${assets.stylesheet}${STYLESHEET}</style>
</head>
<body>
<header>
${header.join('\n')}
</header>
<main>
${main.join('\n')}
</main>
${scripts.length === 0 ? '' : `<script type="application/json" id="charts">${data}</script>`}
${scripts.map(script => `<script>${script}</script>`).join('\n')}
</body>
</html>
`
}

/** Nothing in the data may end its element. */
const escapeScript = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

export function facts(entries: readonly (readonly [string, string])[], tag: 'code' | 'span'): string {
  const rows = entries.map(
    ([label, value]) => `<tr><th scope="row">${label}</th><td><${tag}>${escapeHtml(value)}</${tag}></td></tr>`,
  )
  return `<table><tbody>${rows.join('')}</tbody></table>`
}
