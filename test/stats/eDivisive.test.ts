import { expect, test } from 'vitest'
import { eDivisive } from '../../src/stats/eDivisive.ts'
import { createRandom } from '../../src/stats/random.ts'

function noise(seed: number): () => number {
  const random = createRandom(seed)
  return () => random() + random() + random() - 1.5
}

test('a step is found where it is, with the medians around it', () => {
  const draw = noise(1)
  const series = Array.from({ length: 40 }, (_, at) => (at < 25 ? 100 : 110) + draw())
  const changes = eDivisive(series, { seed: 1 })!
  expect(changes.map(({ index }) => index)).toEqual([25])
  expect(changes[0]!.p).toBeLessThanOrEqual(0.01)
  expect(changes[0]!.after / changes[0]!.before).toBeCloseTo(1.1, 2)
})

test('several steps are found, and a single outlier is none', () => {
  const draw = noise(2)
  const series = Array.from({ length: 60 }, (_, at) => (at < 20 ? 100 : at < 40 ? 120 : 90) + draw())
  expect(eDivisive(series, { seed: 1 })!.map(({ index }) => index)).toEqual([20, 40])
  const outlier = Array.from({ length: 30 }, (_, at) => 100 + draw() + (at === 12 ? 60 : 0))
  expect(eDivisive(outlier, { seed: 1 })).toEqual([])
})

test('a change of the spread alone is one', () => {
  const draw = noise(4)
  const series = Array.from({ length: 120 }, (_, at) => 100 + (at < 60 ? 1 : 8) * draw())
  const [change, ...more] = eDivisive(series, { seed: 1 })!
  expect(Math.abs(change!.index - 60)).toBeLessThanOrEqual(3)
  expect(more).toEqual([])
})

test('series without a change seldom show one: at most about the level asked for', () => {
  let alarms = 0
  for (let seed = 0; seed < 200; seed++) {
    const draw = noise(seed + 100)
    const series = Array.from({ length: 20 }, () => 100 + draw())
    if (eDivisive(series, { seed, permutations: 199, level: 0.05 })!.length > 0) alarms++
  }
  // Binomial with n = 200 and p = 0.05 exceeds 20 about once in 700.
  expect(alarms).toBeLessThanOrEqual(20)
})

test('the answer is a pure function of series and seed; three values have none', () => {
  const series = [1, 2, 1, 2, 9, 8, 9, 8, 9]
  expect(eDivisive(series, { seed: 3, level: 0.05 })).toEqual(eDivisive(series, { seed: 3, level: 0.05 }))
  expect(eDivisive([1, 2, 3], { seed: 1 })).toBeNull()
  expect(() => eDivisive([1, 2, 3, Number.NaN], { seed: 1 })).toThrow(/\[3\]/)
})

test('at the level of histories, 200 series without a change show at most a few', () => {
  let alarms = 0
  for (let seed = 0; seed < 200; seed++) {
    const random = createRandom(1_000 + seed)
    const series = Array.from({ length: 40 }, () => 100 - 5 * Math.log(1 - random()))
    if (eDivisive(series, { seed })!.length > 0) alarms++
  }
  // Binomial with n = 200 and p = 0.01 exceeds 7 about once in 900.
  expect(alarms).toBeLessThanOrEqual(7)
})

test('no cut is surer than the one that made its segment', () => {
  const draw = noise(8)
  // Up and down again: the first cut is the least sure.
  const series = Array.from({ length: 24 }, (_, at) => (at >= 8 && at < 16 ? 110 : 100) + draw())
  const ps = eDivisive(series, { seed: 1, level: 0.2 })!.map(({ p }) => p)
  expect(ps.length).toBeGreaterThan(1)
  expect(Math.min(...ps)).toBeGreaterThan(0.05)
})
