import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classifyLoad, conditionalThroughput, type Goal } from '../../src/stats/loadClass.ts'

/** As TST009 has it: two trials of 60 s, half of the time may be bad. */
const goal: Goal = { lossRatio: 0, finalSeconds: 60, sumSeconds: 120, exceedRatio: 0.5 }
const good = (seconds: number) => ({ seconds, lossRatio: 0 })
const bad = (seconds: number) => ({ seconds, lossRatio: 0.1 })

test('a load is decided as soon as what is left cannot change it', () => {
  expect(classifyLoad([], goal)).toBe('undecided')
  expect(classifyLoad([good(60)], goal)).toBe('lower')
  expect(classifyLoad([bad(60)], goal)).toBe('undecided')
  expect(classifyLoad([bad(60), good(60)], goal)).toBe('lower')
  expect(classifyLoad([bad(60), bad(60)], goal)).toBe('upper')
})

test('short bad trials count only as far as short good ones do not make up for them', () => {
  expect(classifyLoad([bad(30), bad(31)], goal)).toBe('upper')
  expect(classifyLoad([bad(30), bad(31), good(30)], goal)).toBe('undecided')
})

test('with RFC 2544 one bad trial of any length is enough', () => {
  const strict: Goal = { lossRatio: 0, finalSeconds: 60, sumSeconds: 60, exceedRatio: 0 }
  expect(classifyLoad([bad(1)], strict)).toBe('upper')
  expect(classifyLoad([good(60)], strict)).toBe('lower')
})

test('more good time never makes a load an upper bound, more bad time never a lower one', () => {
  const trial = fc.record({ seconds: fc.integer({ min: 1, max: 90 }), lossRatio: fc.constantFrom(0, 0.1) })
  fc.assert(
    fc.property(fc.array(trial, { maxLength: 6 }), fc.integer({ min: 60, max: 90 }), (trials, seconds) => {
      const before = classifyLoad(trials, goal)
      if (before !== 'upper') expect(classifyLoad([...trials, good(seconds)], goal)).not.toBe('upper')
      if (before !== 'lower') expect(classifyLoad([...trials, bad(seconds)], goal)).not.toBe('lower')
    }),
  )
})

test('the throughput is that of the share of the time that must be good; what was not tried counts as lost', () => {
  expect(conditionalThroughput(1_000, [good(60), bad(60)], goal)).toBe(1_000)
  expect(conditionalThroughput(1_000, [bad(60), bad(60)], goal)).toBeCloseTo(900, 9)
  expect(conditionalThroughput(1_000, [good(30)], goal)).toBe(0)
  expect(() => classifyLoad([{ seconds: 0, lossRatio: 0 }], goal)).toThrow(/trial \[0\]/)
  expect(() => classifyLoad([], { ...goal, exceedRatio: 1 })).toThrow(/goal/)
})
