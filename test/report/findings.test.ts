import { expect, test } from 'vitest'
import type { RunResult } from '../../src/model/result.ts'
import {
  ackErrorsOf,
  alarmsOf,
  alarmText,
  countsOf,
  handshakesOf,
  handshakeTexts,
  oddityTexts,
  reasonsOf,
  reasonTexts,
  refusalsOf,
  toldOf,
  toleratedOf,
} from '../../src/report/findings.ts'
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

test('counts beside figures are those of the valid runs, and of the others only where none is valid', () => {
  const invalid = run(1, 'invalid', {}, { AE: 12 })
  expect(reasonsOf(toldOf([run(0, 'valid', {}, { AE: 5 }), invalid, failed]))).toMatchObject([{ name: 'AE', count: 5 }])
  expect(reasonsOf(toldOf([invalid, failed]))).toMatchObject([{ name: 'AE', count: 12 }])
})

test('connections that were dialled again are told', () => {
  const result = { ...run(0, 'valid', {}, {}), loads: [{ ...loadResult([10]), redials: 11 }] } as RunResult
  expect(countsOf([result])).toEqual([{ load: 'mllp', name: 'redials', count: 11, runs: 1 }])
  expect(countsOf([run(0, 'valid', {}, {})])).toEqual([])
})

test('without failures there is nothing to say', () => {
  expect(reasonTexts(reasonsOf([run(0, 'valid', {}, {}), failed]))).toEqual([])
  expect(alarmsOf([])).toEqual([])
})

test('the kinds of errors in replies are bounded over all runs, and none of their number is lost', () => {
  const kinds = (from: number) => Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`AE ${from + i}`, 2]))
  const runs = [0, 15].map((from, order) => ({
    ...run(order, 'valid', {}, {}),
    loads: [{ ...loadResult([10]), ackErrors: { ...kinds(from), other: 5 } }],
  }))
  const counts = ackErrorsOf(runs as unknown as RunResult[])
  expect(counts).toHaveLength(21)
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(90)
  expect(counts.at(-1)).toEqual({ load: 'mllp', name: 'other', count: 40, runs: 2 })
})

test('what peers did oddly is told in a line for each kind', () => {
  const odd = {
    ackErrors: { 'AE 101 Required field missing, E, PID^1^3': 4, 'AE 207 Application internal error': 1 },
    refusals: { 'connect timeout': 2 },
    tolerated: { 'stray-bytes': 1_200 },
    handshakes: 12,
    resumed: 8,
    counts: { attempts: 12, retries: 2 },
  }
  const results = [{ ...run(0, 'valid', {}, {}), loads: [{ ...loadResult([10]), ...odd }] }] as unknown as RunResult[]
  const oddities = {
    ackErrors: ackErrorsOf(results),
    refusals: refusalsOf(results),
    tolerated: toleratedOf(results),
    counts: countsOf(results),
  }
  expect(oddityTexts(oddities)).toEqual([
    'mllp errors in replies: AE 101 Required field missing, E, PID^1^3 4; AE 207 Application internal error 1',
    'mllp failed dials: connect timeout 2',
    'mllp tolerated: stray-bytes 1,200',
    'mllp counted: attempts 12, retries 2',
  ])
  expect(handshakeTexts(handshakesOf(results))).toEqual(['mllp TLS handshakes: resumed 8, full 4'])
})
