import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageTimes } from '../../src/ledger/messageTimes.ts'

test('times come back to the microsecond, in whatever order they were set', () => {
  const times = fc.array(fc.option(fc.double({ min: 0, max: 86_400_000, noNaN: true }), { nil: null }), {
    maxLength: 3_000,
  })
  fc.assert(
    fc.property(times, each => {
      const kept = new MessageTimes()
      for (let i = each.length - 1; i >= 0; i--) if (each[i] !== null) kept.set(i, each[i]!)
      const read = MessageTimes.decode(kept.encode())
      each.forEach((time, i) => {
        if (time === null) expect(read.get(i)).toBeNaN()
        else expect(Math.abs(read.get(i) - time)).toBeLessThanOrEqual(0.0005001)
      })
    }),
    { numRuns: 50 },
  )
})

test('a schedule of a million messages is told in a few bytes each', () => {
  const times = new MessageTimes()
  for (let i = 0; i < 1_000_000; i++) times.set(i, i * 0.05 + Math.sin(i))
  expect(times.encode().length).toBeLessThan(6_000_000)
})

test('a long schedule with gaps comes back whole', () => {
  const times = new MessageTimes()
  const count = 200_001
  const isSet = (i: number) => i % 3 !== 1 && (i < 60_000 || i > 140_000)
  for (let i = 0; i < count; i++) if (isSet(i)) times.set(i, i * 0.25)
  const read = MessageTimes.decode(times.encode())
  expect(read.count).toBe(count)
  expect(times.get(count)).toBeNaN()
  const wrong = Array.from({ length: count }, (_, i) => i).filter(
    i => !Object.is(read.get(i), isSet(i) ? i * 0.25 : Number.NaN),
  )
  expect(wrong).toEqual([])
})
