import type { ExperimentReport } from '../experiment.ts'
import { pointers, provenanceFacts } from '../wording.ts'
import { caseSection, list, verdictClass } from './caseSection.ts'
import { escapeHtml } from './escape.ts'
import { hashSection } from './hashSection.ts'
import { STYLESHEET } from './stylesheet.ts'

/** Nothing is loaded from anywhere and nothing runs: the file is inert wherever it is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** The report as one HTML file without scripts and without requests, the answer first. */
export function renderHtml(report: ExperimentReport): string {
  return document({
    title: `${report.name}: ${report.verdict}`,
    header: [
      `<h1 class="${verdictClass(report.verdict)}">${escapeHtml(report.answer)}</h1>`,
      report.description === null ? '' : `<p>${escapeHtml(report.description)}</p>`,
      `<p class="soft">Exit code ${report.exit.code}: ${escapeHtml(report.exit.reason)}</p>`,
      list(report.leaks.map(leak => `left behind: ${leak}`)),
    ],
    main: [
      ...report.cases.map(each => caseSection(each, each.id)),
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
}

/** A whole page around what was already escaped; the title is escaped here. */
export function document({ title, header, main }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} (hl7bench)</title>
<style>${STYLESHEET}</style>
</head>
<body>
<header>
${header.join('\n')}
</header>
<main>
${main.join('\n')}
</main>
</body>
</html>
`
}

export function facts(entries: readonly (readonly [string, string])[], tag: 'code' | 'span'): string {
  const rows = entries.map(
    ([label, value]) => `<tr><th scope="row">${label}</th><td><${tag}>${escapeHtml(value)}</${tag}></td></tr>`,
  )
  return `<table><tbody>${rows.join('')}</tbody></table>`
}
