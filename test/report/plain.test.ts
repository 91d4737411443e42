import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messagesMs } from '../../src/model/checkedSizes.ts'
import { NETNS_DEFAULTS, type NetnsEnvironment } from '../../src/model/netns.ts'
import { estimateDuration, renderDryRun } from '../../src/report/dryRun.ts'
import { estimate } from '../../src/report/estimate.ts'
import { fold } from '../../src/report/fold.ts'
import { formatMs, formatNumber, formatValue } from '../../src/report/format.ts'
import { type Progress, progressBar, progressLine, roughDuration, timeLeftMs } from '../../src/report/progress.ts'
import { input, load, plannedRun, testCase } from './experiment.fixture.ts'

const PROGRESS: Progress = {
  run: 7,
  runs: 30,
  block: 7,
  caseId: 'demo',
  arm: 'only',
  stage: 'measure',
  ratePerSecond: 149.2,
  p99Ms: 13.9,
  failures: 0,
  loads: [],
  elapsedMs: 12_000,
  leftMs: 40_000,
}

test('progress is one plain line, and leaves out what is not known', () => {
  expect(progressLine(PROGRESS)).toBe('run 7/30 block 7 demo  measure  149/s  p99 14 ms  elapsed 12 s  left about 40 s')
  const early = { ...PROGRESS, ratePerSecond: null, p99Ms: null, leftMs: null, failures: 3, stage: 'provision' }
  expect(progressLine(early)).toBe('run 7/30 block 7 demo  provision  3 failed  elapsed 12 s')
})

test('a bar counts the runs that are done', () => {
  expect(progressLine({ ...PROGRESS, arm: 'candidate' })).toContain('run 7/30 block 7 demo candidate  measure')
  expect(progressBar(PROGRESS)).toMatchObject({ share: 0.2, tokens: { rate: '149/s', p99: 'p99 14 ms' } })
})

test('of a search, whose end is not planned, trials are counted without an end, and the bar goes by the time', () => {
  const search = { ...PROGRESS, runs: null, block: 2 }
  expect(progressLine(search)).toBe('trial 7 clone 2 demo  measure  149/s  p99 14 ms  elapsed 12 s  left about 40 s')
  expect(progressBar(search).share).toBeCloseTo(12 / 52)
  expect(progressBar({ ...search, leftMs: null }).share).toBe(0)
})

test('what runs on longer than it was thought to is not said to be over', () => {
  expect(progressLine({ ...PROGRESS, leftMs: 300 })).toBe(
    'run 7/30 block 7 demo  measure  149/s  p99 14 ms  elapsed 12 s',
  )
})

test('the time left follows the runs done, and is unknown before the first', () => {
  expect(timeLeftMs(0, 30, 0, 500)).toBeNull()
  expect(timeLeftMs(10, 30, 20_000, 1_000)).toBe(39_000)
  expect(timeLeftMs(29, 30, 29_000, 5_000)).toBe(0)
})

test('rough durations name their units', () => {
  expect([400, 59_400, 60_000, 125_000, 4_200_000].map(roughDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '2 min 5 s',
    '1 h 10 min',
  ])
})

test('numbers keep three significant digits and their unit', () => {
  expect([0, 0.0123, 14.23, 100, 1_412.4].map(formatNumber)).toEqual(['0', '0.0123', '14.2', '100', '1,412'])
  expect([0.5, 14.23, 1_500, 180_000].map(formatMs)).toEqual(['500 us', '14.2 ms', '1.50 s', '3 min'])
  expect([formatValue(0.015, 'ratio'), formatValue(4_512, 'count'), formatValue(99.5, '/s')]).toEqual([
    '1.50 %',
    '4,512',
    '99.5 /s',
  ])
})

test('folding loses no word and exceeds the width only for a longer word', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(words, list => {
      const lines = fold(list.join(' '), 40, '  ')
      expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(list)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
    }),
  )
  expect(fold(`  see ${'x'.repeat(50)} now`, 40, '  ')).toEqual(['  see', `    ${'x'.repeat(50)}`, '    now'])
})

test('the median over runs takes a lower bound as the largest of all', () => {
  const values = fc.array(fc.option(fc.integer({ min: 1, max: 1_000 })), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(values, list => {
      const readings = list.map(value => ({
        runId: 'r',
        valid: true,
        marked: false,
        value: { value, above: value === null ? 5_000 : null },
      }))
      const numbers = list.map(value => value ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b)
      const expected = (numbers[(numbers.length - 1) >> 1]! + numbers[numbers.length >> 1]!) / 2
      const { median } = estimate(readings)!
      expect(median.value ?? Number.POSITIVE_INFINITY).toBe(expected)
      expect(median.above).toBe(median.value === null ? 5_000 : null)
    }),
  )
})

test('a dry run tells cases, loads, runs, order and time', () => {
  const cases = [testCase({}, 'a[x=1]'), testCase({}, 'a[x=2]')]
  const runs = [plannedRun(0, 'a[x=2]'), { ...plannedRun(1, 'a[x=1]'), block: 0 }]
  const text = renderDryRun({ ...input([]).plan, cases, runs }, { width: 80, overheadMs: null })
  expect(text).toContain('2 cases, 2 runs, seed 1')
  expect(text).toContain('about 3 s, at most 5 s')
  expect(text).toContain('block 1: a[x=2], a[x=1]')
  expect(text).toContain('open loop, Poisson arrivals, 100 msg/s over 8 connections, window 1')
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
})

test('the estimated time has the checks of each clone in it, and what they send over a slow link', () => {
  const planOf = (environment: Partial<NetnsEnvironment>, others: Partial<NetnsEnvironment> = environment) => {
    const cases = [environment, others].map((each, index) =>
      testCase({ environment: { ...NETNS_DEFAULTS, ...each } }, String(index)),
    )
    const runs = [0, 1, 2, 3].map(order => ({ ...plannedRun(order, String(order % 2)), block: order >> 1 }))
    return { ...input([]).plan, cases, runs }
  }
  const leastMs = (...environments: Parameters<typeof planOf>) => estimateDuration(planOf(...environments), 0).leastMs
  const never = leastMs({ checks: 'never' })
  const slow = { ...NETNS_DEFAULTS.link, rateMbit: 2 }
  // Cases of one environment share a clone in each of two blocks.
  expect(leastMs({}) - never).toBe(3_000)
  expect(leastMs({ checks: 'first' }) - never).toBe(1_500)
  expect(leastMs({}, { topology: 'direct' }) - never).toBe(6_000)
  expect(leastMs({ link: slow }) - leastMs({})).toBeCloseTo(2 * messagesMs(2))
  const text = renderDryRun(planOf({}), { width: 200, overheadMs: null })
  expect(text).toContain('500 ms around each run, 3 s for the checks of clones in all)')
})

test('the estimated time has no least length for fixed work, and shrinks with blocks in parallel', () => {
  const fixed = load({ workload: { kind: 'closed', thinkMs: 0, records: 10 } })
  const plan = (overrides: object) => ({
    ...input([]).plan,
    cases: [testCase(overrides)],
    runs: [plannedRun(0), plannedRun(1)],
  })
  expect(estimateDuration(plan({ load: [fixed] }), 500)).toEqual({ leastMs: 1_400, mostMs: 5_400 })
  expect(estimateDuration(plan({ environment: { kind: 'process', parallel: 2 } }), 500).mostMs).toBe(2_700)
})
