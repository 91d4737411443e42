import { expect, describe as group, test } from 'vitest'
import { describe } from '../../src/stats/describe.ts'
import { eDivisive } from '../../src/stats/eDivisive.ts'
import { linearFit } from '../../src/stats/linearFit.ts'
import { benjaminiHochberg, holm } from '../../src/stats/multiplicity.ts'
import { logSdOf, runsFor, runsForSame, smallestEffect } from '../../src/stats/power.ts'
import { shapiroWilk } from '../../src/stats/shapiroWilk.ts'
import { uslFit } from '../../src/stats/usl.ts'

const relative = (found: number, certified: number) => Math.abs(found / certified - 1)

group('reference data of NIST (Statistical Reference Datasets)', () => {
  test.each([
    ['NumAcc3', 1_000_000],
    ['NumAcc4', 10_000_000],
  ])('%s: mean and standard deviation of alternating digits behind a large offset', (_, offset) => {
    const values = [offset + 0.2, ...Array.from({ length: 1_000 }, (_, at) => offset + (at % 2 === 0 ? 0.1 : 0.3))]
    const { mean, sd } = describe(values)
    expect(relative(mean, offset + 0.2)).toBeLessThan(1e-15)
    // The digits themselves are only stored to some 1e-9 of their spread.
    expect(relative(sd!, 0.1)).toBeLessThan(1e-7)
  })

  test('Norris: line, residual and share of the variance', () => {
    const y = [
      0.1, 338.8, 118.1, 888, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,
      557.7, 228.3, 998, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2,
    ]
    const x = [
      0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777, 558.2, 0.4, 0.6, 775.5, 666.9, 338, 447.5, 11.6,
      556, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999, 779, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5,
    ]
    const fit = linearFit(
      x.map((value, at) => ({ x: value, y: y[at]! })),
      0.95,
    )!
    expect(relative(fit.intercept.estimate, -0.262323073774029)).toBeLessThan(1e-12)
    expect(relative(fit.slope.estimate, 1.00211681802045)).toBeLessThan(1e-13)
    expect(relative(fit.r2, 0.999993745883712)).toBeLessThan(1e-13)
    // The certified standard deviation of the slope times t(0.975, 34).
    const half = (fit.slope.upper - fit.slope.lower) / 2
    expect(relative(half, 0.429796848199937e-3 * 2.032244509317719)).toBeLessThan(1e-10)
  })
})

test('the example of Shapiro and Wilk (Biometrika 52, 1965): eleven weights of men', () => {
  const weights = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]
  expect(shapiroWilk(weights)!.w).toBeCloseTo(0.79, 2)
  expect(shapiroWilk(weights)!.p).toBeLessThan(0.01)
})

test('the example of Benjamini and Hochberg (JRSS B 57, 1995): four findings of fifteen, and three by Holm', () => {
  const ps = [
    1e-4, 4e-4, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ]
  expect(benjaminiHochberg(ps).filter(p => p <= 0.05)).toHaveLength(4)
  expect(holm(ps).filter(p => p <= 0.05)).toHaveLength(3)
})

group('the planning table of the gate', () => {
  const POWER = Math.sqrt(0.9)
  const noise = (cv: number) => ({ logSd: logSdOf(cv), paired: false })

  test.each([
    [0.03, 0.026, [9, 4, 2]],
    [0.05, 0.044, [24, 7, 3]],
    [0.1, 0.089, [91, 25, 8]],
    [0.18, 0.165, [289, 77, 22]],
    [0.2, 0.185, [355, 94, 27]],
  ])('two stages at CV %f: 30 runs find %f, and so many find 5, 10 and 20 %%: %j', (cv, detectable, runs) => {
    expect(smallestEffect(30, 0.05, POWER, noise(cv))).toBeCloseTo(detectable, 3)
    expect([0.05, 0.1, 0.2].map(effect => runsFor(effect, 0.05, POWER, noise(cv)))).toEqual(runs)
  })

  test.each([
    [0.03, 5, 10],
    [0.05, 10, 24],
    [0.1, 35, 92],
    [0.2, 131, 358],
  ])('one stage at CV %f: %i runs find 10 %%; %i show that nothing changed by 5 %%', (cv, found, same) => {
    expect(runsFor(0.1, 0.005, 0.9, noise(cv))).toBe(found)
    expect(runsForSame(0.05, noise(cv))).toBe(same)
  })
})

group('the Universal Scalability Law', () => {
  const loads = [1, 18, 36, 72, 108, 144, 216]
  const throughputs = [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775, 1702.2]

  test('on SPEC SDM91 (Gunther 2007) has the published coefficients and peak', () => {
    const fit = uslFit(loads, throughputs)!
    expect(fit.lambda).toBeCloseTo(89.995, 3)
    expect(fit.sigma).toBeCloseTo(0.0277, 4)
    expect(fit.kappa).toBeCloseTo(0.000104, 6)
    expect(fit.peak).toBeCloseTo(96.5, 1)
    expect(fit.extrapolated).toBe(false)
  })

  test('fits as well whatever the unit of the load', () => {
    const fit = uslFit(loads, throughputs)!
    const finer = uslFit(
      loads.map(load => 1_000 * load),
      throughputs,
    )!
    expect(finer.r2).toBeCloseTo(fit.r2, 9)
    expect(finer.most).toBeCloseTo(fit.most!, 5)
  })

  test('stays within its bounds, and is the best there', () => {
    const [n, faster] = [
      [1, 2, 4, 8, 16],
      [10, 21, 43, 90, 185],
    ]
    const fit = uslFit(n, faster)!
    expect(fit).toMatchObject({ sigma: 0, kappa: 0, peak: null, most: null, extrapolated: false })
    // A line through 0 then: sum(N X) / sum(N^2).
    expect(fit.lambda).toBeCloseTo(3_904 / 341, 10)
  })

  test('is the best fit anywhere, not the best nearby', () => {
    // From small contention alone the descent ends in a valley with r2 below 0.
    expect(uslFit([1, 464, 928, 1_391, 1_854], [51.7, 92.5, 109, 106, 90.4])!.r2).toBeCloseTo(0.87604, 5)
  })

  test('says so when the peak lies outside the measured loads', () => {
    expect(uslFit(loads.slice(0, 5), throughputs.slice(0, 5))!.extrapolated).toBe(false)
    // lambda 100, sigma 0.05, kappa 0.002: the peak lies at 21.8.
    const rising = [1, 2, 4, 8].map(n => (100 * n) / (1 + 0.05 * (n - 1) + 0.002 * n * (n - 1)))
    expect(uslFit([1, 2, 4, 8], rising)!).toMatchObject({ extrapolated: true })
    expect(uslFit([1, 2, 4, 8], [10, 9, 7, 5])!).toMatchObject({ extrapolated: true })
  })
})

test('the series in the README of jhunter, a port of Apache Otava, changes at 10 and nowhere else', () => {
  const before = [1.02, 0.95, 0.99, 1, 1.12, 1, 1.01, 0.98, 1.01, 0.96]
  const after = [0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51, 0.5, 0.49]
  expect(eDivisive([...before, ...after], { seed: 1 })).toMatchObject([{ index: 10, p: 0.001, before: 1, after: 0.5 }])
})
