import { expect } from 'vitest'
import { createRandom } from '../../src/stats/random.ts'

export interface Check {
  readonly ours: number
  /** Expression of the other tool, one number. */
  readonly theirs: string
  /** Largest relative difference. */
  readonly within: number
}

export const DISTRIBUTION = 1e-10
export const ESTIMATE = 1e-9

/** Twelve digits each, so that the other tool reads the same numbers. */
export function sample(seed: number, n: number, make: (random: () => number) => number): number[] {
  const random = createRandom(seed)
  return Array.from({ length: n }, () => Number(make(random).toPrecision(12)))
}

/** Skewed times around 10. */
export const times = (seed: number, n: number, scale = 1) =>
  sample(seed, n, random => scale * (8 - 2 * Math.log(1 - random())))
export const tied = (seed: number, n: number) => sample(seed, n, random => Math.floor(random() * 8) + 1)

export function compare(checks: readonly Check[], values: readonly number[]): void {
  const wrong = checks.flatMap(({ ours, theirs, within }, index) => {
    const value = values[index]!
    const error = value === ours ? 0 : Math.abs(ours - value) / Math.abs(value)
    return error <= within ? [] : [`${theirs.slice(0, 160)}: ours ${ours}, theirs ${value}, relative error ${error}`]
  })
  expect(wrong).toEqual([])
}
