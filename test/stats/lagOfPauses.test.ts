import { expect, test } from 'vitest'
import { createHistogram, quantilesOf, recordTimes } from '../../src/stats/histogram.ts'
import { lagOfPauses } from '../../src/stats/lagOfPauses.ts'

function histogramOf(...times: readonly (readonly [ms: number, count: number])[]) {
  const histogram = createHistogram()
  for (const [ms, count] of times) recordTimes(histogram, ms, count)
  return histogram
}

/** 10,000 exchanges of 20 ms at 800/s over 16 connections. */
const suspect = { answered: 10_000, answeredPerMs: 0.8, inFlight: 16 }
const marks = (pauses: ReturnType<typeof histogramOf>, ...more: ReturnType<typeof histogramOf>[]) => {
  const lag = lagOfPauses([pauses, ...more].map(each => ({ ...suspect, pauses: each })))
  const quantiles = quantilesOf(histogramOf([20, 10_000 * (1 + more.length)]), 0, 1_000, lag, 0.1)
  return Object.entries(quantiles).flatMap(([name, { marked }]) => (marked ? [name] : []))
}

test('without a pause nothing is marked', () => {
  expect(marks(histogramOf())).toEqual([])
})

test('a pause marks the quantiles that lie among the exchanges that it may have held up', () => {
  expect(marks(histogramOf([12, 1]))).toEqual(['max'])
  expect(marks(histogramOf([12, 30]))).toEqual(['p99', 'p99.9', 'max'])
  expect(marks(histogramOf([12, 1_000]))).toEqual(['p50', 'p90', 'p95', 'p99', 'p99.9', 'max'])
})

test('a pause holds up no more than what is in flight', () => {
  const lag = lagOfPauses([{ ...suspect, pauses: histogramOf([5_000, 1]) }])
  expect(quantilesOf(lag, 0, 1, null, 1).p99.ms).toBe(0)
  expect(lag.totalCount).toBe(10_000)
})

test('the generators of a load are suspects one by one', () => {
  expect(marks(histogramOf([12, 18]))).toContain('p99')
  expect(marks(histogramOf([12, 18]), histogramOf())).toEqual(['p99.9', 'max'])
})
