import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { patientsAtRandom, patientsInTurn } from '../../src/workload/patients.ts'
import { zipfRanks } from '../../src/workload/zipf.ts'

const DRAWS = 60_000

/** Probability of each rank by Zipf's law. */
function law(size: number, exponent: number): number[] {
  const weights = Array.from({ length: size }, (_, rank) => (rank + 1) ** -exponent)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map(weight => weight / sum)
}

describe.each([
  [1, 1],
  [2, 0.5],
  [20, 0.3],
  [20, 1],
  [20, 1.0000001],
  [50, 1.7],
  [20, 5],
])("of %d ranks with exponent %d each comes as often as Zipf's law says", (size, exponent) => {
  test.each([1, 2, 3])('under seed %d', seed => {
    const rankOf = zipfRanks(size, exponent, seed, 7)
    const counts = new Float64Array(size)
    for (let i = 0; i < DRAWS; i++) counts[rankOf(i)]! += 1
    // Pearson's chi-squared over the ranks expected at least 5 times, the rest as one; a normal bound of 5 sigma.
    let [chi, classes, restSeen, restExpected] = [0, 0, 0, 0]
    for (const [rank, share] of law(size, exponent).entries()) {
      const expected = share * DRAWS
      if (expected < 5) {
        restSeen += counts[rank]!
        restExpected += expected
      } else {
        chi += (counts[rank]! - expected) ** 2 / expected
        classes++
      }
    }
    if (restExpected >= 5) chi += (restSeen - restExpected) ** 2 / restExpected
    expect(chi).toBeLessThan(classes + 5 * Math.sqrt(2 * classes) + 5)
  })
})

test('a draw is a pure function of its index, and stays within the population', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000_000 }),
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      fc.nat(),
      fc.nat({ max: 2 ** 40 }),
      (population, skew, seed, index) => {
        const patientOf = patientsAtRandom({ population, skew }, seed)
        const patient = patientOf(index)
        patientOf(index + 1)
        expect(patientOf(index)).toBe(patient)
        expect(Number.isInteger(patient) && patient >= 0 && patient < population).toBe(true)
      },
    ),
  )
})

test('without skew every patient comes once before one comes again, in the largest population too', () => {
  const small = patientsInTurn({ population: 997, skew: 0 }, 3, 1)
  expect(new Set(Array.from({ length: 997 }, (_, i) => small(i))).size).toBe(997)
  const large = patientsInTurn({ population: 100_000_000, skew: 0 }, 3, 1)
  const seen = new Set(Array.from({ length: 20_000 }, (_, i) => large(99_980_000 + i)))
  expect(seen.size).toBe(20_000)
})

test('a few patients make most of the draws of a skewed population, and the seed says who', () => {
  const top = (seed: number) => {
    const patientOf = patientsAtRandom({ population: 1000, skew: 1.2 }, seed)
    const counts = new Map<number, number>()
    for (let i = 0; i < 10_000; i++) counts.set(patientOf(i), (counts.get(patientOf(i)) ?? 0) + 1)
    return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 10)
  }
  expect(top(1).reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(5_000)
  expect(top(1)[0]![0]).not.toBe(top(2)[0]![0])
})
