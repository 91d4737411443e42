import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { bcaMean } from '../../src/stats/bcaMean.ts'
import { twoGroups } from '../../src/stats/bimodality.ts'
import { brownForsythe } from '../../src/stats/brownForsythe.ts'
import { describe } from '../../src/stats/describe.ts'
import { eDivisive } from '../../src/stats/eDivisive.ts'
import { fieller } from '../../src/stats/fieller.ts'
import { kolmogorov, ksCentred } from '../../src/stats/ksCentred.ts'
import { lag1 } from '../../src/stats/lag1.ts'
import { linearFit } from '../../src/stats/linearFit.ts'
import { mser5 } from '../../src/stats/mser5.ts'
import { shapiroWilk } from '../../src/stats/shapiroWilk.ts'
import { speedupTest } from '../../src/stats/speedupTest.ts'
import { tukeyClass } from '../../src/stats/tukeyClass.ts'
import { uslFit } from '../../src/stats/usl.ts'
import { varianceComponents } from '../../src/stats/varianceComponents.ts'
import { welchLog } from '../../src/stats/welchLog.ts'

const runs = (most = 40) => fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 3, maxLength: most })

const ofOneSample: Readonly<Record<string, (values: readonly number[]) => unknown>> = {
  describe,
  shapiroWilk,
  tukeyClass,
  twoGroups,
  bcaMean: values => bcaMean(values, 1, 0.9, 100),
}
const ofASeries: Readonly<Record<string, (values: readonly number[]) => unknown>> = {
  lag1,
  mser5,
  eDivisive: values => eDivisive(values, { seed: 1, permutations: 19, level: 0.05 }),
}
const ofTwoSamples: Readonly<Record<string, (x: readonly number[], y: readonly number[]) => unknown>> = {
  welchLog: (x, y) => welchLog(x, y, 0.9),
  fieller: (x, y) => fieller(x, y, 0.9),
  brownForsythe,
  ksCentred,
  speedupTest: (x, y) => speedupTest(x, y, 0.05),
}

group('order of the runs', () => {
  test.each(Object.entries(ofOneSample))('does not matter to %s, which leaves the sample as it was', (_, figure) => {
    fc.assert(
      fc.property(runs(), values => {
        const before = [...values]
        expect(figure(values.toReversed())).toEqual(figure(values))
        expect(values).toEqual(before)
      }),
    )
  })

  test.each(Object.entries(ofTwoSamples))('does not matter to %s, which leaves both arms as they were', (_, figure) => {
    fc.assert(
      fc.property(runs(), runs(), (x, y) => {
        const before = [[...x], [...y]]
        expect(figure(x.toReversed(), y.toReversed())).toEqual(figure(x, y))
        expect([x, y]).toEqual(before)
      }),
    )
  })

  test('does not matter to the two zeros', () => {
    expect(describe([0, -0, 1])).toEqual(describe([-0, 0, 1]))
    expect(Object.is(describe([-0]).min, 0)).toBe(true)
  })
})

group('the unit of the runs', () => {
  // Times a power of two: no digit changes by rounding.
  const finer = (values: readonly number[]) => values.map(value => 1_024 * value)

  test.each(Object.entries({ ...ofASeries, shapiroWilk, tukeyClass, twoGroups }))(
    'does not matter to %s',
    (name, figure) => {
      fc.assert(
        fc.property(runs(80), values => {
          const before = [...values]
          const [ours, scaled] = [figure(values), figure(finer(values))]
          const inUnits = (figures: unknown) =>
            name === 'eDivisive' ? (figures as { index: number }[] | null)?.map(({ index }) => index) : figures
          expect(inUnits(scaled)).toEqual(inUnits(ours))
          expect(values).toEqual(before)
        }),
      )
    },
  )

  test('does not matter to tests between two arms, in either order', () => {
    fc.assert(
      fc.property(runs(), runs(), (x, y) => {
        expect(brownForsythe(finer(x), finer(y))).toEqual(brownForsythe(x, y))
        expect(ksCentred(finer(x), finer(y))).toEqual(ksCentred(x, y))
        expect(brownForsythe(y, x)?.p ?? -1).toBeCloseTo(brownForsythe(x, y)?.p ?? -1, 10)
        expect(kolmogorov(y, x).p).toBeCloseTo(kolmogorov(x, y).p, 10)
      }),
    )
  })

  test('squares in variance components', () => {
    const clones = [
      [1, 2, 4],
      [7, 3, 5],
      [9, 9, 1],
    ]
    const [ours, scaled] = [varianceComponents(clones)!, varianceComponents(clones.map(finer))!]
    expect(scaled.withinRuns).toBe(ours.withinRuns * 1_024 ** 2)
    expect(scaled.betweenClones).toBe(ours.betweenClones * 1_024 ** 2)
    expect(scaled.intraclass).toBe(ours.intraclass)
  })
})

group('a sample of equal values', () => {
  test('has its value for mean, and no spread, whatever the rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 40 }), (value, n) => {
        const values = new Array<number>(n).fill(value)
        expect(describe(values)).toMatchObject({ mean: value, sd: 0, cv: 0, geoMean: value })
        expect([shapiroWilk(values), lag1(values), twoGroups(values), bcaMean(values, 1, 0.9, 100)]).toEqual([
          null,
          null,
          null,
          null,
        ])
        expect(brownForsythe(values, values)).toBeNull()
        expect(tukeyClass(values)).toEqual({ n, mild: 0, severe: 0 })
      }),
    )
  })

  test('is steady from its beginning and has no change', () => {
    const values = new Array<number>(60).fill(0.1)
    expect(mser5(values)).toEqual({ drop: 0, steady: true })
    expect(eDivisive(values, { seed: 1 })).toEqual([])
  })
})

test.each([
  ['describe', (values: number[]) => describe(values)],
  ['kolmogorov', (values: number[]) => kolmogorov([1, 2], values)],
  ['ksCentred', (values: number[]) => ksCentred([1, 2], values)],
  ['brownForsythe', (values: number[]) => brownForsythe([1, 2], values)],
  ['welchLog', (values: number[]) => welchLog([1, 2], values, 0.9)],
  ['fieller', (values: number[]) => fieller([1, 2], values, 0.9)],
  ['shapiroWilk', (values: number[]) => shapiroWilk(values)],
  ['twoGroups', (values: number[]) => twoGroups(values)],
  ['tukeyClass', (values: number[]) => tukeyClass(values)],
  ['lag1', (values: number[]) => lag1(values)],
  ['mser5', (values: number[]) => mser5(values)],
  ['bcaMean', (values: number[]) => bcaMean(values, 1, 0.9)],
  ['varianceComponents', (values: number[]) => varianceComponents([[1, 2], values])],
  ['speedupTest', (values: number[]) => speedupTest([1, 2], values, 0.05)],
  ['eDivisive', (values: number[]) => eDivisive(values, { seed: 1 })],
  ['uslFit', (values: number[]) => uslFit([1, 2, 4], values)],
  [
    'linearFit',
    (values: number[]) =>
      linearFit(
        values.map(y => ({ x: y, y })),
        0.9,
      ),
  ],
])('%s refuses what is no finite number', (_, figure) => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number, null as unknown as number])
    expect(() => figure([1, 2, wrong])).toThrow(RangeError)
})
