import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadLines } from '../../src/cli/loadLines.ts'

const FEEDS = { name: 'feeds', ratePerSecond: 596.4, p99Ms: 27.3, failures: 0 }
const SEARCH = { name: 'search-beneficiaries', ratePerSecond: 50, p99Ms: null, failures: 3 }

test('loads that have sent nothing yet have no line, rather than a bare name', () => {
  const none = { ratePerSecond: null, p99Ms: null, failures: 0 }
  const loads = ['hub', 'results'].map(name => ({ name, ...none }))
  expect(loadLines(loads, 79, 8)).toEqual([])
  expect(loadLines([loads[0]!, { ...loads[1]!, ratePerSecond: 3 }], 79, 8)).toHaveLength(2)
})

test('each of several loads has a line of its own, the figures in columns', () => {
  expect(loadLines([FEEDS, SEARCH], 79, 8)).toEqual([
    '  feeds                   596/s  p99 27 ms',
    '  search-beneficiaries     50/s              3 failed',
  ])
})

test('a load alone needs no line: the line of the run says the same', () => {
  expect(loadLines([FEEDS], 79, 8)).toEqual([])
})

test('a load that has not sent anything yet keeps its line', () => {
  const silent = { ...SEARCH, ratePerSecond: null, failures: 0 }
  expect(loadLines([FEEDS, silent], 79, 8)[1]).toBe('  search-beneficiaries')
})

test('what matters least goes first where room is short, the name never', () => {
  expect(loadLines([FEEDS, SEARCH], 44, 8)[1]).toBe('  search-beneficiaries     50/s  3 failed')
  expect(loadLines([FEEDS, SEARCH], 34, 8)[1]).toBe('  search-beneficiaries  3 failed')
  expect(loadLines([FEEDS, SEARCH], 22, 8)[1]).toBe('  search-beneficiaries')
})

test('more loads than there is room for are counted', () => {
  const loads = Array.from({ length: 12 }, (_, nth) => ({ ...FEEDS, name: `feed-${nth}` }))
  const lines = loadLines(loads, 79, 4)
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toBe('  and 9 more loads')
})

test('lines are never longer or more than there is room for, whatever they tell', () => {
  const load = fc.record({
    name: fc.string({ minLength: 1, maxLength: 80 }),
    ratePerSecond: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
    p99Ms: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    failures: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(load, { maxLength: 20 }), fc.nat(120), fc.nat(12), (loads, width, most) => {
      const lines = loadLines(loads, width, most)
      expect(lines.length).toBeLessThanOrEqual(most)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    }),
  )
})
