import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ArrivalCursor, arrivals } from '../../src/workload/arrivals.ts'

const kinds = fc.constantFrom('constant' as const, 'poisson' as const)
const rates = fc.double({ min: 0.01, max: 100_000, noNaN: true })
const seeds = fc.nat()

function take(cursor: ArrivalCursor, count: number): { index: number; timeMs: number }[] {
  return Array.from({ length: count }, () => {
    const { index, timeMs } = cursor
    cursor.advance()
    return { index, timeMs }
  })
}

test('the shares of all generators are together exactly the whole schedule', () => {
  fc.assert(
    fc.property(kinds, rates, seeds, fc.integer({ min: 1, max: 7 }), (kind, ratePerSecond, seed, of) => {
      const workload = { arrivals: kind, ratePerSecond }
      const whole = take(arrivals(workload, seed), of * 20)
      const shares = Array.from({ length: of }, (_, index) => take(arrivals(workload, seed, { index, of }), 20))
      expect(shares.flat().sort((a, b) => a.index - b.index)).toEqual(whole)
      expect(shares.every((share, g) => share.every(({ index }) => index % of === g))).toBe(true)
    }),
  )
})

test('times never go back and repeat exactly under the same seed', () => {
  fc.assert(
    fc.property(kinds, rates, seeds, (kind, ratePerSecond, seed) => {
      const workload = { arrivals: kind, ratePerSecond }
      const times = take(arrivals(workload, seed), 200).map(({ timeMs }) => timeMs)
      expect(times).toEqual(take(arrivals(workload, seed), 200).map(({ timeMs }) => timeMs))
      expect(times.slice(1).every((time, i) => time >= times[i]!)).toBe(true)
    }),
  )
})

test('constant arrivals lie at i / rate without an error that adds up', () => {
  const cursor = arrivals({ arrivals: 'constant', ratePerSecond: 3 }, 1)
  for (let i = 0; i < 30_000; i++) cursor.advance()
  expect(cursor.index).toBe(30_000)
  expect(cursor.timeMs).toBe(10_000_000)
})

test('reading the cursor does not move it', () => {
  const cursor = arrivals({ arrivals: 'poisson', ratePerSecond: 10 }, 1)
  expect([cursor.timeMs, cursor.index]).toEqual([cursor.timeMs, cursor.index])
})

test('Poisson gaps are exponential: mean 1/rate, and as many above each quartile as there should be', () => {
  const times = take(arrivals({ arrivals: 'poisson', ratePerSecond: 1000 }, 42), 40_001).map(({ timeMs }) => timeMs)
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  expect(times.at(-1)! / 40_001).toBeCloseTo(1, 1)
  for (const share of [0.25, 0.5, 0.75]) {
    const above = gaps.filter(gap => gap > -Math.log(share)).length / gaps.length
    expect(Math.abs(above - share)).toBeLessThan(0.01)
  }
})

test('another seed gives another Poisson schedule', () => {
  const first = (seed: number) => arrivals({ arrivals: 'poisson', ratePerSecond: 10 }, seed).timeMs
  expect(first(1)).not.toBe(first(2))
})
