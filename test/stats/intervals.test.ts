import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanInterval } from '../../src/stats/meanInterval.ts'
import { quantileInterval, quantileRanks } from '../../src/stats/quantileInterval.ts'
import { wilson } from '../../src/stats/wilson.ts'

/** Mulberry32: seeded, so that coverage is the same in every test run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('the ranks for the median are the tabulated ones', () => {
  expect(quantileRanks(30, 0.5, 0.95)).toMatchObject({ lower: 10, upper: 21 })
  expect(quantileRanks(30, 0.5, 0.95)!.coverage).toBeCloseTo(0.9572260547, 9)
  expect(quantileRanks(10, 0.5, 0.95)).toMatchObject({ lower: 2, upper: 9 })
  expect(quantileRanks(6, 0.5, 0.95)).toEqual({ lower: 1, upper: 6, coverage: 0.96875 })
})

test.each([
  [0.5, 6],
  [0.9, 36],
  [0.99, 368],
  [0.999, 3_688],
])('the quantile %f has an interval from %i values on and none before', (p, n) => {
  expect(quantileRanks(n, p, 0.95)).not.toBeNull()
  expect(quantileRanks(n - 1, p, 0.95)).toBeNull()
})

test('the coverage is never below the level', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 6, max: 400 }),
      fc.constantFrom(0.5, 0.75, 0.9),
      fc.constantFrom(0.8, 0.9, 0.95, 0.99),
      (n, p, level) => {
        const ranks = quantileRanks(n, p, level)
        if (ranks !== null) expect(ranks.coverage).toBeGreaterThanOrEqual(level - 1e-12)
      },
    ),
  )
})

test('the interval of the median encloses the true one as often as it says', () => {
  const random = randomOf(7)
  let hits = 0
  for (let trial = 0; trial < 4_000; trial++) {
    const sample = Array.from({ length: 15 }, () => -Math.log(1 - random()))
    const { lower, upper } = quantileInterval(sample, 0.5, 0.95)!
    if (lower <= Math.LN2 && Math.LN2 <= upper) hits++
  }
  expect(hits / 4_000).toBeCloseTo(quantileRanks(15, 0.5, 0.95)!.coverage, 1)
  expect(hits / 4_000).toBeGreaterThan(0.95)
})

test('order does not matter, scale carries over, and the sample stays as it was', () => {
  const values = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 6, maxLength: 40 })
  fc.assert(
    fc.property(values, sample => {
      const before = [...sample]
      const [mean, median] = [meanInterval(sample, 0.95)!, quantileInterval(sample, 0.5, 0.95)!]
      expect(meanInterval(sample.toReversed(), 0.95)).toEqual(mean)
      expect(quantileInterval(sample.toReversed(), 0.5, 0.95)).toEqual(median)
      const doubled = sample.map(value => value * 2)
      expect(meanInterval(doubled, 0.95)!.upper).toBeCloseTo(mean.upper * 2, 6)
      expect(quantileInterval(doubled, 0.5, 0.95)!.lower).toBe(median.lower * 2)
      expect(sample).toEqual(before)
    }),
  )
})

test('the t interval of 1 .. 5 is the textbook one', () => {
  const { estimate, lower, upper } = meanInterval([1, 2, 3, 4, 5], 0.95)!
  expect([estimate, lower, upper].map(value => value.toFixed(6))).toEqual(['3.000000', '1.036757', '4.963243'])
})

test('one value has no t interval, and equal values have one without width that says so', () => {
  expect(meanInterval([1], 0.95)).toBeNull()
  expect(meanInterval([0.1, 0.1, 0.1], 0.95)).toMatchObject({ lower: 0.1, upper: 0.1, zeroVariance: true })
})

test('the score interval agrees with published values and stays within 0 and 1', () => {
  expect(wilson(0, 30, 0.95)).toMatchObject({ lower: 0 })
  expect(wilson(0, 30, 0.95).upper).toBeCloseTo(0.1135134, 7)
  expect(wilson(5, 10, 0.95).lower).toBeCloseTo(0.2365931, 7)
  expect(wilson(81, 263, 0.95).lower).toBeCloseTo(0.2553, 4)
  expect(wilson(81, 263, 0.95).upper).toBeCloseTo(0.3662, 4)
  expect(() => wilson(3, 2, 0.95)).toThrow('at most n = 2')
})
