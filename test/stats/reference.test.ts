import { describe as group } from 'vitest'
import { binomialCdf } from '../../src/stats/binomial.ts'
import { brownForsythe } from '../../src/stats/brownForsythe.ts'
import { fisherTail } from '../../src/stats/fisherF.ts'
import { hodgesLehmann } from '../../src/stats/hodgesLehmann.ts'
import { kendallTrend } from '../../src/stats/kendall.ts'
import { kolmogorov } from '../../src/stats/ksCentred.ts'
import { lag1 } from '../../src/stats/lag1.ts'
import { linearFit } from '../../src/stats/linearFit.ts'
import { mannWhitney } from '../../src/stats/mannWhitney.ts'
import { meanInterval } from '../../src/stats/meanInterval.ts'
import { benjaminiHochberg, holm } from '../../src/stats/multiplicity.ts'
import { noncentralStudentTail } from '../../src/stats/noncentralStudent.ts'
import { normalTail } from '../../src/stats/normal.ts'
import { shapiroWilk } from '../../src/stats/shapiroWilk.ts'
import { signedRank } from '../../src/stats/signedRank.ts'
import { studentCdf, studentQuantile } from '../../src/stats/student.ts'
import { welchLog } from '../../src/stats/welchLog.ts'
import { needs } from '../needs.ts'
import { type Check, compare, DISTRIBUTION, ESTIMATE, tied, times } from './agreement.ts'
import { evaluateInR, evaluateInScipy, hasR, pyList, rVector, scipyPython } from './calculators.ts'

function distributionsInR(): Check[] {
  const within = DISTRIBUTION
  return [
    ...[-3, 0, 0.1, 1, 2.9, 3.1, 8, 20, 37].map(z => ({
      ours: normalTail(z),
      theirs: `pnorm(${z}, lower = FALSE)`,
      within,
    })),
    ...[1, 2.5, 9, 30, 400].flatMap(df =>
      [0.3, 1.7, 5, 40, 1e3].map(t => ({ ours: studentCdf(-t, df), theirs: `pt(-${t}, ${df})`, within })),
    ),
    { ours: studentCdf(-1e10, 29), theirs: 'pt(-1e10, 29)', within },
    ...[1e-12, 0.005, 0.3, 0.95].map(p => ({ ours: studentQuantile(p, 29), theirs: `qt(${p}, 29)`, within })),
    ...[
      [1, 58],
      [3, 7.5],
      [29, 29],
      [120, 4],
    ].flatMap(([a, b]) =>
      [0.2, 1, 3, 20, 2e3].map(f => ({
        ours: fisherTail(f, a!, b!),
        theirs: `pf(${f}, ${a}, ${b}, lower = FALSE)`,
        within,
      })),
    ),
    { ours: fisherTail(1e10, 29, 60), theirs: 'pf(1e10, 29, 60, lower = FALSE)', within },
    ...[0, 3, 40, 99].map(k => ({ ours: binomialCdf(k, 100, 0.37), theirs: `pbinom(${k}, 100, 0.37)`, within })),
    ...[
      [2, 29, 3.3],
      [1.7, 58, 2],
      [3, 10, 0.4],
      [6, 18, 9],
    ].map(([t, df, shift]) => ({
      ours: noncentralStudentTail(t!, df!, shift!),
      theirs: `pt(${t}, ${df}, ${shift}, lower = FALSE)`,
      within: 1e-9,
    })),
  ]
}

function rankTestsInR(): Check[] {
  const sizes = [
    [5, 7],
    [30, 30],
    [31, 45],
    [60, 80],
  ] as const
  return [
    ...sizes.flatMap(([m, n]) => {
      const [x, y] = [times(m, m), times(n + 1000, n, 1.07)]
      const ours = mannWhitney(x, y)
      const call = `wilcox.test(${rVector(y)}, ${rVector(x)}, exact = TRUE, alternative`
      const shift = hodgesLehmann(x, y, 0.9)
      const interval = `wilcox.test(${rVector(y)}, ${rVector(x)}, exact = TRUE, conf.int = TRUE, conf.level = 0.9)`
      return [
        { ours: ours.pGreater, theirs: `${call} = "greater")$p.value`, within: DISTRIBUTION },
        { ours: ours.pLess, theirs: `${call} = "less")$p.value`, within: DISTRIBUTION },
        { ours: shift.estimate, theirs: `${interval}$estimate`, within: ESTIMATE },
        { ours: shift.interval!.lower, theirs: `${interval}$conf.int[1]`, within: ESTIMATE },
        { ours: shift.interval!.upper, theirs: `${interval}$conf.int[2]`, within: ESTIMATE },
      ]
    }),
    // A thousand standard deviations apart, as far as 200 x 200 goes: 1 / choose(400, 200).
    {
      ours: mannWhitney(times(1, 200), times(2, 200, 100)).pGreater,
      theirs: '1 / choose(400, 200)',
      within: DISTRIBUTION,
    },
    {
      ours: mannWhitney(tied(1, 40), tied(2, 50)).pGreater,
      theirs: `wilcox.test(${rVector(tied(2, 50))}, ${rVector(tied(1, 40))}, exact = FALSE, alternative = "greater")$p.value`,
      within: DISTRIBUTION,
    },
    ...[6, 30, 31, 100].flatMap(n => {
      const differences = times(n + 7, n).map((value, at) =>
        Number((value - times(n + 8, n)[at]! + 0.3).toPrecision(12)),
      )
      const ours = signedRank(differences, 0.9)
      const call = `wilcox.test(${rVector(differences)}, exact = TRUE, alternative`
      const interval = `wilcox.test(${rVector(differences)}, exact = TRUE, conf.int = TRUE, conf.level = 0.9)`
      return [
        { ours: ours.pGreater, theirs: `${call} = "greater")$p.value`, within: DISTRIBUTION },
        { ours: ours.pLess, theirs: `${call} = "less")$p.value`, within: DISTRIBUTION },
        { ours: ours.estimate, theirs: `${interval}$estimate`, within: ESTIMATE },
        { ours: ours.interval!.lower, theirs: `${interval}$conf.int[1]`, within: ESTIMATE },
        { ours: ours.interval!.upper, theirs: `${interval}$conf.int[2]`, within: ESTIMATE },
      ]
    }),
    ...[9, 30, 49, 80].map(n => ({
      ours: kendallTrend(times(n, n))!.p!,
      theirs: `cor.test(1:${n}, ${rVector(times(n, n))}, method = "kendall", exact = ${n < 50 ? 'TRUE' : 'FALSE'})$p.value`,
      within: DISTRIBUTION,
    })),
    {
      ours: kendallTrend(tied(4, 60))!.tau!,
      theirs: `cor(1:60, ${rVector(tied(4, 60))}, method = "kendall")`,
      within: ESTIMATE,
    },
  ]
}

function estimatesInR(): Check[] {
  const [x, y] = [times(11, 30), times(12, 34, 1.1)]
  const [logX, logY] = [`log(${rVector(x)})`, `log(${rVector(y)})`]
  const welch = welchLog(x, y, 0.9)!
  const interval = meanInterval(x, 0.95)!
  const ps = [0.001, 0.04, 0.012, 0.6, 0.03]
  const points = Array.from({ length: 40 }, (_, at) => ({ x: 1 + (at % 8), y: times(50 + at, 1)[0]! + 3 * (at % 8) }))
  const weights = points.map(point => 1 / point.x)
  const fit = linearFit(points, 0.95, weights)!
  const model = `lm(y ~ x, data.frame(x = ${rVector(points.map(p => p.x))}, y = ${rVector(points.map(p => p.y))}), weights = ${rVector(weights)})`
  const prediction = `predict(${model}, data.frame(x = 5.5), interval = "confidence")`
  const medianDistances = `c(abs(${rVector(x)} - median(${rVector(x)})), abs(${rVector(y)} - median(${rVector(y)})))`
  const groups = `factor(c(rep(1, 30), rep(2, 34)))`
  const within = ESTIMATE
  return [
    {
      ours: welch.pGreater!,
      theirs: `t.test(${logY}, ${logX}, alternative = "greater")$p.value`,
      within: DISTRIBUTION,
    },
    { ours: Math.log(welch.lower!), theirs: `t.test(${logY}, ${logX}, conf.level = 0.9)$conf.int[1]`, within },
    { ours: welch.df!, theirs: `t.test(${logY}, ${logX})$parameter`, within },
    { ours: interval.lower, theirs: `t.test(${rVector(x)})$conf.int[1]`, within },
    ...holm(ps).map((ours, at) => ({ ours, theirs: `p.adjust(${rVector(ps)}, "holm")[${at + 1}]`, within })),
    ...benjaminiHochberg(ps).map((ours, at) => ({ ours, theirs: `p.adjust(${rVector(ps)}, "BH")[${at + 1}]`, within })),
    { ours: fit.slope.estimate, theirs: `coef(${model})[2]`, within },
    { ours: fit.intercept.lower, theirs: `confint(${model})[1, 1]`, within },
    { ours: fit.slope.upper, theirs: `confint(${model})[2, 2]`, within },
    { ours: fit.r2, theirs: `summary(${model})$r.squared`, within },
    { ours: fit.at(5.5).upper, theirs: `${prediction}[3]`, within },
    {
      ours: brownForsythe(x, y)!.p,
      theirs: `oneway.test(${medianDistances} ~ ${groups}, var.equal = TRUE)$p.value`,
      within: DISTRIBUTION,
    },
    { ours: lag1(x)!, theirs: `acf(${rVector(x)}, plot = FALSE)$acf[2]`, within },
    { ours: kolmogorov(x, y).p, theirs: `ks.test(${rVector(x)}, ${rVector(y)}, exact = TRUE)$p.value`, within: 1e-7 },
    ...[3, 4, 5, 6, 11, 12, 30, 200, 2000].flatMap(n => [
      { ours: shapiroWilk(times(n, n))!.w, theirs: `shapiro.test(${rVector(times(n, n))})$statistic`, within },
      { ours: shapiroWilk(times(n, n))!.p, theirs: `shapiro.test(${rVector(times(n, n))})$p.value`, within: 1e-7 },
    ]),
  ]
}

group('against R', () => {
  const withR = needs(hasR, 'R (Rscript)')
  const inR = (checks: readonly Check[]) => compare(checks, evaluateInR(checks.map(({ theirs }) => theirs)))

  withR('distributions agree to a relative error of 1e-10, down to 1e-300', () => inR(distributionsInR()), 60_000)
  withR('rank tests and their estimates and intervals agree', () => inR(rankTestsInR()), 60_000)
  withR('other estimates and tests agree', () => inR(estimatesInR()), 60_000)
})

group('against scipy', () => {
  needs(scipyPython !== null, 'a Python with scipy')(
    'what both know agrees',
    () => {
      const [x, y] = [times(21, 30), times(22, 30, 1.1)]
      const differences = x.map((value, at) => Number((y[at]! - value).toPrecision(12)))
      const [px, py] = [pyList(x), pyList(y)]
      const within = ESTIMATE
      const checks: Check[] = [
        { ours: normalTail(37), theirs: 'st.norm.sf(37)', within: DISTRIBUTION },
        { ours: studentCdf(-1e8, 37), theirs: 'st.t.sf(1e8, 37)', within: DISTRIBUTION },
        { ours: fisherTail(1e9, 12, 66), theirs: 'st.f.sf(1e9, 12, 66)', within: DISTRIBUTION },
        { ours: mannWhitney(x, y).pTwo, theirs: `st.mannwhitneyu(${py}, ${px}, method="exact").pvalue`, within },
        { ours: mannWhitney(x, y).u, theirs: `st.mannwhitneyu(${py}, ${px}).statistic`, within },
        {
          ours: signedRank(differences, 0.9).pGreater,
          theirs: `st.wilcoxon(${pyList(differences)}, alternative="greater", method="exact").pvalue`,
          within,
        },
        { ours: brownForsythe(x, y)!.p, theirs: `st.levene(${px}, ${py}, center="median").pvalue`, within },
        { ours: kendallTrend(x)!.p!, theirs: `st.kendalltau(list(range(30)), ${px}, method="exact").pvalue`, within },
        { ours: kolmogorov(x, y).p, theirs: `st.ks_2samp(${px}, ${py}, method="exact").pvalue`, within },
        { ours: shapiroWilk(x)!.w, theirs: `st.shapiro(${px}).statistic`, within: 1e-6 },
      ]
      compare(checks, evaluateInScipy(checks.map(({ theirs }) => theirs)))
    },
    60_000,
  )
})
