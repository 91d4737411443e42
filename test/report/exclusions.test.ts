import { expect, test } from 'vitest'
import { exclusions, validityLine } from '../../src/report/wording.ts'

const validity = (...reasons: readonly string[][]) => ({
  wanted: 2,
  valid: 2,
  invalid: reasons.map((each, index) => ({ runId: `r${index + 1}`, reasons: each })),
  failed: [],
  missing: 0,
})

test('reasons that differ in their figures alone are one, told by its first', () => {
  const texts = exclusions(
    validity(
      ['waited for a CPU 17 % of the time', 'paused for 210 ms'],
      ['waited for a CPU 19.5 % of the time'],
      ['waited for a CPU 23 % of the time', 'waited for a CPU 24 % of the time'],
    ),
  )
  expect(texts).toEqual([
    '3 x invalid: waited for a CPU 17 % of the time, or alike (r1, r2, r3)',
    '1 x invalid: paused for 210 ms (r1)',
  ])
})

test('runs that were made in place of invalid ones are not told as if they were short', () => {
  expect(validityLine(validity([], []))).toBe('2 of 2 runs valid; besides 2 invalid')
  expect(validityLine({ ...validity([]), valid: 1, missing: 1 })).toBe('1 of 2 runs valid, 1 invalid, 1 not run')
  expect(validityLine(validity())).toBe('2 of 2 runs valid')
})
