import { expect, test } from 'vitest'
import { Search } from '../../src/experiment/capacity/search.ts'
import type { CapacityAim } from '../../src/model/capacity.ts'
import type { RunResult } from '../../src/model/result.ts'
import { findingsOf, unmeasuredBy } from '../../src/report/capacity/slos.ts'
import { audit, invalidRun, load, loadResult, slo, testCase, validRun } from '../report/experiment.fixture.ts'

const AIM: CapacityAim = {
  ...{ over: 'rate', load: 'mllp', own: 100, leastLoad: 1, firstLoad: 100, mostLoad: 1_000 },
  ...{ lossRatio: 0, trialSeconds: 1, sumSeconds: 1, exceedRatio: 0, widthRatio: 0.02, clones: 1 },
}
const LATE = slo('mllp.response.p99', '<', 250, '< 250 ms')
const P50 = slo('mllp.response.p50', '<', 20, '< 20 ms')

/** Ten messages, answered after so long. */
const answered = (ms: number, found = audit(), lagMs = 0): RunResult =>
  validRun(
    0,
    [
      loadResult(
        Array.from({ length: 10 }, () => ms),
        0,
        lagMs,
      ),
    ],
    found,
  )

const duplicated = (count: number) => audit({ terms: { ...audit().terms, duplicated: count } })

function searched(slos: readonly ReturnType<typeof slo>[], resultAt: (load: number) => RunResult) {
  const search = new Search(testCase({ slo: slos }), 0, AIM, findingsOf)
  for (let step = search.next(); search.isOpen && step.kind === 'try'; step = search.next())
    search.take(step, resultAt(step.load))
  return search.outcome
}

test('a load at which any SLO is missed is not kept up with, though nothing was lost or late', () => {
  const { lower, upper, trials } = searched([LATE, P50], at => answered(at > 300 ? 30 : 10))
  expect(lower!).toBeLessThanOrEqual(300)
  expect(upper!).toBeGreaterThan(300)
  expect(trials.find(({ load: at }) => at > 300)).toMatchObject({
    ...{ lossRatio: 0, isSustained: true, isKept: false, missed: ['mllp.response.p50 < 20 ms'] },
  })
  expect(searched([LATE, slo('audit.duplicated', '=', 0, '= 0')], () => answered(10, duplicated(1))).lower).toBe(null)
})

test('the p99 of a load that is not raised is held to by itself: all of a small one may be late within the loss ratio', () => {
  const small = (ms: number) => ({ ...loadResult([ms], 0, 0), load: 'small' })
  const other = slo('small.response.p99', '<', 500, '< 500 ms')
  const subject = { ...testCase({ slo: [LATE, other] }) }
  const two = {
    ...subject,
    scenario: { ...subject.scenario, load: [...subject.scenario.load, load({ name: 'small' })] },
  }
  const search = new Search(two, 0, { ...AIM, lossRatio: 0.2 }, findingsOf)
  const result = validRun(0, [loadResult(Array(10).fill(10), 0, 0), small(900)])
  expect(search.take({ load: 100, seconds: 1 }, result)).toMatchObject({
    isKept: false,
    missed: ['small.response.p99 < 500 ms'],
  })
})

test('an SLO is asked of full trials only', () => {
  const search = new Search(testCase({ slo: [LATE, P50] }), 0, AIM, findingsOf)
  expect(search.take({ load: 100, seconds: 0.5 }, answered(30))).toMatchObject({ isKept: true, missed: [] })
})

test('a trial that missed an SLO while the generator was limited does not count', () => {
  const search = new Search(testCase({ slo: [LATE, P50] }), 0, AIM, findingsOf)
  const { loads } = answered(30) as Extract<RunResult, { state: 'valid' }>
  expect(search.take({ load: 100, seconds: 1 }, invalidRun(0, loads, ['paused']))).toMatchObject({ lossRatio: null })
})

test("where the generator's lag may be why an SLO is missed the trial does not count, and twice at a load the generator is the limit", () => {
  const { ended, trials } = searched([LATE, P50], at => answered(at > 300 ? 30 : 10, audit(), at > 300 ? 25 : 0))
  expect(ended).toBe('generator-bound')
  expect(trials.find(({ load: at }) => at > 300)).toMatchObject({ lossRatio: null, isKept: false, missed: [] })
})

test('throughput is an SLO of the other loads, not of the one whose rate the search raises', () => {
  const other = load({ name: 'other' })
  const slos = [LATE, slo('mllp.throughput', '>', 1e6, '> 1000000'), slo('other.throughput', '>', 90, '> 90')]
  const subject = testCase({ load: [load(), other], slo: slos })
  const { audit: found } = answered(10) as Extract<RunResult, { state: 'valid' }>
  const result = validRun(0, [loadResult([10]), loadResult([10], 0, 0, 'other')], found)
  expect(findingsOf(subject, AIM, result as never)).toEqual({ missed: ['other.throughput > 90'], isUnclear: false })
})

test('an SLO without a figure is named with why, and fails no trial', () => {
  const slos = [LATE, slo('audit.lost', '=', 0, '= 0'), slo('mllp.endToEnd.p99', '<', 500, '< 500 ms')]
  const result = answered(10, audit({ evidence: 'acknowledgements' })) as never
  expect(findingsOf(testCase({ slo: slos }), AIM, result).missed).toEqual([])
  expect(unmeasuredBy(testCase({ slo: slos }), AIM, [result, result])).toEqual([
    'audit.lost = 0 (the target keeps no record of arrivals)',
    'mllp.endToEnd.p99 < 500 ms (no valid run measured it)',
  ])
})
