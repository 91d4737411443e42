import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeCounts } from '../../src/generator/timeCounts.ts'
import { createHistogram, quantileMs, quantilesOf, recordMs } from '../../src/stats/histogram.ts'

const times = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 400, noNaN: true }),
    fc.double({ min: 0, max: 5_000_000, noNaN: true }),
  ),
  { maxLength: 200 },
)

test('counts become the histogram that recording each time would have made, to three digits, the maximum exact', () => {
  fc.assert(
    fc.property(times, list => {
      const counts = new TimeCounts()
      const direct = createHistogram()
      for (const ms of list) {
        counts.record(ms)
        recordMs(direct, ms)
      }
      const histogram = counts.toHistogram()
      expect(counts.count).toBe(list.length)
      expect(histogram.totalCount).toBe(direct.totalCount)
      expect(histogram.maxValue).toBe(direct.maxValue)
      const [made, wanted] = [quantilesOf(histogram, 0, 1, null, 1), quantilesOf(direct, 0, 1, null, 1)]
      for (const [quantile, { ms }] of Object.entries(wanted)) expect(made[quantile as 'p50'].ms).toBe(ms)
      for (const thousandths of [1, 500, 990, 1000])
        expect(counts.quantileMs(thousandths)).toBe(quantileMs(direct, thousandths))
    }),
    { numRuns: 300 },
  )
})

test('negative times count as 0, times above an hour as an hour', () => {
  const counts = new TimeCounts()
  counts.record(-1)
  counts.record(1e12)
  const histogram = counts.toHistogram()
  expect(histogram.totalCount).toBe(2)
  expect(histogram.maxValue).toBe(36e9)
})

test('after a reset nothing is left', () => {
  const counts = new TimeCounts()
  for (const ms of [0, 1, 50, 3_000_000]) counts.record(ms)
  counts.reset()
  counts.record(2)
  expect(counts.toHistogram().totalCount).toBe(1)
  expect(counts.toHistogram().maxValue).toBe(20_000)
})
