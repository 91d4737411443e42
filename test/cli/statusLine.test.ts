import fc from 'fast-check'
import { expect, test } from 'vitest'
import { statusLine } from '../../src/cli/statusLine.ts'
import type { ArmName } from '../../src/model/experiment.ts'
import type { Progress } from '../../src/report/progress.ts'

const ASCII = { done: '#', left: '-' }
const typical: Progress = {
  run: 12,
  runs: 30,
  block: 12,
  caseId: 'demo',
  arm: 'only',
  stage: 'measure',
  ratePerSecond: 149,
  p99Ms: 26.4,
  failures: 0,
  loads: [],
  elapsedMs: 72_000,
  leftMs: 108_000,
}

test('a line for 80 columns tells run, stage, rate, p99, elapsed and the time left', () => {
  expect(statusLine(typical, 79, ASCII)).toBe(
    '#######------------- run 12/30  measure    149/s  p99 26 ms   1:12, 1:48 left',
  )
})

test('of a search it tells trial and clone, and a time left only where there is some', () => {
  const search = { ...typical, runs: null, block: 2 }
  expect(statusLine(search, 79, ASCII)).toBe(
    '######-------- trial 12, clone 2  measure    149/s  p99 26 ms   1:12, 1:48 left',
  )
  expect(statusLine({ ...search, leftMs: 0 }, 79, ASCII)).toMatch(/ 1:12$/)
})

test('what matters least goes first where room is short, the count of runs never', () => {
  expect(statusLine({ ...typical, failures: 3 }, 60, ASCII)).not.toContain('p99')
  expect(statusLine({ ...typical, failures: 3 }, 60, ASCII)).toContain('3 failed')
  expect(statusLine(typical, 30, ASCII)).toContain('run 12/30')
  expect(statusLine(typical, 9, ASCII)).toBe('run 12/30')
})

test('a line is never longer than its width, whatever it tells', () => {
  const progress = fc.integer({ min: 1, max: 100_000 }).chain(runs =>
    fc.record({
      run: fc.integer({ min: 1, max: runs }),
      runs: fc.constant(runs),
      block: fc.nat(),
      caseId: fc.string(),
      arm: fc.constantFrom<ArmName>('only', 'baseline', 'candidate'),
      stage: fc.constantFrom('start', 'warmup', 'measure', 'drain'),
      ratePerSecond: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      p99Ms: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      failures: fc.nat(),
      loads: fc.constant([]),
      elapsedMs: fc.nat(1e9),
      leftMs: fc.option(fc.nat(1e9)),
    }),
  )
  fc.assert(
    fc.property(progress, fc.nat(200), (each, width) => {
      expect(statusLine(each, width, ASCII).length).toBeLessThanOrEqual(width)
    }),
  )
})
