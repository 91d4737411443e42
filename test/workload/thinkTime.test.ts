import { expect, test } from 'vitest'
import { thinkTimeOf } from '../../src/workload/thinkTime.ts'

test('a constant think time is always the same, and none at all costs nothing', () => {
  expect(thinkTimeOf({ kind: 'closed', thinkMs: 0, records: null }, 1)).toBeNull()
  const pause = thinkTimeOf({ kind: 'closed', thinkMs: 5, records: null }, 1)!
  expect([pause(0), pause(1)]).toEqual([5, 5])
})

test('exponential think times have the mean and the quartiles of their distribution, and repeat under the same seed', () => {
  const workload = { kind: 'closed', thinkMs: 40, think: 'exponential', records: null } as const
  const pause = thinkTimeOf(workload, 9)!
  const pauses = Array.from({ length: 20_000 }, (_, index) => pause(index))
  expect(pauses.reduce((sum, each) => sum + each, 0) / pauses.length).toBeCloseTo(40, -0.3)
  for (const share of [0.25, 0.5, 0.75])
    expect(Math.abs(pauses.filter(each => each > -40 * Math.log(share)).length / 20_000 - share)).toBeLessThan(0.015)
  expect(thinkTimeOf(workload, 9)!(17)).toBe(pause(17))
})
