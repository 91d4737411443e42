import { assertCount, assertLevel } from './input.ts'

/**
 * Upper bound of a probability of which n trials showed nothing: 1 - (1 - level)^(1 / n), about 3 / n at 95 % (Hanley and Lippman-Hand, JAMA
 * 249, 1983). @throws RangeError when n is not a count or level is not strictly between 0 and 1.
 */
export function ruleOfThree(n: number, level: number): number {
  assertCount('n', n, 1)
  assertLevel(level)
  return -Math.expm1(Math.log1p(-level) / n)
}
