import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compareResults } from '../../src/report/comparison/compare.ts'
import { renderComparisonMarkdown } from '../../src/report/comparison/markdown.ts'
import { renderHtml } from '../../src/report/html/page.ts'
import { renderComparisonJson, renderJson } from '../../src/report/json.ts'
import { renderComparisonJunit, renderJunit } from '../../src/report/junit.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { comparisonSchema, reportSchema } from '../../src/report/schema.ts'
import { summarize } from '../../src/report/summarize.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { DEFAULT_SETTINGS } from '../../src/stats/gate/settings.ts'
import {
  ASSETS,
  arm,
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

const responses = Array.from({ length: 200 }, (_, at) => 10 + at / 10)
const hash = { iterations: 1_000, threads: 2, records: 10, threadMs: 5, p50Ms: 1, p99Ms: 1 }
const runs = [
  ...Array.from({ length: 8 }, (_, at) =>
    validRun(at, [{ ...loadResult(responses, at % 3), hash: { ...hash, iterations: 1_000 * (1 + (at % 2)) } }]),
  ),
  invalidRun(8, [loadResult(responses)], ['paused <&> "long"']),
  failedRun(9, 'died \u0000 badly'),
]
const report = summarize(input(runs))

const { exit: _, ...whole } = input(runs)
const pairs = Array.from({ length: 24 }, (_, at) => {
  const result = validRun(at, [loadResult(responses, at === 4 ? 150 : 0)])
  return {
    ...result,
    run: {
      ...result.run,
      arm: at % 2 === 0 ? ('baseline' as const) : ('candidate' as const),
      block: Math.floor(at / 2),
    },
  }
})
const comparison = compareResults(
  {
    ...whole,
    plan: { ...whole.plan, arms: [arm('baseline'), arm('candidate')] },
    results: pairs,
    settings: DEFAULT_SETTINGS,
  },
  { code: 0, reason: 'compared' },
)

const problems = (schema: z.ZodType, json: string) => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(z.toJSONSchema(schema))
  validate(JSON.parse(json))
  return validate.errors ?? []
}

test('JSON is what the shipped schemas say, no more and no less', () => {
  expect(problems(reportSchema, renderJson(report))).toEqual([])
  expect(problems(comparisonSchema, renderComparisonJson(comparison))).toEqual([])
  const extra = JSON.stringify({ ...(JSON.parse(renderJson(report)) as object), surprise: 1 })
  expect(problems(reportSchema, extra)).toHaveLength(1)
})

test('what stands behind an engine is in JSON as the schema says, and in every text', () => {
  const receiver = { name: 'lab', declared: 200, missing: 1, extra: 0, misrouted: 2, foreign: 3, altered: null }
  const quantiles = loadResult(responses).quantiles.response
  const clock = { offsetMs: 0.5, uncertaintyMs: 0.001 }
  const endToEnd = { quantiles, meanMs: null, histogram: '', arrived: 199, missing: 1, clock }
  const followed = [0, 1].map(at =>
    validRun(at, [{ ...loadResult(responses), endToEnd }], audit({ downstream: [receiver] })),
  )
  const engine = summarize(input(followed))
  expect(problems(reportSchema, renderJson(engine))).toEqual([])
  expect(engine.cases[0]!.audit!.downstream).toEqual([
    { ...receiver, declared: 400, missing: 2, misrouted: 4, foreign: 6 },
  ])
  expect(engine.cases[0]!.metrics.map(({ path }) => path)).toContain('mllp.endToEnd.p99')
  const terminal = renderTerminal(engine, { style: PLAIN, glyphs: 'ascii', width: 80 })
  const texts = [terminal, renderMarkdown(engine), renderHtml(engine, ASSETS)]
  for (const text of texts.map(each => each.replace(/\s+/g, ' '))) {
    expect(text).toContain(
      'lab: 400 arrivals declared; missing 2, extra 0, misrouted 4, foreign 6, bodies not compared',
    )
    expect(text).toContain('398 arrived, 2 did not and count as infinitely slow')
  }
})

test('JUnit has a test for every SLO and one for the valid runs, and holds only what XML can', () => {
  const xml = renderJunit(report)
  expect(xml).toMatch(/<testsuite name="hl7bench demo" tests="3" failures="0" skipped="0"/)
  expect(xml).toContain('name="mllp.response.p99 &lt; 250 ms"')
  expect(xml).toContain('paused &lt;&amp;&gt; &quot;long&quot;')
  expect(xml).not.toContain('\u0000')
})

test('JUnit of a comparison fails what is slower and skips what is for information or not settled', () => {
  const xml = renderComparisonJunit(comparison)
  expect(xml).toContain('name="mllp.response.p50 is not slower"')
  expect(xml).toMatch(/name="mllp.throughput is not slower">\n {6}<skipped/)
})

test.each([
  ['open', load().workload, 'open loop, response from the intended time'],
  ['closed', { kind: 'closed', thinkMs: 0, records: null } as const, 'closed loop, response from the send'],
])('latencies of an %s loop say so where JUnit and Markdown give them', (_, workload, text) => {
  const cases = [testCase({ load: [load({ workload })] })]
  const xml = renderJunit(summarize(input(runs, cases)))
  expect(xml).toMatch(new RegExp(`mllp.response.p99 &lt; 250 ms: [^<]* \\(${text}\\)<`))
  expect(xml).not.toMatch(new RegExp(`audit.lost = 0: 0 \\(${text}`))
  expect(renderMarkdown(summarize(input(runs, cases)))).toContain(`- mllp: ${text.split(',')[0]}`)
  const { plan } = whole
  const compared = compareResults(
    {
      ...whole,
      plan: { ...plan, cases, arms: [arm('baseline'), arm('candidate')] },
      results: pairs,
      settings: DEFAULT_SETTINGS,
    },
    { code: 0, reason: 'compared' },
  )
  const tests = renderComparisonJunit(compared)
  expect(tests).toMatch(new RegExp(`"mllp.response.p99 is not slower">\n[^\n]*\\(${text}\\)`))
  expect(tests).not.toMatch(new RegExp(`"mllp.throughput is not slower">\n[^\n]*\\(${text}\\)`))
  expect(renderComparisonMarkdown(compared)).toContain(`- mllp: ${text}`)
})
