import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describe } from '../../src/stats/describe.ts'
import { quantile } from '../../src/stats/quantile.ts'

test('a sample is described by its usual figures', () => {
  expect(describe([4, 1, 3, 2])).toMatchObject({
    n: 4,
    mean: 2.5,
    min: 1,
    q1: 1.75,
    median: 2.5,
    q3: 3.25,
    max: 4,
    mad: 1,
  })
  expect(describe([4, 1, 3, 2]).sd).toBeCloseTo(1.2909944487, 9)
  expect(describe([1, 10, 100]).geoMean).toBeCloseTo(10, 12)
})

test('one value has no standard deviation, and 0 no geometric mean', () => {
  expect(describe([5])).toMatchObject({ n: 1, sd: null, cv: null })
  expect(describe([0, 1]).geoMean).toBeNull()
})

test('a large offset does not drown a small spread', () => {
  expect(describe([1e12 + 1, 1e12 + 2, 1e12 + 3]).sd).toBe(1)
})

test('every place without a finite number is named, and an empty sample refused', () => {
  expect(() => describe([1, Number.NaN, Number.POSITIVE_INFINITY])).toThrow(/\[1\].*found NaN; \[2\].*found Infinity/)
  expect(() => describe([1, '2' as unknown as number])).toThrow('found string "2"')
  expect(() => describe([])).toThrow('empty')
})

test('the quantile is the one of type 7', () => {
  const values = Array.from({ length: 30 }, (_, index) => 100 + index)
  expect(quantile(values, 0.9)).toBeCloseTo(126.1, 10)
  expect([quantile(values, 0), quantile(values, 1)]).toEqual([100, 129])
  expect(() => quantile(values, 1.01)).toThrow(RangeError)
})

test('order does not matter and quantiles rise with p', () => {
  const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (sample, p) => {
      expect(describe(sample.toReversed())).toEqual(describe(sample))
      expect(quantile(sample, p)).toBeLessThanOrEqual(Math.max(...sample))
      expect(quantile(sample, p / 2)).toBeLessThanOrEqual(quantile(sample, p))
    }),
  )
})
