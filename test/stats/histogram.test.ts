import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUANTILES } from '../../src/model/exchange.ts'
import {
  createHistogram,
  decode,
  encode,
  type Histogram,
  meanMs,
  merge,
  quantileMs,
  quantilesOf,
  recordMs,
} from '../../src/stats/histogram.ts'

const SHARES = { p50: 500, p90: 900, p95: 950, p99: 990, 'p99.9': 999, max: 1000 } as const
/** Below 0.2048 ms a histogram of three digits in units of 100 ns is exact. */
const exactTimes = fc.array(
  fc.integer({ min: 0, max: 2_047 }).map(units => units / 10_000),
  { maxLength: 300 },
)

function histogramOf(times: readonly number[]): Histogram {
  const histogram = createHistogram()
  for (const ms of times) recordMs(histogram, ms)
  return histogram
}

/** Smallest value with at least the share of all arrivals at or below it; null = it is an unanswered one. */
function bruteForce(times: readonly number[], unanswered: number, thousandths: number): number | null {
  const all = [...times, ...Array<number>(unanswered).fill(Number.POSITIVE_INFINITY)].toSorted((a, b) => a - b)
  const found = all.find((_, index) => (index + 1) * 1000 >= thousandths * all.length)
  return found === undefined || found === Number.POSITIVE_INFINITY ? null : found
}

test('every quantile over answered and unanswered arrivals is the exact order statistic', () => {
  fc.assert(
    fc.property(exactTimes, fc.nat(50), (times, unanswered) => {
      const quantiles = quantilesOf(histogramOf(times), unanswered, 5_000, null, 0.1)
      for (const name of QUANTILES) {
        const ms = bruteForce(times, unanswered, SHARES[name])
        const aboveMs = ms === null && times.length + unanswered > 0 ? 5_000 : null
        expect(quantiles[name]).toEqual({ ms, aboveMs, marked: false })
      }
    }),
  )
})

test('a recorded time comes back within a thousandth, whatever its size', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 3_600_000, noNaN: true }), ms => {
      const histogram = histogramOf([ms, ms])
      expect(Math.abs(quantileMs(histogram, 500)! - ms)).toBeLessThanOrEqual(Math.max(ms / 1000, 0.00005))
    }),
  )
})

test('times below 0 and above an hour are clamped, and NaN is refused', () => {
  const histogram = histogramOf([-1, 4_000_000])
  expect(quantileMs(histogram, 500)).toBe(0)
  expect(quantileMs(histogram, 1000)).toBe(3_600_000)
  expect(() => recordMs(histogram, Number.NaN)).toThrow(RangeError)
})

test('encoding and decoding keep every count, also of an empty histogram', () => {
  fc.assert(
    fc.property(exactTimes, times => {
      const histogram = histogramOf(times)
      const copy = decode(encode(histogram))
      expect(copy.totalCount).toBe(times.length)
      expect(quantilesOf(copy, 3, 1, null, 0.1)).toEqual(quantilesOf(histogram, 3, 1, null, 0.1))
    }),
    { numRuns: 30 },
  )
})

test('what is not an encoded histogram is refused', () => {
  expect(() => decode('bm90IGEgaGlzdG9ncmFt')).toThrow()
})

test('merging parts gives the histogram of the whole and leaves the parts alone', () => {
  fc.assert(
    fc.property(exactTimes, exactTimes, (a, b) => {
      const parts = [histogramOf(a), histogramOf(b)]
      const sum = merge(parts)
      expect(sum.totalCount).toBe(a.length + b.length)
      expect(quantilesOf(sum, 0, 1, null, 0.1)).toEqual(quantilesOf(histogramOf([...a, ...b]), 0, 1, null, 0.1))
      expect(parts[0]!.totalCount).toBe(a.length)
    }),
    { numRuns: 30 },
  )
})

test('a figure is marked where lag at its rank is more than the allowed share of it', () => {
  const answered = histogramOf([...Array<number>(90).fill(0.1), ...Array<number>(10).fill(0.2)])
  const lag = histogramOf([...Array<number>(90).fill(0.001), ...Array<number>(10).fill(0.05)])
  const quantiles = quantilesOf(answered, 0, 1_000, lag, 0.1)
  expect([quantiles.p50.marked, quantiles.p90.marked, quantiles.p99.marked]).toEqual([false, false, true])
})

test('a figure among the unanswered is a lower bound and never marked', () => {
  expect(quantilesOf(histogramOf([1]), 1, 250, histogramOf([1]), 0.1).max).toEqual({
    ms: null,
    aboveMs: 250,
    marked: false,
  })
})

test('the bound of what was never answered is no lower than the slowest answer: bounds ascend with the quantiles', () => {
  const quantiles = quantilesOf(histogramOf([20, 1_790, 1_800]), 3, 500, null, 0.1)
  expect(quantiles.p50.ms).toBeCloseTo(1_800, 0)
  expect(quantiles.p99).toEqual({ ms: null, aboveMs: 1_800, marked: false })
  expect(quantilesOf(createHistogram(), 3, 500, null, 0.1).p50).toEqual({ ms: null, aboveMs: 500, marked: false })
})

test('nothing recorded has no mean and no quantile', () => {
  expect(meanMs(createHistogram())).toBeNull()
  expect(quantileMs(createHistogram(), 500)).toBeNull()
})

test('a number of unanswered arrivals that is no count is refused', () => {
  for (const count of [-1, 0.5, Number.NaN])
    expect(() => quantilesOf(createHistogram(), count, 1, null, 0.1)).toThrow(RangeError)
})

test('a figure of the unanswered is marked where lag at its rank is a large part of the time that they are known to have waited', () => {
  const lag = histogramOf([0, 400])
  expect(quantilesOf(histogramOf([1]), 1, 1_000, lag, 0.1).max).toEqual({ ms: null, aboveMs: 1_000, marked: true })
  expect(quantilesOf(histogramOf([1]), 1, 5_000, lag, 0.1).max).toEqual({ ms: null, aboveMs: 5_000, marked: false })
})
