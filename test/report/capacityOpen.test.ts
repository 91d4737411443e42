import { expect, test } from 'vitest'
import { lowerBound } from '../../src/report/capacity/bound.ts'
import { type Found, reported, search } from './capacity.fixture.ts'

const OPEN = { upper: null, ended: 'open' } as const
const tunnels = { over: 'tunnels' } as const
const answer = (found: readonly Found[], aim = {}) =>
  reported(
    found.map((each, clone) => search(clone, each)),
    { aim },
  ).answer

test('the capacity in whole tunnels or feeds is one that was tried, with the number of clones for which nothing was too much', () => {
  const two = [
    { lower: 23, ...OPEN },
    { lower: 6, upper: 7 },
  ]
  expect(answer(two, tunnels)).toMatch(/^demo carries 6 tunnels \(2 clones, 1 of them open at --most\)/)
  expect(answer(two, tunnels)).not.toContain('raise --most')
  expect(answer(two)).toMatch(/^demo carries at least 14.5 msg\/s \(2 clones, 1 of them open at --most\)/)
  expect(answer(two)).not.toContain('raise --most')
})

test('a higher --most is advised where most clones were open', () => {
  const three = [
    { lower: 23, ...OPEN },
    { lower: 23, ...OPEN },
    { lower: 6, upper: 7 },
  ]
  expect(answer(three, tunnels)).toContain('carries at least 23 tunnels (3 clones, 2 of them open at --most)')
  expect(answer(three, tunnels)).toMatch(/: raise --most\.$/)
})

test('a clone for which nothing was too much bounds the interval from below only', () => {
  const five = [10, 11, 12, 13, 14].map(lower => ({ lower, upper: lower + 1 }))
  const open = [...five, { lower: 15, upper: null }]
  expect(lowerBound(open, 'rate')).toEqual({
    ...{ bound: { median: 12.5, interval: { lower: 10, upper: null } }, isExact: true },
  })
  // Where the generator was the limit low down, the median may lie higher.
  expect(lowerBound([...five, { lower: 5, upper: null }], 'tunnels')).toMatchObject({
    ...{ bound: { median: 11, interval: { lower: 5 } }, isExact: false },
  })
})

test('one tunnel and one feed are told in the singular', () => {
  expect(answer([{ lower: 1, upper: 2 }], tunnels)).toContain('carries 1 tunnel (1 clone)')
  expect(answer([{ lower: null, upper: 1 }], { over: 'feeds' })).toContain('does not keep up with 1 feed,')
  expect(answer([{ lower: 1, upper: 2 }])).toContain('carries 1 msg/s')
})
