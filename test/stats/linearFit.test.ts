import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { linearFit } from '../../src/stats/linearFit.ts'

group('inverse prediction of a line', () => {
  test('finds what fits between bounds that are wider at both ends', () => {
    const points = [10, 1, 1.2, 1, 9].map((y, at) => ({ x: 1 + at, y }))
    const fit = linearFit(points, 0.9)!
    expect(fit.at(1).upper).toBeGreaterThan(11)
    const most = fit.largestWithin(11)
    expect(most).toBeGreaterThan(3)
    expect(fit.at(most as number).upper).toBeCloseTo(11, 9)
    expect(fit.largestWithin(10)).toBe('below')
  })

  test('is the largest x that fits, and none outside of what was measured', () => {
    const value = fc.double({ min: 0, max: 100, noNaN: true })
    const points = fc.array(fc.record({ x: fc.integer({ min: 1, max: 9 }), y: value }), { minLength: 4, maxLength: 12 })
    fc.assert(
      fc.property(points, value, (data, limit) => {
        const fit = linearFit(data, 0.9)
        if (fit === null) return
        const most = fit.largestWithin(limit)
        const grid = Array.from({ length: 101 }, (_, at) => fit.from + ((fit.to - fit.from) * at) / 100)
        const fitting = grid.filter(x => fit.at(Math.min(fit.to, x)).upper <= limit - 1e-9)
        if (most === 'above') expect(fit.at(fit.to).upper).toBeLessThanOrEqual(limit)
        else if (most === 'below') expect(fitting).toEqual([])
        else {
          expect(fit.at(most).upper).toBeLessThanOrEqual(limit)
          expect(Math.max(fit.from, ...fitting)).toBeLessThanOrEqual(most + 1e-9)
        }
      }),
    )
  })
})
