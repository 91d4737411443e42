import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { bcaMean } from '../../src/stats/bcaMean.ts'
import { twoGroups } from '../../src/stats/bimodality.ts'
import { describe } from '../../src/stats/describe.ts'
import { fieller } from '../../src/stats/fieller.ts'
import { linearFit } from '../../src/stats/linearFit.ts'
import { mser5 } from '../../src/stats/mser5.ts'
import { benjaminiHochberg, holm } from '../../src/stats/multiplicity.ts'
import { logSdOf, MOST_RUNS, powerOf, runsFor, smallestEffect } from '../../src/stats/power.ts'
import { createRandom } from '../../src/stats/random.ts'
import { ruleOfThree } from '../../src/stats/ruleOfThree.ts'
import { shapiroWilk } from '../../src/stats/shapiroWilk.ts'
import { SPEEDUP_TEST_RUNS, speedupTest } from '../../src/stats/speedupTest.ts'
import { tukeyClass } from '../../src/stats/tukeyClass.ts'
import { uslFit } from '../../src/stats/usl.ts'
import { runsPerClone, varianceComponents } from '../../src/stats/varianceComponents.ts'
import { welchLog } from '../../src/stats/welchLog.ts'

function normals(seed: number): () => number {
  const random = createRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw)

test('a large offset does not drown the spread', () => {
  const { sd, mean } = describe([1e12 + 1, 1e12 + 2, 1e12 + 3, 1e12 + 4])
  expect(sd).toBeCloseTo(Math.sqrt(5 / 3), 12)
  expect(mean).toBe(1e12 + 2.5)
})

group('ratios of means', () => {
  const noise = normals(3)
  const x = draws(20, () => 10 + noise())
  const y = draws(24, () => 12 + noise())

  test('scale with the values and turn over with the arms', () => {
    const ours = welchLog(x, y, 0.9)!
    const swapped = welchLog(y, x, 0.9)!
    expect(swapped.ratio * ours.ratio).toBeCloseTo(1, 12)
    expect(swapped.lower! * ours.upper!).toBeCloseTo(1, 12)
    expect([swapped.pGreater, swapped.pLess]).toEqual([ours.pLess, ours.pGreater])
    const scaled = fieller(
      x.map(value => 3 * value),
      y,
      0.9,
    )!
    expect(scaled.lower! * 3).toBeCloseTo(fieller(x, y, 0.9)!.lower!, 12)
  })

  test('without variance keep the ratio and have neither t nor p', () => {
    expect(welchLog([2, 2], [4, 4], 0.9)).toMatchObject({ ratio: 2, t: null, pGreater: null })
    expect(welchLog([2], [4, 4], 0.9)).toBeNull()
  })

  test('have no bounds where the mean of the baseline may be 0', () => {
    expect(fieller([-5, 6, -4, 5], [1, 2, 3], 0.95)).toMatchObject({ lower: null, upper: null })
  })

  test('by Fieller cover the true ratio as often as they say', () => {
    const draw = normals(8)
    let covered = 0
    for (let run = 0; run < 2_000; run++) {
      const { lower, upper } = fieller(
        draws(15, () => 10 + draw()),
        draws(15, () => 11 + draw()),
        0.95,
      )!
      if (lower! <= 1.1 && 1.1 <= upper!) covered++
    }
    expect(Math.abs(covered / 2_000 - 0.95)).toBeLessThan(0.015)
  })

  test('the interval of a ratio of geometric means covers it as often as it says', () => {
    const draw = normals(21)
    const arm = (n: number, scale: number) => draws(n, () => scale * Math.exp(0.2 * draw()))
    let covered = 0
    for (let run = 0; run < 3_000; run++) {
      const { lower, upper } = welchLog(arm(12, 10), arm(20, 11), 0.9)!
      if (lower! <= 1.1 && 1.1 <= upper!) covered++
    }
    // Three standard errors of a share of 3,000.
    expect(Math.abs(covered / 3_000 - 0.9)).toBeLessThan(0.017)
  })
})

group('the bootstrap interval of a mean', () => {
  test('is a pure function of sample and seed, and covers the mean of a skewed one about as often as it says', () => {
    const random = createRandom(1)
    const draw = () => -Math.log(1 - random())
    let covered = 0
    for (let run = 0; run < 400; run++) {
      const interval = bcaMean(draws(30, draw), run, 0.95, 1_000)!
      if (interval.lower <= 1 && 1 <= interval.upper) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.9)
    expect(covered / 400).toBeLessThan(0.98)
    expect(bcaMean([1, 2, 9], 4, 0.9)).toEqual(bcaMean([1, 2, 9], 4, 0.9))
    expect(bcaMean([9, 1, 2], 4, 0.9)).toEqual(bcaMean([1, 2, 9], 4, 0.9))
  })

  test('a level next to 1 takes the bootstrap to the ends of its resamples, not past them', () => {
    const { lower, upper } = bcaMean([1, 1, 1, 1, 1, 1, 1, 1, 1, 900], 1, 1 - 1e-13)!
    expect(lower).toBeLessThanOrEqual(upper)
    expect(upper).toBeGreaterThan(300)
  })

  test('does not exist for two values or without variance', () => {
    expect(bcaMean([1, 2], 1, 0.9)).toBeNull()
    expect(bcaMean([2, 2, 2], 1, 0.9)).toBeNull()
  })
})

group('variance components', () => {
  test('tell the noise of clones from that of runs', () => {
    const draw = normals(2)
    const clones = draws(400, () => 3 * draw()).map(shift => draws(5, () => shift + draw()))
    const { betweenClones, withinRuns, intraclass } = varianceComponents(clones)!
    expect(betweenClones).toBeCloseTo(9, -0.5)
    expect(withinRuns).toBeCloseTo(1, 0)
    expect(intraclass).toBeCloseTo(0.9, 1)
  })

  test('may come out below 0 between clones, use what every clone has, and plan the runs of a clone', () => {
    const alike = varianceComponents([
      [1, 9],
      [9, 1, 5],
    ])!
    expect(alike).toMatchObject({ runs: 2, intraclass: 0 })
    expect(alike.betweenClones).toBeLessThan(0)
    expect(runsPerClone(alike, 60, 1)).toBeNull()
    expect(runsPerClone({ clones: 9, runs: 3, withinRuns: 4, betweenClones: 1, intraclass: 0.2 }, 90, 10)).toBe(6)
    expect(varianceComponents([[1, 2]])).toBeNull()
  })
})

group('several tests at once', () => {
  test('Holm and Benjamini-Hochberg keep the order given, and nothing gets smaller', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
    expect(benjaminiHochberg([0.01, 0.04, 0.03])).toEqual([0.03, 0.04, 0.04])
    expect(holm([])).toEqual([])
    expect(() => holm([1.1])).toThrow(RangeError)
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), ps => {
        for (const adjusted of [holm(ps), benjaminiHochberg(ps)])
          for (const [index, p] of ps.entries()) expect(adjusted[index]).toBeGreaterThanOrEqual(p)
      }),
    )
  })
})

group('power', () => {
  const noise = (cv: number) => ({ logSd: logSdOf(cv), paired: false })

  test.each([
    [0.05, 0.1, 7],
    [0.1, 0.05, 91],
    [0.1, 0.1, 25],
    [0.1, 0.2, 8],
    [0.2, 0.1, 94],
    [0.03, 0.05, 9],
  ])('at CV %f a change of %f takes %i runs a stage at alpha 0.05', (cv, effect, runs) => {
    expect(runsFor(effect, 0.05, Math.sqrt(0.9), noise(cv))).toBe(runs)
  })

  test('30 runs find 8.9 % at CV 10 %, and that effect needs 30 runs', () => {
    const effect = smallestEffect(30, 0.05, Math.sqrt(0.9), noise(0.1))
    expect(effect).toBeCloseTo(0.089, 3)
    expect(powerOf(30, effect, 0.05, noise(0.1))).toBeCloseTo(Math.sqrt(0.9), 9)
    expect(runsFor(effect, 0.05, Math.sqrt(0.9), noise(0.1))).toBe(30)
  })

  test('pairs with half the noise need far fewer, and a plan has an end', () => {
    expect(runsFor(0.1, 0.05, 0.9, { logSd: 0.05, paired: true })).toBeLessThan(6)
    expect(runsFor(0.0001, 0.05, 0.9, noise(0.5))).toBe(MOST_RUNS)
    expect(() => powerOf(30, 0, 0.05, noise(0.1))).toThrow(/effect/)
  })

  test('is what a simulation of the test finds', () => {
    const draw = normals(4)
    let found = 0
    for (let run = 0; run < 3_000; run++) {
      const { pGreater } = welchLog(
        draws(20, () => Math.exp(0.1 * draw())),
        draws(20, () => 1.08 * Math.exp(0.1 * draw())),
        0.9,
      )!
      if (pGreater! <= 0.05) found++
    }
    expect(Math.abs(found / 3_000 - powerOf(20, 0.08, 0.05, { logSd: 0.1, paired: false }))).toBeLessThan(0.025)
  })
})

test('nothing seen in n trials bounds the chance by about 3 / n', () => {
  expect(ruleOfThree(12_000, 0.95)).toBeCloseTo(2.5e-4, 6)
  expect(ruleOfThree(1, 0.95)).toBeCloseTo(0.95, 12)
})

group('diagnostics', () => {
  test('warm-up is cut where it ends; a series that never settles says so; a short one has none', () => {
    const draw = normals(6)
    const warming = Array.from({ length: 200 }, (_, at) => (at < 40 ? 20 - at / 4 : 10) + 0.3 * draw())
    expect(mser5(warming)!.drop).toBeGreaterThanOrEqual(30)
    expect(mser5(warming)!.drop).toBeLessThanOrEqual(60)
    expect(mser5(Array.from({ length: 200 }, (_, at) => at))).toMatchObject({ steady: false })
    expect(mser5([1, 2, 3])).toBeNull()
  })

  test('outliers are counted by class', () => {
    expect(tukeyClass([1, 2, 3, 4, 5, 6, 7, 8, 17, 40])).toMatchObject({ mild: 1, severe: 1 })
  })

  test('two modes are seen, one mode seldom taken for two, whatever its shape', () => {
    const draw = normals(7)
    const shapes = [() => draw(), () => Math.exp(0.2 * draw()), () => -Math.log(1 - Math.abs(Math.sin(draw() * 99)))]
    for (const shape of shapes) {
      const alarms = draws(400, () => (twoGroups(draws(30, shape))!.isBimodal ? 1 : 0)).filter(each => each === 1)
      expect(alarms.length / 400).toBeLessThan(0.02)
    }
    const two = draws(30, () => draw()).map((value, at) => value + (at % 3 === 0 ? 10 : 0))
    expect(twoGroups(two)).toMatchObject({ isBimodal: true })
    expect(twoGroups([1, 2, 3])).toBeNull()
    const few = [...draws(28, () => 10 + draw() / 10), 90, 91]
    expect(twoGroups(few)).toMatchObject({ isBimodal: false })
    expect(twoGroups(few.map(value => -value))).toMatchObject({ isBimodal: false })
  })

  test('a sample without variance has no normality to test', () => {
    expect(shapiroWilk([4, 4, 4, 4])).toBeNull()
    expect(shapiroWilk([4, 5])).toBeNull()
  })
})

group('fits', () => {
  test('a line through exact points is that line, and answers only within what was measured', () => {
    const fit = linearFit(
      [1, 2, 4, 8, 9].map(x => ({ x, y: 2 + 3 * x })),
      0.95,
    )!
    expect(fit.slope.estimate).toBeCloseTo(3, 12)
    expect(fit.intercept.estimate).toBeCloseTo(2, 12)
    expect(fit.largestWithin(17)).toBeCloseTo(5, 6)
    expect(fit.largestWithin(4)).toBe('below')
    expect(fit.largestWithin(99)).toBe('above')
    expect(() => fit.at(10)).toThrow(/instead of extrapolating/)
    expect(linearFit([{ x: 1, y: 2 }], 0.95)).toBeNull()
  })

  test('its interval of the mean covers the true line as often as it says', () => {
    const draw = normals(9)
    let covered = 0
    for (let run = 0; run < 1_000; run++) {
      const points = Array.from({ length: 24 }, (_, at) => ({ x: 1 + (at % 6), y: 5 + 2 * (1 + (at % 6)) + draw() }))
      const { lower, upper } = linearFit(points, 0.9)!.at(3.5)
      if (lower <= 12 && 12 <= upper) covered++
    }
    expect(Math.abs(covered / 1_000 - 0.9)).toBeLessThan(0.03)
  })

  test('the scalability law is found again in its own figures, also without a peak', () => {
    const loads = [1, 2, 4, 8, 16, 32]
    const law = (lambda: number, sigma: number, kappa: number) =>
      loads.map(n => (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1)))
    const fit = uslFit(loads, law(100, 0.05, 0.002))!
    expect(fit.sigma).toBeCloseTo(0.05, 4)
    expect(fit.kappa).toBeCloseTo(0.002, 5)
    expect(fit.peak).toBeCloseTo(Math.sqrt(0.95 / 0.002), 1)
    expect(fit.extrapolated).toBe(false)
    expect(uslFit(loads, law(100, 0.1, 0))!.kappa).toBeLessThan(1e-6)
    expect(uslFit([1, 1, 2, 3], [1, 1, 2, 3])).toBeNull()
  })
})

group('the Speedup-Test protocol', () => {
  const draw = normals(12)
  const skewed = (n: number, scale: number) => draws(n, () => scale * Math.exp(0.8 * draw()))

  test('refuses the means of 30 skewed runs and takes 31', () => {
    expect(speedupTest(skewed(30, 2), skewed(30, 1), 0.05).mean.refused).toMatch(/more than 30/)
    const report = speedupTest(skewed(SPEEDUP_TEST_RUNS, 2), skewed(SPEEDUP_TEST_RUNS, 1), 0.05)
    expect(report.mean).toMatchObject({ refused: null, significant: true })
    expect(report.median).toMatchObject({ refused: null, significant: true })
  })

  test('finds a speed-up in normal runs and none in the other direction', () => {
    const slow = draws(30, () => 11 + draw() / 4)
    const fast = draws(30, () => 10 + draw() / 4)
    expect(speedupTest(slow, fast, 0.05)).toMatchObject({ mean: { significant: true }, median: { significant: true } })
    expect(speedupTest(fast, slow, 0.05)).toMatchObject({
      mean: { significant: false },
      median: { significant: false },
    })
    expect(speedupTest(slow, fast, 0.05).mean.speedup).toBeCloseTo(1.1, 1)
  })
})
