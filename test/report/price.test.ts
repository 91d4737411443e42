import { expect, test } from 'vitest'
import { NETNS_DEFAULTS } from '../../src/model/netns.ts'
import type { RunResult } from '../../src/model/result.ts'
import type { Scenario } from '../../src/model/scenario.ts'
import { priceNotes, priceReport } from '../../src/report/price.ts'
import { loadResult, testCase, validRun } from './experiment.fixture.ts'

const caseOf = (topology: 'direct' | 'site-to-site') => ({
  ...testCase({ environment: { ...NETNS_DEFAULTS, kind: 'netns', topology } as Scenario['environment'] }, topology),
  levels: { 'environment.topology': topology },
})
const [direct, vpn] = [caseOf('direct'), caseOf('site-to-site')]

/** One run of each case in every block; null = too many of its messages got no answer for a p99. */
function pricedOf(blocks: readonly (readonly [direct: number | null, vpn: number | null])[]) {
  const results = blocks.flatMap(([before, after], block) =>
    [before, after].map((ms, which): RunResult => {
      const load = loadResult(Array(100).fill(ms ?? 5), ms === null ? 5 : 0)
      const run = validRun(2 * block + which, [load], undefined, [direct, vpn][which]!.id)
      return { ...run, run: { ...run.run, block } }
    }),
  )
  const price = priceReport(vpn, [direct, vpn], results)!
  return {
    p99: price.metrics.find(({ path }) => path === 'mllp.response.p99')!,
    note: priceNotes({ price }).find(text => text.startsWith('mllp.response.p99'))!,
  }
}

const CALM = Array.from({ length: 9 }, () => [10, 20] as const)

test('the price is the ratio of figures of the same block', () => {
  const { p99, note } = pricedOf(CALM)
  expect(p99).toMatchObject({ pairs: 9, aboveTimeout: { testCase: 0, reference: 0 }, bothAbove: 0 })
  expect(p99.ratio).toBeCloseTo(2, 1)
  expect(note).toMatch(/^mllp.response.p99: 2(\.00)? times that of direct \[2(\.00)?, 2(\.00)?\], 9 blocks$/)
})

test('a run whose p99 got no answer counts as slower than any other in the price of a VPN, and is told', () => {
  const { p99, note } = pricedOf([...CALM, [10, null], [10, null], [10, null]])
  expect(p99).toMatchObject({ pairs: 12, aboveTimeout: { testCase: 3, reference: 0 }, interval: { upper: null } })
  expect(p99.ratio).toBeCloseTo(2, 1)
  expect(note).toMatch(/\[2(\.00)?, \+inf\], 12 blocks; above the timeout in 3 of them, which counts as slower/)
  const reference = pricedOf([...CALM, [null, 20], [null, 20], [null, 20]])
  expect(reference.p99).toMatchObject({
    pairs: 12,
    aboveTimeout: { testCase: 0, reference: 3 },
    interval: { lower: null },
  })
  expect(reference.note).toContain('[0, 2')
  expect(reference.note).toContain('that of direct above the timeout in 3 of them')
})

test('between a run without an answer and one whose reference has none there is no ratio', () => {
  const contradicting = [
    [10, null],
    [null, 20],
  ] as const
  expect(pricedOf(contradicting).p99).toMatchObject({ ratio: null, interval: null, pairs: 2 })
  expect(pricedOf([...CALM, ...contradicting]).p99.ratio).toBeCloseTo(2, 1)
})

test('where too many runs have no answer there is no ratio, and a line that says so', () => {
  const { p99, note } = pricedOf([
    [10, 20],
    [10, null],
    [10, null],
    [null, null],
  ])
  expect(p99).toMatchObject({ ratio: null, interval: null, pairs: 3, bothAbove: 1 })
  expect(note).toBe(
    'mllp.response.p99: no ratio to that of direct, 3 blocks; above the timeout in 2 of them, which counts as slower than any; both above the timeout in 1 more, left out',
  )
  expect(pricedOf([[null, null]]).note).toBe(
    'mllp.response.p99: no ratio to that of direct: both above the timeout in 1 block',
  )
})
