import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntendedTimes } from '../../src/ledger/intended.ts'

test('intended times come back to the microsecond, in whatever order they were set', () => {
  const times = fc.array(fc.option(fc.double({ min: 0, max: 86_400_000, noNaN: true }), { nil: null }), {
    maxLength: 3_000,
  })
  fc.assert(
    fc.property(times, each => {
      const kept = new IntendedTimes()
      for (let i = each.length - 1; i >= 0; i--) if (each[i] !== null) kept.set(i, each[i]!)
      const read = IntendedTimes.decode(kept.encode())
      each.forEach((time, i) => {
        if (time === null) expect(read.get(i)).toBeNaN()
        else expect(Math.abs(read.get(i) - time)).toBeLessThanOrEqual(0.0005001)
      })
    }),
    { numRuns: 50 },
  )
})

test('a schedule of a million messages is told in a few bytes each', () => {
  const times = new IntendedTimes()
  for (let i = 0; i < 1_000_000; i++) times.set(i, i * 0.05 + Math.sin(i))
  expect(times.encode().length).toBeLessThan(6_000_000)
})
