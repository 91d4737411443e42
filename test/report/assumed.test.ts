import { expect, test } from 'vitest'
import { renderHtml } from '../../src/report/html/page.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { summarize } from '../../src/report/summarize.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { ASSETS, input, load, loadResult, PLAIN, testCase, validRun } from './experiment.fixture.ts'

const ASSUMED = 'message mix of profile hospital (ADT A01 100 %)'
const reportOf = (assumed: readonly string[]) =>
  summarize(input([validRun(0, [loadResult([10, 11])])], [testCase({ load: [load({ assumed })] })]))
const renderings = {
  terminal: (report: ReturnType<typeof reportOf>) =>
    renderTerminal(report, { style: PLAIN, glyphs: 'ascii', width: 200 }),
  Markdown: renderMarkdown,
  HTML: (report: ReturnType<typeof reportOf>) => renderHtml(report, ASSETS),
}

test.each(Object.entries(renderings))('%s says what a load assumed, and nothing where nothing was', (_name, render) => {
  expect(render(reportOf([ASSUMED]))).toContain(`assumed, not measured: ${ASSUMED}`)
  expect(render(reportOf([]))).not.toContain('assumed, not measured')
})

test('JSON holds it as data', () => {
  const { cases } = JSON.parse(renderJson(reportOf([ASSUMED])))
  expect(cases[0].loads[0].assumed).toEqual([ASSUMED])
})
