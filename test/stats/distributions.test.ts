import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binomialCdf } from '../../src/stats/binomial.ts'
import { incompleteBeta } from '../../src/stats/incompleteBeta.ts'
import { normalQuantile } from '../../src/stats/normal.ts'
import { studentCdf, studentQuantile } from '../../src/stats/student.ts'

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThanOrEqual(tolerance)
}

test('quantiles of t agree with published ones', () => {
  const published = [
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 29, 2.0452296421327034],
    [0.995, 29, 2.756385903670604],
    [0.95, 10, 1.8124611228107335],
    [0.9995, 5, 6.868826625877413],
    [0.975, 120, 1.9799304050524826],
  ] as const
  for (const [p, df, t] of published) expectRelative(studentQuantile(p, df), t, 1e-10)
})

test('t with one and two degrees of freedom has its closed form, from the far tail to the centre', () => {
  for (const p of [1e-12, 1e-6, 0.01, 0.2, 0.3, 0.49, 0.4999999, 0.6, 0.9]) {
    expectRelative(studentQuantile(p, 1), -1 / Math.tan(Math.PI * p), p > 0.4 ? 1e-8 : 1e-10)
    expectRelative(studentQuantile(p, 2), (2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 1e-10)
  }
})

test('the distribution function of t undoes its quantile', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
      fc.double({ min: 0.5, max: 1e5, noNaN: true }),
      (p, df) => {
        expectRelative(studentCdf(studentQuantile(p, df), df), p, 1e-10)
        expect(studentCdf(1.5, df) + studentCdf(-1.5, df)).toBeCloseTo(1, 13)
      },
    ),
  )
})

test('the ends of t are infinite, its middle is 0, and nonsense is refused', () => {
  expect(studentQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY)
  expect(studentQuantile(0, 3)).toBe(Number.NEGATIVE_INFINITY)
  expect(studentQuantile(0.5, 3)).toBe(0)
  expect(() => studentQuantile(1.1, 3)).toThrow(RangeError)
  expect(() => studentQuantile(0.5, 0)).toThrow(RangeError)
  expect(() => studentCdf(Number.NaN, 3)).toThrow(RangeError)
})

test('quantiles of the normal distribution agree with published ones', () => {
  expectRelative(normalQuantile(0.975), 1.959963984540054, 1e-13)
  expectRelative(normalQuantile(0.995), 2.5758293035489004, 1e-13)
  expectRelative(normalQuantile(1e-20), -9.26234008979841, 1e-12)
  expect(normalQuantile(0.5)).toBe(0)
})

test('the binomial distribution function is the sum of its terms', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.nat(60),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (n, k, p) => {
        let term = (1 - p) ** n
        let sum = 0
        for (let i = 0; i <= Math.min(k, n); i++) {
          sum += term
          term *= ((n - i) / (i + 1)) * (p / (1 - p))
        }
        expectRelative(binomialCdf(k, n, p), sum, 1e-9)
      },
    ),
  )
})

test('the binomial distribution function ends in 0 and 1', () => {
  expect([binomialCdf(-1, 5, 0.3), binomialCdf(5, 5, 0.3), binomialCdf(0, 5, 1)]).toEqual([0, 1, 0])
  expect(() => binomialCdf(0.5, 5, 0.3)).toThrow(RangeError)
})

test('the incomplete beta function obeys its reflection and its closed forms', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 500, noNaN: true }),
      fc.double({ min: 0.1, max: 500, noNaN: true }),
      fc.double({ min: 0.3, max: 0.999, noNaN: true }),
      (a, b, x) => {
        expect(incompleteBeta(a, b, x) + incompleteBeta(b, a, 1 - x)).toBeCloseTo(1, 12)
        expectRelative(incompleteBeta(a, 1, x, 1 - x), x ** a, 1e-11)
      },
    ),
  )
})
