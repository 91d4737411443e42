import { expect, test } from 'vitest'
import type { LoadResult } from '../../src/model/result.ts'
import type { Slo } from '../../src/model/scenario.ts'
import type { SloVerdict } from '../../src/report/experiment.ts'
import { shownMetrics } from '../../src/report/metrics.ts'
import { judgeSlos } from '../../src/report/slo.ts'
import { summarize } from '../../src/report/summarize.ts'
import { audit, input, invalidRun, load, loadResult, slo, testCase, validRun } from './experiment.fixture.ts'

const P99 = slo('mllp.response.p99', '<', 250, '< 250 ms')
const LOST = slo('audit.lost', '=', 0, '= 0')

function judge(results: readonly LoadResult[], ...slos: readonly Slo[]): readonly SloVerdict[] {
  const runs = results.map((result, order) => validRun(order, [result]))
  return summarize(input(runs, [testCase({ slo: slos })])).cases[0]!.slos
}

function verdictOf(results: readonly LoadResult[], slos: Slo = P99): SloVerdict {
  return judge(results, slos)[0]!
}

test('the median over valid runs is set against the limit', () => {
  expect(verdictOf([loadResult([10]), loadResult([20]), loadResult([900])])).toMatchObject({
    verdict: 'met',
    uncertain: false,
  })
  expect(verdictOf([loadResult([10]), loadResult([800]), loadResult([900])])).toMatchObject({ verdict: 'missed' })
})

test('an interval on both sides of the limit makes the verdict uncertain', () => {
  const runs = [10, 20, 30, 40, 400, 500, 600].map(ms => loadResult([ms]))
  expect(verdictOf(runs)).toMatchObject({ verdict: 'met', uncertain: true })
})

test('a quantile among the unanswered is above every limit, and unanswered in a minority of runs does not decide', () => {
  const lost = loadResult([10], 1)
  expect(verdictOf([lost, lost, loadResult([10])])).toMatchObject({
    verdict: 'missed',
    measured: { value: null, above: 10_000 },
  })
  expect(verdictOf([lost, loadResult([10]), loadResult([10])])).toMatchObject({ verdict: 'met' })
})

test('a marked figure may meet an SLO but not fail one', () => {
  const slowByLag = loadResult([400], 0, 390)
  expect(verdictOf([loadResult([40], 0, 30), loadResult([40], 0, 30)])).toMatchObject({ verdict: 'met' })
  expect(verdictOf([slowByLag, slowByLag, loadResult([10])])).toMatchObject({
    verdict: 'not measured',
    reason: expect.stringContaining('generator lag: in 2 of 3 runs'),
  })
})

test('marked figures do not excuse a miss that the unmarked runs show alone', () => {
  const slow = loadResult([900])
  expect(verdictOf([slow, slow, slow, loadResult([400], 0, 390)])).toMatchObject({ verdict: 'missed' })
})

test('no valid run is never a pass', () => {
  const runs = [invalidRun(0, [loadResult([10])], ['starved'])]
  const [p99, lost] = summarize(input(runs)).cases[0]!.slos
  expect([p99!.verdict, lost!.verdict]).toEqual(['not measured', 'not measured'])
})

test('an SLO that names a protocol is judged for each load of it', () => {
  const loads = [load({ name: 'east' }), load({ name: 'west' })]
  const runs = [validRun(0, [loadResult([10], 0, 0, 'east'), loadResult([300], 0, 0, 'west')])]
  const { slos } = summarize(input(runs, [testCase({ load: loads, slo: [P99] })])).cases[0]!
  expect(slos.map(({ metric, verdict }) => [metric, verdict])).toEqual([
    ['east.response.p99', 'met'],
    ['west.response.p99', 'missed'],
  ])
})

test('the audit is summed over every valid run: one lost message in one run fails it', () => {
  const terms = { ...audit().terms, once: 1_503, lost: 1 }
  const runs = [validRun(0, [loadResult([1])]), validRun(1, [loadResult([1])], audit({ terms }))]
  const { slos } = summarize(input(runs, [testCase({ slo: [LOST] })])).cases[0]!
  expect(slos[0]).toMatchObject({ verdict: 'missed', measured: { value: 1 } })
})

test('an audit without a receiver record, or one that does not add up, measures nothing', () => {
  for (const broken of [audit({ evidence: 'acknowledgements' }), audit({ balanced: false })]) {
    const { slos } = summarize(input([validRun(0, [loadResult([1])], broken)], [testCase({ slo: [LOST] })])).cases[0]!
    expect(slos[0]!.verdict).toBe('not measured')
  }
})

test('unknown means arrived and absent together', () => {
  const terms = { ...audit().terms, unknownArrived: 2, unknownAbsent: 3 }
  const runs = [validRun(0, [loadResult([1])], audit({ terms }))]
  const { slos } = summarize(input(runs, [testCase({ slo: [slo('audit.unknown', '=', 0, '= 0')] })])).cases[0]!
  expect(slos[0]).toMatchObject({ verdict: 'missed', measured: { value: 5 } })
})

test('throughput and errors are judged in their own units', () => {
  const results = [loadResult([1, 1, 1], 1)]
  const verdicts = judge(results, slo('mllp.throughput', '>=', 3, '>= 3 /s'), slo('mllp.errors', '<=', 0.2, '<= 20 %'))
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['met', 'missed'])
})

test('the time to drain a backlog is shown and judged, and one that was never drained misses its limit', () => {
  const workload = { kind: 'open', arrivals: 'constant', ratePerSecond: 0, backlogPerFeed: 5 } as const
  const draining = load({ workload: { ...workload, records: 40, maxOutstanding: 100 } })
  const limit = slo('mllp.drain', '<', 2_000, '< 2 s')
  const judged = (drain: { ms: number | null; aboveMs: number | null }) => {
    const results = [validRun(0, [{ ...loadResult([5]), drain }])]
    expect(shownMetrics([draining], results).map(({ path }) => path)).toContain('mllp.drain')
    return judgeSlos([limit], [draining], results, null)[0]
  }
  expect(judged({ ms: 1_500, aboveMs: null })).toMatchObject({ verdict: 'met', measured: { value: 1_500 } })
  expect(judged({ ms: null, aboveMs: 900 })).toMatchObject({ verdict: 'missed', measured: { above: 900 } })
  expect(shownMetrics([load()], []).map(({ path }) => path)).not.toContain('mllp.drain')
})
