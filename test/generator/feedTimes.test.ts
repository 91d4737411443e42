import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FeedTimes } from '../../src/generator/feedTimes.ts'

/** 0.05 ms to 1 h, all magnitudes alike. */
const time = fc.double({ min: Math.log(0.05), max: Math.log(3_600_000), noNaN: true }).map(Math.exp)

test('the time at every rank is within 2 % of the true one, and the largest is exact, for each feed by itself', () => {
  fc.assert(
    fc.property(fc.array(fc.array(time, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 }), feeds => {
      const times = new FeedTimes(feeds.length)
      const rounds = Math.max(...feeds.map(each => each.length))
      for (let nth = 0; nth < rounds; nth++)
        for (const [feed, each] of feeds.entries()) if (nth < each.length) times.record(feed, each[nth]!)
      for (const [feed, each] of feeds.entries()) {
        const sorted = each.toSorted((a, b) => a - b)
        for (const [nth, exact] of sorted.entries())
          expect(Math.abs(times.atRank(feed, nth + 1)! / exact - 1)).toBeLessThan(0.02)
        expect(times.maxMs(feed)).toBe(sorted.at(-1))
        expect(times.atRank(feed, sorted.length + 1)).toBeNull()
      }
    }),
  )
})

test('counts go on beyond 16 bits', () => {
  const times = new FeedTimes(2)
  for (let i = 0; i < 150_000; i++) times.record(1, 3)
  for (let i = 0; i < 3; i++) times.record(1, 700)
  expect(times.atRank(1, 150_000)! / 3 - 1).toBeLessThan(0.02)
  expect(times.atRank(1, 150_001)! / 700 - 1).toBeLessThan(0.02)
  expect(times.atRank(1, 150_004)).toBeNull()
  expect(times.atRank(0, 1)).toBeNull()
})

test('a time that is shorter than the buckets tell is told as no more than it can be', () => {
  const times = new FeedTimes(1)
  times.record(0, 0)
  expect(times.atRank(0, 1)).toBe(0)
  times.record(0, 0.02)
  expect(times.atRank(0, 2)).toBe(0.02)
  times.record(0, 5)
  expect(times.atRank(0, 2)).toBe(0.05)
})
