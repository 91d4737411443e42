import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { hodgesLehmann, ratioOf } from '../../src/stats/hodgesLehmann.ts'
import { kendallTrend } from '../../src/stats/kendall.ts'
import { mannWhitney } from '../../src/stats/mannWhitney.ts'
import { createRandom } from '../../src/stats/random.ts'
import { rankSumCounts, signedRankCounts } from '../../src/stats/rankSumCounts.ts'
import { signedRank } from '../../src/stats/signedRank.ts'

const values = (min = 1, max = 40) => fc.array(fc.integer({ min: 1, max: 60 }), { minLength: min, maxLength: max })

/** Every subset of 1 .. all of size `size` (null: of any size). */
function* subsets(all: number, size: number | null): Generator<number[]> {
  for (let bits = 0; bits < 2 ** all; bits++) {
    const chosen = Array.from({ length: all }, (_, index) => index + 1).filter(rank => bits & (1 << (rank - 1)))
    if (size === null || chosen.length === size) yield chosen
  }
}

const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0)

group('null distributions', () => {
  test('of the rank sum is that of all ways to choose the ranks of one sample', () => {
    for (const [m, n] of [
      [1, 1],
      [2, 5],
      [4, 4],
      [6, 3],
    ] as const) {
      const us = [...subsets(m + n, n)].map(chosen => sum(chosen) - (n * (n + 1)) / 2)
      const counts = rankSumCounts(m, n)
      for (let u = 0; u <= m * n; u++)
        expect(counts.atMost(u)).toBeCloseTo(us.filter(each => each <= u).length / us.length, 12)
    }
  })

  test('of the signed ranks is that of all signs', () => {
    for (const n of [1, 3, 9]) {
      const ws = [...subsets(n, null)].map(sum)
      const counts = signedRankCounts(n)
      for (let w = 0; w <= counts.most; w++)
        expect(counts.atMost(w)).toBeCloseTo(ws.filter(each => each <= w).length / ws.length, 12)
    }
  })

  test('their far tails are exact: one way in all', () => {
    expect(signedRankCounts(200).atMost(0) / 2 ** -200).toBeCloseTo(1, 12)
    const ways = Array.from({ length: 200 }, (_, index) => (index + 1) / (201 + index)).reduce((a, b) => a * b, 1)
    expect(rankSumCounts(200, 200).atMost(0) / ways).toBeCloseTo(1, 10)
  })
})

group('the rank-sum test', () => {
  test('is mirrored by swapping the samples, and blind to order and to any rising transformation', () => {
    fc.assert(
      fc.property(values(), values(), fc.integer(), (x, y, seed) => {
        const { pGreater, pLess, pTwo, u } = mannWhitney(x, y)
        const swapped = mannWhitney(y, x)
        expect([swapped.pGreater, swapped.pLess, swapped.pTwo]).toEqual([pLess, pGreater, pTwo])
        expect(swapped.u + u).toBe(x.length * y.length)
        const random = createRandom(seed)
        const shuffled = x.toSorted(() => random() - 0.5)
        expect(mannWhitney(shuffled.map(Math.sqrt), y.map(Math.sqrt)).pGreater).toBe(pGreater)
      }),
    )
  })

  test('finds nothing in equal values, and says what it is made of', () => {
    expect(mannWhitney([3, 3], [3, 3, 3])).toMatchObject({ pGreater: 1, pLess: 1, pTwo: 1, exact: false })
    expect(mannWhitney([1, 2], [3, 4])).toMatchObject({ u: 4, probabilityGreater: 1, pGreater: 1 / 6, exact: true })
  })

  test('of Hollander and Wolfe, example 4.1 (permeability of membranes): W = 30, p = 0.2544', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const early = [1.15, 0.88, 0.9, 0.74, 1.21]
    const { pLess } = mannWhitney(term, early)
    expect(pLess).toBeCloseTo(0.1272, 4)
  })
})

group('the signed-rank test', () => {
  test('of Hollander and Wolfe, example 3.1 (depression scores): T+ = 5, p = 0.020, estimate -0.46', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const { w, pLess, estimate } = signedRank(
      after.map((value, index) => value - before[index]!),
      0.9,
    )
    expect(w).toBe(5)
    expect(pLess).toBeCloseTo(0.01953, 5)
    expect(estimate).toBeCloseTo(-0.46, 12)
  })

  test('is mirrored by changing every sign', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 40 }), differences => {
        const ours = signedRank(differences, 0.9)
        const mirrored = signedRank(
          differences.map(value => -value),
          0.9,
        )
        expect([mirrored.pGreater, mirrored.pLess]).toEqual([ours.pLess, ours.pGreater])
        expect(mirrored.estimate + ours.estimate).toBeCloseTo(0, 12)
      }),
    )
  })

  test('with ties is that of all signs of the tied ranks', () => {
    const differences = [1, 1, 2, -3, 3, 3]
    const ranks = [1.5, 1.5, 3, 5, 5, 5]
    const w = 16
    const ways = [...subsets(6, null)].map(chosen => sum(chosen.map(at => ranks[at - 1]!)))
    expect(signedRank(differences, 0.9)).toMatchObject({ w, method: 'exact with ties' })
    expect(signedRank(differences, 0.9).pGreater).toBeCloseTo(ways.filter(each => each >= w).length / 64, 12)
  })

  test('drops zeros from p and keeps them in the estimate; all zero is no difference', () => {
    expect(signedRank([0, 0, 0], 0.9)).toMatchObject({ nNonZero: 0, pGreater: 1, pLess: 1, estimate: 0 })
    expect(signedRank([0, 0, 0, 8], 0.9)).toMatchObject({ n: 4, nNonZero: 1, pGreater: 0.5, estimate: 0 })
  })

  test('has no interval where the level cannot be reached', () => {
    expect(signedRank([1, 2, 3, 4], 0.9).interval).toBeNull()
    expect(signedRank([1, 2, 3, 4, 5], 0.9).interval).toMatchObject({ lower: 1, upper: 5 })
  })
})

group('intervals of shifts and ratios', () => {
  test('shift with the values, and the ratio scales with them', () => {
    fc.assert(
      fc.property(values(4), values(4), fc.integer({ min: 1, max: 9 }), (x, y, scale) => {
        const { ratio, interval } = ratioOf(x, y, 0.9)
        const scaled = ratioOf(
          x,
          y.map(value => value * scale),
          0.9,
        )
        expect(scaled.ratio / ratio).toBeCloseTo(scale, 9)
        if (interval !== null) expect(scaled.interval!.upper / interval.upper).toBeCloseTo(scale, 9)
      }),
    )
  })

  test('cover the truth as often as they say: 90 % at n = 12 under skewed noise', () => {
    const random = createRandom(5)
    const draw = () => -Math.log(1 - random())
    let [paired, unpaired] = [0, 0]
    const runs = 2_000
    for (let run = 0; run < runs; run++) {
      const x = Array.from({ length: 12 }, draw)
      const y = Array.from({ length: 12 }, () => draw() + 1)
      const two = hodgesLehmann(x, y, 0.9).interval!
      if (two.lower <= 1 && 1 <= two.upper) unpaired++
      const one = signedRank(
        x.map(value => value - draw()),
        0.9,
      ).interval!
      if (one.lower <= 0 && 0 <= one.upper) paired++
    }
    // The binomial spread of 2,000 is 0.7 points; ranks come in steps above the level.
    for (const covered of [paired, unpaired]) {
      expect(covered / runs).toBeGreaterThan(0.88)
      expect(covered / runs).toBeLessThan(0.94)
    }
  })
})

test('a trend is found in a rising series and not in one without order', () => {
  expect(kendallTrend([1, 2, 3, 4, 5, 6])).toMatchObject({ tau: 1 })
  expect(kendallTrend([1, 2, 3, 4, 5, 6])!.p).toBeCloseTo(2 / 720, 12)
  expect(kendallTrend([5, 5, 5])).toMatchObject({ tau: null, p: null })
  expect(kendallTrend([2, 1])).toBeNull()
})

test('numbers that are none are refused with their place', () => {
  expect(() => mannWhitney([1, Number.NaN], [1])).toThrow(/\[1\]: expected a finite number, found NaN/)
  expect(() => signedRank([], 0.9)).toThrow(/empty/)
  expect(() => ratioOf([1, 0], [1], 0.9)).toThrow(/\[1\]: expected a number above 0, found 0/)
})
