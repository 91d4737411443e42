import { expect, test } from 'vitest'
import type { RunResult } from '../../src/model/result.ts'
import { renderHtml } from '../../src/report/html/page.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { summarize } from '../../src/report/summarize.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import {
  ASSETS,
  audit,
  failedRun,
  input,
  invalidRun,
  load,
  loadResult,
  PLAIN,
  testCase,
  validRun,
} from './experiment.fixture.ts'

const EVIL = '<script>alert("1")</script>'

function responses(shiftMs: number): readonly number[] {
  return Array.from({ length: 100 }, (_, index) => 10 + index * 0.04 + shiftMs)
}

function mixedRuns(): readonly RunResult[] {
  return [
    ...Array.from({ length: 6 }, (_, order) =>
      validRun(order, [loadResult(responses(order / 100), 0, order === 2 ? 2 : 0)]),
    ),
    invalidRun(6, [loadResult(responses(0))], ['starved of CPU: 40 % of the measured phase']),
    failedRun(7, `port 2575 never answered\n\u001b[31m${EVIL} within 10 s`),
  ]
}

function report(runs = mixedRuns(), overrides = {}) {
  return summarize(input(runs, [testCase({ runs: 8, ...overrides })]))
}

const GOLDEN = `hl7bench: demo carried 100 msg/s of MLLP at p99 14.0 ms [13.9, 14.0], 6 of 8
  runs valid, 1 failed by the target: both SLOs met.

demo
mllp: open loop, Poisson arrivals, 100 msg/s over 8 connections, window 1
warm-up 200 ms, measure 1 s, drain up to 1 s
metric                                    median             95 % interval    n
mllp.throughput                           100 /s                [100, 100]    6
mllp.response.p50*                       12.0 ms              [12.0, 12.0]    6
mllp.response.p99*                       14.0 ms              [13.9, 14.0]    6
mllp.errors                                  0 %                    [0, 0]    6
ok mllp.response.p99 < 250 ms: 14.0 ms
ok audit.lost = 0: 0
planned 9,024 = once 9,024 + duplicated 0 + lost 0 + corrupted 0 + rejected 0 +
  unknown-arrived 0 + unknown-absent 0 + unsent 0
Summed over 6 valid runs; foreign 0, repeats 0.
6 of 8 runs valid, 1 invalid, 1 failed
1 x invalid: starved of CPU: 40 % of the measured phase (r0007)
1 x failed by the target at start: port 2575 never answered (r0008)
  [31m<script>alert("1")</script> within 10 s
* mllp.response.p50 is an upper bound in 1 of 6 runs: the generator's own lag is
  a large part of it. Such a run may help to meet an SLO, not to miss one.
* mllp.response.p99 is an upper bound in 1 of 6 runs: the generator's own lag is
  a large part of it. Such a run may help to meet an SLO, not to miss one.

rows    results/benchmark-data.csv
report  results/experiments/x/report.html
folder  results/experiments/x
repeat  hl7bench run demo.ts --seed 1
next    hl7bench compare demo.ts
`

test('the terminal report puts the answer first and explains every run that does not count', () => {
  const text = renderTerminal(report(), { style: PLAIN, glyphs: 'ascii', width: 80 })
  expect(text.split('\n').map(line => line.replace(/ {3,}/g, '   '))).toEqual(
    GOLDEN.split('\n').map(line => line.replace(/ {3,}/g, '   ')),
  )
})

test('no line of the terminal report is wider than the terminal, whatever the names', () => {
  const name = 'a-rather-long-load-name-of-the-hospital-in-the-north-east-of-the-country'
  const loads = [load({ name })]
  const runs = Array.from({ length: 6 }, (_, order) => validRun(order, [loadResult(responses(order), 5, 0, name)]))
  const text = renderTerminal(report(runs, { load: loads, slo: [] }), { style: PLAIN, glyphs: 'unicode', width: 80 })
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  expect(text).toContain('> 10 s')
  expect(text).toContain('no SLO to judge by')
})

test('an exit code other than 0 is told with its reason', () => {
  const interrupted = { ...report(), exit: { code: 105, reason: 'interrupted' } }
  expect(renderTerminal(interrupted, { style: PLAIN, glyphs: 'ascii', width: 80 })).toContain(
    '\nexit 105: interrupted\n',
  )
  expect(renderMarkdown(interrupted)).toContain('Exit code 105: interrupted')
})

test('colours come from the style alone', () => {
  const style = { ...PLAIN, good: (text: string) => `<good>${text}</good>` }
  expect(renderTerminal(report(), { style, glyphs: 'unicode', width: 80 })).toContain(
    '<good>✓ audit.lost = 0: 0</good>',
  )
})

test('foreign control characters never reach a terminal', () => {
  const text = renderTerminal(report(), { style: PLAIN, glyphs: 'unicode', width: 80 })
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

test('a command that an error advises stays on one line, however narrow the terminal', () => {
  const command = 'npx hl7bench env up site-to-site --set environment.vpn.cipher=aes256gcm16 --set seed=7 --checks'
  const runs = [failedRun(0, `check mtu failed: 1 of 8 sizes\nlook into one like it by\n${command}`)]
  const lines = renderTerminal(report(runs), { style: PLAIN, glyphs: 'ascii', width: 60 }).split('\n')
  expect(lines.map(line => line.trim())).toContain(command)
})

test('without a valid run the answer says so', () => {
  expect(report([failedRun(0, 'no')]).answer).toBe(
    'hl7bench: demo has no valid result, 0 of 8 runs valid, 1 failed by the target: of 2 SLOs, 2 not measured.',
  )
})

test('runs beyond those that were wanted, of a block repeated for another case, are not counted out of them', () => {
  const runs = [0, 1, 2].map(order => validRun(order, [loadResult([1])]))
  const { answer } = summarize(input(runs, [testCase({ runs: 2 })]))
  expect(answer).toContain('3 runs valid, 2 wanted')
  expect(summarize(input(runs.slice(0, 2), [testCase({ runs: 2 })])).answer).toContain('2 of 2 runs valid')
})

test('several cases are answered together, naming those that failed', () => {
  const slow = [loadResult([900])]
  const cases = [testCase({ runs: 1 }, 'a[x=1]'), testCase({ runs: 1 }, 'a[x=2]')]
  const runs = [validRun(0, [loadResult([1])], audit(), 'a[x=1]'), validRun(1, slow, audit(), 'a[x=2]')]
  expect(summarize(input(runs, cases)).answer).toBe(
    'hl7bench: demo, 2 cases, 2 of 2 runs valid: of 4 SLOs, 1 missed (in a[x=2]).',
  )
})

test('JSON names its schema, and keeps medians, intervals, means and marks apart', () => {
  const parsed = JSON.parse(renderJson(report()))
  expect(parsed).toMatchObject({ schema: 'hl7bench.report/1', verdict: 'met' })
  expect(parsed.cases[0].metrics[2]).toMatchObject({
    path: 'mllp.response.p99',
    unit: 'ms',
    estimate: { n: 6, interval: { level: 0.95, coverage: 0.96875 }, mean: { n: 6 }, marked: 1 },
  })
})

test('Markdown is answer first and escapes foreign text', () => {
  const text = renderMarkdown(report())
  expect(text).toMatch(/^\*\*hl7bench: demo carried/)
  expect(text).not.toContain('<script>')
  expect(text).toContain('| mllp.throughput | 100 /s |')
})

test('the page loads nothing, runs nothing but its own scripts and escapes every name', () => {
  const loads = [load({ name: EVIL })]
  const runs = Array.from({ length: 6 }, (_, order) => validRun(order, [loadResult(responses(order), 0, 0, EVIL)]))
  for (const page of [
    renderHtml(report(), ASSETS),
    renderHtml(report(runs, { load: loads, name: EVIL, description: EVIL }), ASSETS),
  ]) {
    expect(page.replace(/<script>.*?<\/script>|<script type="application\/json" id="charts">/gs, '')).not.toMatch(
      /https?:|<script|<link|<img|<iframe|@import|url\(| on\w+=/i,
    )
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  }
})

test('the page shows a dot for every run, invalid ones hollow, and both charts', () => {
  const page = renderHtml(report(), ASSETS)
  const [dots] = /<svg class="dots".*?<\/svg>/s.exec(page)!
  expect(dots!.match(/<circle/g)).toHaveLength(7)
  expect(dots!.match(/class="run excluded"/g)).toHaveLength(1)
  expect(page.match(/<svg class="chart"/g)).toHaveLength(2)
  expect(page).toContain('never answered')
})

test('a run without a single answer is drawn as lying above, not as a number', () => {
  const runs = Array.from({ length: 6 }, (_, order) => validRun(order, [loadResult([], 5)]))
  const page = renderHtml(report(runs), ASSETS)
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
  expect(page).toContain('&gt; 10 s')
})
