import { expect, test } from 'vitest'
import type { RunResult } from '../../src/model/result.ts'
import { alarmsOf, alarmText, reasonsOf, reasonTexts } from '../../src/report/findings.ts'
import { loadResult, plannedRun } from './experiment.fixture.ts'

function run(
  order: number,
  state: 'valid' | 'invalid',
  alarms: Record<string, number>,
  reasons: Record<string, number>,
): RunResult {
  return {
    run: plannedRun(order),
    state,
    reasons: [],
    loads: [{ ...loadResult([10]), alarms, reasons }],
  } as unknown as RunResult
}

const failed = { run: plannedRun(9), state: 'failed', stage: 'start', error: 'x', fault: 'target' } as RunResult

test('alarms are summed over all measured runs, the invalid ones included', () => {
  const results = [
    run(0, 'valid', { 'total-above-expected': 2 }, {}),
    run(1, 'invalid', { 'total-above-expected': 3 }, {}),
    failed,
  ]
  expect(alarmsOf(results)).toEqual([{ load: 'mllp', name: 'total-above-expected', count: 5, runs: 2 }])
  expect(alarmText(alarmsOf(results)[0]!)).toBe(
    'ALARM total-above-expected: 5 replies of mllp in 2 runs; a search found more than may exist: a duplicate, or two people under one identifier',
  )
})

test('reasons are listed by load, the most frequent first, and a long list is cut', () => {
  const results = [
    run(0, 'valid', {}, { timeout: 1, AE: 7 }),
    run(1, 'valid', {}, { AE: 2, ECONNRESET: 3, a: 1, b: 1, c: 1 }),
  ]
  expect(reasonTexts(reasonsOf(results))).toEqual([
    'mllp not accepted: AE 9, ECONNRESET 3, timeout 1, a 1, b 1 and 1 other reason',
  ])
})

test('without failures there is nothing to say', () => {
  expect(reasonTexts(reasonsOf([run(0, 'valid', {}, {}), failed]))).toEqual([])
  expect(alarmsOf([])).toEqual([])
})
