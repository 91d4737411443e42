import { describe, expect, test } from 'vitest'
import type { Arm, ArmName, ComparisonStage, PlannedRun } from '../../src/model/experiment.ts'
import type { LoadResult, RunResult } from '../../src/model/result.ts'
import type { Row } from '../../src/model/row.ts'
import type { Load } from '../../src/model/scenario.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { compareResults, isSuspected } from '../../src/report/comparison/compare.ts'
import { comparedMetrics, countGated } from '../../src/report/comparison/comparedMetrics.ts'
import { compareRowSets } from '../../src/report/comparison/compareRows.ts'
import type { ComparisonInput } from '../../src/report/comparison/comparison.ts'
import { markerOf, renderComparisonMarkdown } from '../../src/report/comparison/markdown.ts'
import { renderRowsComparison } from '../../src/report/comparison/rowsTerminal.ts'
import { parseSelector } from '../../src/report/comparison/selector.ts'
import { renderSpeedupTest } from '../../src/report/comparison/speedup.ts'
import { renderComparison } from '../../src/report/comparison/terminal.ts'
import { armTitle, signed } from '../../src/report/comparison/wording.ts'
import { renderComparisonHtml } from '../../src/report/html/comparisonPage.ts'
import { DEFAULT_SETTINGS } from '../../src/stats/gate/settings.ts'
import { createRandom } from '../../src/stats/random.ts'
import { ASSETS, failedRun, input, loadResult, PLAIN, testCase, validRun } from './experiment.fixture.ts'

const arm = (name: ArmName, label: string, commit: string): Arm => ({
  name,
  label,
  branch: label,
  commit,
  version: null,
  checkout: null,
})
const ARMS = [arm('baseline', 'main', 'a'.repeat(40)), arm('candidate', 'feature', `${'b'.repeat(40)}-dirty`)]
const PAIRS = 12
const DIED = 'the SUT ended with exit code 3; it printed:\n  | a stack trace'

interface Setting {
  /** Response of the candidate over that of the baseline, by stage. */
  readonly ratios: readonly [first: number, second: number | null]
  readonly errors?: number
  /** Runs of the candidate in stage 1 whose quantiles lie above the timeout. */
  readonly unanswered?: number
  /** Blocks of stage 1 in which the same is true of the baseline. */
  readonly unansweredBefore?: number
  /** Runs of the candidate in stage 1 that the target failed. */
  readonly failed?: number
  /** The same of stage 2; there is one. */
  readonly failedAgain?: number
}

function results({
  ratios,
  errors = 0,
  unanswered = 0,
  unansweredBefore = 0,
  failed = 0,
  failedAgain = 0,
}: Setting): RunResult[] {
  const random = createRandom(3)
  const ofStage = (stage: ComparisonStage, ratio: number) =>
    Array.from({ length: 2 * PAIRS }, (_, at) => {
      const [block, name] = [Math.floor(at / 2) + (stage - 1) * PAIRS, at % 2 === 0 ? 'baseline' : 'candidate'] as const
      const isCandidate = name === 'candidate'
      const ms = 20 * (1 + 0.02 * (random() - 0.5)) * (isCandidate ? ratio : 1)
      const place = Math.floor(at / 2)
      const isLost = stage === 1 && place < (isCandidate ? unanswered : unansweredBefore)
      const load = loadResult(Array(200).fill(ms), isLost ? 300 : 0)
      const erring: LoadResult = isCandidate ? { ...load, errorRatio: errors } : load
      const result =
        isCandidate && place < (stage === 1 ? failed : failedAgain)
          ? failedRun(at, DIED)
          : validRun(at, [isLost ? load : erring])
      const run: PlannedRun = { ...result.run, id: `r${stage}${at}`, arm: name, stage, block }
      return { ...result, run } as RunResult
    })
  return [...ofStage(1, ratios[0]), ...(ratios[1] === null ? [] : ofStage(2, ratios[1]))]
}

function inputOf(setting: Setting): ComparisonInput {
  const base = input(results(setting), [testCase({ runs: PAIRS, slo: [] })])
  return { ...base, plan: { ...base.plan, arms: ARMS }, settings: DEFAULT_SETTINGS }
}

const compared = (setting: Setting) => compareResults(inputOf(setting), { code: 0, reason: 'compared' })
const verdictOf = (setting: Setting, path: string) =>
  compared(setting).cases[0]!.metrics.find(metric => metric.path === path)!
const terminal = { style: PLAIN, glyphs: 'unicode', width: 80 } as const

describe('the verdict', () => {
  test('is slower when both stages say so, with the ratio of the second', () => {
    const report = compared({ ratios: [1.3, 1.2] })
    expect(report).toMatchObject({ verdict: 'slower', stages: 2 })
    const p50 = verdictOf({ ratios: [1.3, 1.2] }, 'mllp.response.p50')
    expect(p50).toMatchObject({ verdict: 'slower', stage: 2, pairs: PAIRS })
    expect(p50.change!.estimate).toBeCloseTo(1.2, 1)
    expect(report.answer).toMatch(
      /^hl7bench: demo: feature@bbbbbbb-dirty is slower than main@aaaaaaa: mllp\.response\.p50 \+(19|20) % .*\(12 fresh pairs\)\.$/,
    )
  })

  test('is the same when nothing differs, and not slower when fresh pairs do not confirm', () => {
    expect(compared({ ratios: [1, null] })).toMatchObject({ verdict: 'same', stages: 1 })
    const dropped = verdictOf({ ratios: [1.3, 1] }, 'mllp.response.p99')
    expect(dropped).toMatchObject({ verdict: 'same', remark: 'suspected to be slower; fresh runs did not confirm it' })
  })

  test('is inconclusive on a suspicion without fresh pairs', () => {
    expect(compared({ ratios: [1.3, null] }).verdict).toBe('inconclusive')
  })

  test('is slower by errors alone', () => {
    expect(
      compared({ ratios: [1, 1], errors: 0.02 }).cases[0]!.metrics.filter(({ verdict }) => verdict === 'slower'),
    ).toMatchObject([{ path: 'mllp.errors', kind: 'difference' }])
  })

  test('counts runs above the timeout as slower than any answer, and says so', () => {
    const few = verdictOf({ ratios: [1, null], unanswered: 1 }, 'mllp.response.p50')
    expect(few.verdict).toBe('same')
    expect(few.remark).toMatch(/above the timeout in 1 of 12 pairs/)
    const report = compared({ ratios: [1, 1], unanswered: PAIRS })
    expect(report.cases[0]!.metrics[0]!.judgements[0]).toMatchObject({ outcome: 'slower' })
    expect(renderComparison(report, terminal)).not.toMatch(/NaN|Infinity|e\+/)
  })

  test('is never the same by pairs in which neither arm has an answer', () => {
    const neither = { ratios: [1, null], unanswered: PAIRS, unansweredBefore: PAIRS } as const
    const p50 = verdictOf(neither, 'mllp.response.p50')
    expect(p50).toMatchObject({ verdict: 'insufficient', pairs: 0, change: null, runsNeeded: null })
    expect(p50.remark).toMatch(/^0 pairs, at least 10 are needed; above the timeout in both arms of 12 of 12 pairs/)
    expect(renderComparison(compared(neither), terminal)).not.toMatch(/NaN|Infinity|e\+/)
    const one = verdictOf({ ratios: [1, null], unanswered: 1, unansweredBefore: 1 }, 'mllp.response.p50')
    expect(one).toMatchObject({ verdict: 'same', pairs: PAIRS - 1 })
  })

  test('stands without advice where hardly a pair has answers in both arms', () => {
    for (const answered of [0, 1, 2]) {
      const p50 = verdictOf({ ratios: [1, null], unanswered: PAIRS - answered }, 'mllp.response.p50')
      expect(p50).toMatchObject({ verdict: 'inconclusive', detectable: null, runsNeeded: null, flags: [] })
    }
  })

  test('of a suspicion that lacks its fresh pairs names no number of pairs, and the answer none either', () => {
    const report = compared({ ratios: [1.3, null] })
    expect(report.cases[0]!.metrics.map(({ runsNeeded }) => runsNeeded)).toEqual([null, null, null, null])
    expect(report.answer).not.toMatch(/--runs/)
  })

  test('of a metric for information is that of the stage whose figures are shown', () => {
    const throughputs = (stage: ComparisonStage, isCandidate: boolean) => (isCandidate ? (stage === 1 ? 80 : 125) : 100)
    const base = inputOf({ ratios: [1.3, 1.2] })
    const results = base.results.map(result =>
      result.state === 'valid'
        ? {
            ...result,
            loads: result.loads.map(load => ({
              ...load,
              throughputPerSecond:
                throughputs(result.run.stage, result.run.arm === 'candidate') * (1 + result.run.order / 1e4),
            })),
          }
        : result,
    )
    const { metrics } = compareResults({ ...base, results }, { code: 0, reason: '' }).cases[0]!
    const throughput = metrics.find(({ path }) => path === 'mllp.throughput')!
    expect(throughput.change!.estimate).toBeGreaterThan(1.2)
    expect(throughput.verdict).toBe('faster')
  })

  test('counts a run that got nothing accepted as slower than any other', () => {
    const base = inputOf({ ratios: [1, null] })
    const closed = {
      ...base.plan.cases[0]!.scenario.load[0]!,
      workload: { kind: 'closed', thinkMs: 0, records: null },
    } as Load
    const cases = [{ ...base.plan.cases[0]!, scenario: { ...base.plan.cases[0]!.scenario, load: [closed] } }]
    const starved = base.results.map((result, at) =>
      result.state === 'valid' && at === 3
        ? { ...result, loads: result.loads.map(load => ({ ...load, throughputPerSecond: 0 })) }
        : result,
    )
    const { metrics } = compareResults(
      { ...base, plan: { ...base.plan, cases }, results: starved },
      { code: 0, reason: '' },
    ).cases[0]!
    expect(metrics[0]).toMatchObject({ path: 'mllp.throughput', verdict: 'same' })
    expect(metrics[0]!.remark).toMatch(/nothing accepted in 1 of 12 pairs/)
  })

  test('a run that the target failed counts as nothing but errors', () => {
    const errors = verdictOf({ ratios: [1, null], failed: 2 }, 'mllp.errors')
    expect(errors.change!.estimate).toBeCloseTo(2 / PAIRS, 9)
    expect(verdictOf({ ratios: [1, null], failed: 2 }, 'mllp.response.p50').pairs).toBe(PAIRS - 2)
  })

  test('that rests on errors alone tells the pairs of that metric, and why runs failed', () => {
    const report = compared({ ratios: [1, 1], failed: PAIRS, failedAgain: PAIRS })
    expect(report.verdict).toBe('slower')
    expect(report.answer).toBe(
      'hl7bench: demo: feature@bbbbbbb-dirty is slower than main@aaaaaaa: mllp.errors +100 pp [+100, +100] (12 fresh pairs); 24 of 24 runs of the candidate failed: the SUT ended with exit code 3.',
    )
  })

  test('says why runs failed where too few pairs are left', () => {
    const report = compared({ ratios: [1, null], failed: 3 })
    expect(report.answer).toContain(
      'could not be compared with main@aaaaaaa: mllp.response.p50: 9 pairs, at least 10 are needed; 3 of 12 runs of the candidate failed: the SUT ended with exit code 3.',
    )
    expect(compared({ ratios: [1, null], failed: PAIRS - 1 }).answer).toContain('1 pair, at least 10 are needed')
    expect(compared({ ratios: [1, null] }).answer).not.toContain('failed')
  })

  test('is insufficient below ten pairs', () => {
    expect(compared({ ratios: [1, null], failed: 3 }).verdict).toBe('insufficient')
  })
})

test('a suspicion is raised by stage 1 alone, and only by gated metrics', () => {
  const suspected = (setting: Setting) => {
    const { plan, results: all } = inputOf(setting)
    return isSuspected(plan, all, DEFAULT_SETTINGS)
  }
  expect(suspected({ ratios: [1.3, null] })).toBe(true)
  expect(suspected({ ratios: [1, null] })).toBe(false)
})

test('gated metrics follow the workload', () => {
  const gated = (load: Partial<Load>) =>
    comparedMetrics({ ...testCase().scenario.load[0]!, ...load } as Load).flatMap(({ gated, name }) =>
      gated ? [name] : [],
    )
  expect(gated({ workload: { kind: 'closed', thinkMs: 0, records: null } })).toEqual([
    'throughput',
    'response.p50',
    'response.p99',
    'errors',
  ])
  expect(gated({})).toEqual(['response.p50', 'response.p99', 'errors'])
  expect(gated({ workload: { kind: 'closed', thinkMs: 0, records: 100 } })).toEqual(['duration', 'errors'])
  const backlog = {
    kind: 'open',
    arrivals: 'constant',
    ratePerSecond: 0,
    maxOutstanding: 100,
    backlogPerFeed: 5,
  } as const
  expect(gated({ workload: { ...backlog, records: 40 } })).toEqual(['drain', 'errors'])
  expect(gated({ workload: { ...backlog, ratePerSecond: 10, records: null } })).toEqual([
    'drain',
    'response.p50',
    'response.p99',
    'errors',
  ])
  expect(countGated([testCase().scenario.load, testCase().scenario.load])).toBe(6)
})

describe('every format', () => {
  const report = compared({ ratios: [1.3, 1.2], unanswered: 2 })

  test('of the terminal fits 80 columns and begins with the verdict', () => {
    const text = renderComparison(report, terminal)
    expect(text.split('\n')[0]).toMatch(/^hl7bench: demo: feature@bbbbbbb-dirty is slower/)
    for (const line of text.split('\n')) if (!line.includes('/')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toContain('SLOWER')
    expect(renderComparison(report, { ...terminal, glyphs: 'ascii' })).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('of Markdown begins with the marker that finds the comment again', () => {
    const text = renderComparisonMarkdown(report)
    expect(text.split('\n')[0]).toBe(markerOf('demo'))
    expect(text.split('\n')[1]).toMatch(/^❌ \*\*hl7bench: demo:/)
    expect(text.length).toBeLessThan(60_000)
  })

  test('of Markdown stays short enough for a comment, whatever failed and however many cases there are', () => {
    const many = (count: number, of = report) => ({
      ...of,
      cases: Array.from({ length: count }, (_, at) => ({ ...of.cases[0]!, id: `case ${at}` })),
    })
    const [wordy] = [compared({ ratios: [1.3, 1.2], failed: 2 })]
    const arm = wordy.cases[0]!.candidate
    const failed = arm.validity.failed.map((run, at) => ({ ...run, error: 'ab'[at]!.repeat(40_000) }))
    const chatty = {
      ...wordy,
      cases: [{ ...wordy.cases[0]!, candidate: { ...arm, validity: { ...arm.validity, failed } } }],
    }
    for (const long of [many(70), many(700), chatty]) {
      const text = renderComparisonMarkdown(long)
      expect(text.length).toBeLessThan(60_000)
      expect(text).toContain('Too long for a comment')
      expect(text).toContain('mllp.response.p50')
    }
    expect(renderComparisonMarkdown(many(70))).toContain('### case 69')
    expect(renderComparisonMarkdown(many(700))).toContain('680 cases and loads')
  })

  test('of HTML shows both arms and loads nothing', () => {
    const html = renderComparisonHtml(report, ASSETS)
    expect(html).toContain('demo: baseline main@aaaaaaa')
    expect(html).toContain('<td class="missed">slower</td>')
    expect(html.replace(/http-equiv/g, '')).not.toMatch(/https?:\/\//)
  })

  test('of an annotation escapes what GitHub would read', () => {
    expect(annotationsOf({ name: 'a,b:c', answer: '50 %\nworse', exit: { code: 111, reason: 'slower' } })).toEqual([
      '::error title=hl7bench a%2Cb%3Ac::50 %25%0Aworse (exit 111: slower)',
    ])
  })

  test('of the Speedup-Test protocol names its conditions and limits', () => {
    const text = renderSpeedupTest(inputOf({ ratios: [1 / 1.3, null] }))
    expect(text).toMatch(/Speedup-Test protocol/)
    expect(text).toMatch(/mllp\.response\.p50: 12 and 12 runs/)
    expect(text).toMatch(/Shapiro-Wilk p/)
  })
})

test('changes are written with two digits and a sign', () => {
  expect([24.4, -0.54, 9.96, 0.04, -3.25, 0].map(signed)).toEqual(['+24', '-0.5', '+10', '+0.04', '-3.3', '0'])
  expect(armTitle(arm('baseline', 'aaaaaaa', 'a'.repeat(40)))).toBe('aaaaaaa')
})

describe('rows of a CSV', () => {
  const row = (value: number, data: object): Row => ({
    testCaseId: 'demo',
    branch: 'main',
    commit: 'abc',
    version: null,
    environmentId: 'process',
    timestamp: '2026-11-22T00:00:00Z',
    execution: 1,
    durationMs: 1_000,
    records: 1,
    beneficiaries: null,
    data: {
      state: 'valid',
      digest: 'd',
      loads: [
        { load: 'mllp', throughputPerSecond: 100, errorRatio: 0, quantiles: { response: { p50: { ms: value } } } },
      ],
      ...data,
    },
  })
  const set = (ratio: number, data: object) =>
    Array.from({ length: 12 }, (_, block) => row(ratio * (10 + (block % 3) / 10), { ...data, block }))
  const selectors = { baseline: 'x', candidate: 'y' }

  test('of two experiments are set against each other unpaired, those of two arms of one in pairs', () => {
    const apart = compareRowSets(
      { baseline: set(1, { experiment: 'a' }), candidate: set(1.2, { experiment: 'b' }) },
      selectors,
      DEFAULT_SETTINGS,
    )
    expect(apart.interleaved).toBe(false)
    expect(apart.metrics.find(({ path }) => path === 'mllp.response.p50')!.judgement.outcome).toBe('slower')
    const arms = {
      baseline: set(1, { experiment: 'a', arm: 'baseline' }),
      candidate: set(1.2, { experiment: 'a', arm: 'candidate' }).toReversed(),
    }
    const paired = compareRowSets(arms, selectors, DEFAULT_SETTINGS)
    expect(paired.interleaved).toBe(true)
    expect(paired.metrics[0]!.judgement.change!.estimate).toBeCloseTo(1.2, 9)
  })

  test('of one experiment are judged stage by stage: only what fresh pairs show again is claimed', () => {
    const armOf = (arm: ArmName, ratios: readonly [number, number]) =>
      ratios.flatMap((ratio, at) =>
        set(ratio, { experiment: 'a', arm, stage: at + 1 }).map(each => ({
          ...each,
          data: { ...each.data, block: 100 * at + Number(each.data.block) },
        })),
      )
    const verdictOfRows = (second: number) =>
      compareRowSets(
        { baseline: armOf('baseline', [1, 1]), candidate: armOf('candidate', [1.2, second]) },
        selectors,
        DEFAULT_SETTINGS,
      ).metrics[0]!
    expect(verdictOfRows(1)).toMatchObject({ path: 'mllp.response.p50', verdict: 'same' })
    expect(verdictOfRows(1.1)).toMatchObject({ verdict: 'slower' })
    expect(verdictOfRows(1.1).judgement.change!.estimate).toBeCloseTo(1.1, 9)
    const [alone] = [armOf('baseline', [1, 1]), armOf('candidate', [1.2, 1])].map(rows => rows.slice(0, 12))
    const unconfirmed = compareRowSets(
      { baseline: alone!, candidate: armOf('candidate', [1.2, 1]).slice(0, 12) },
      selectors,
      DEFAULT_SETTINGS,
    )
    expect(unconfirmed.metrics[0]!.verdict).toBe('inconclusive')
  })

  test('whose quantile lies above the timeout count as slower than any other, from the first row on', () => {
    const silent = (rows: readonly Row[]) =>
      rows.map(each => ({
        ...each,
        data: {
          ...each.data,
          loads: [{ load: 'mllp', errorRatio: 1, quantiles: { response: { p50: { above: 10_000, marked: false } } } }],
        },
      }))
    const [before, after] = [set(1, { experiment: 'a' }), set(1, { experiment: 'b' })]
    const p50Of = (baseline: readonly Row[], candidate: readonly Row[]) => {
      const comparison = compareRowSets({ baseline, candidate }, selectors, DEFAULT_SETTINGS)
      expect(renderRowsComparison(comparison, terminal)).not.toMatch(/NaN|Infinity|e\+/)
      return comparison.metrics.find(({ path }) => path === 'mllp.response.p50')!
    }
    const mute = { value: null, above: 10_000 }
    expect(p50Of(before, silent(after))).toMatchObject({ verdict: 'slower', candidate: mute })
    expect(p50Of(silent(before), after)).toMatchObject({ verdict: 'faster', baseline: mute })
    expect(p50Of(silent(before), silent(after))).toMatchObject({ verdict: 'inconclusive' })
    const arms = [set(1, { experiment: 'a', arm: 'baseline' }), set(1, { experiment: 'a', arm: 'candidate' })] as const
    expect(p50Of(silent(arms[0]), silent(arms[1]))).toMatchObject({ verdict: 'insufficient', baseline: null })
  })

  test('of different digests, environments or cases are refused with the reason', () => {
    const base = set(1, { experiment: 'a' })
    const refused = (candidate: readonly Row[]) => () =>
      compareRowSets({ baseline: base, candidate }, selectors, DEFAULT_SETTINGS)
    expect(refused(set(1, { digest: 'other' }))).toThrow(/case digests.*differ/)
    expect(refused(base.map(each => ({ ...each, environmentId: 'ec2' })))).toThrow(
      /environments differ: process in the baseline, ec2/,
    )
    expect(refused(base.map(each => ({ ...each, testCaseId: 'x' })))).toThrow(/test cases differ/)
    expect(refused([])).toThrow(/no valid row matches y/)
  })

  test('that another tool wrote are compared by their duration', () => {
    const foreign = (ratio: number) =>
      set(ratio, {}).map((each, at) => ({ ...each, durationMs: ratio * (1_000 + at), data: {} }))
    const { metrics } = compareRowSets({ baseline: foreign(1), candidate: foreign(1.3) }, selectors, DEFAULT_SETTINGS)
    expect(metrics).toMatchObject([{ path: 'duration', judgement: { outcome: 'slower' } }])
  })

  test('are selected by conditions that all hold; a mistake is explained', () => {
    const selector = parseSelector('commit=ab,branch=main')
    expect(typeof selector === 'string' ? selector : selector.matches(row(1, {}))).toBe(true)
    expect(parseSelector('commit')).toMatch(/expected conditions such as commit=abc/)
    const tagged = parseSelector('tag.load=heavy')
    expect(typeof tagged === 'string' ? tagged : tagged.matches(row(1, { tags: { load: 'heavy' } }))).toBe(true)
  })
})
