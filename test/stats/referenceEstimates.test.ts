import { describe as group } from 'vitest'
import { bcaMean } from '../../src/stats/bcaMean.ts'
import { twoGroups } from '../../src/stats/bimodality.ts'
import { describe } from '../../src/stats/describe.ts'
import { eDivisive } from '../../src/stats/eDivisive.ts'
import { fieller } from '../../src/stats/fieller.ts'
import { kolmogorov, ksCentred } from '../../src/stats/ksCentred.ts'
import { linearFit } from '../../src/stats/linearFit.ts'
import { mser5 } from '../../src/stats/mser5.ts'
import { powerOf } from '../../src/stats/power.ts'
import { ruleOfThree } from '../../src/stats/ruleOfThree.ts'
import { shapiroWilk } from '../../src/stats/shapiroWilk.ts'
import { speedupTest } from '../../src/stats/speedupTest.ts'
import { tukeyClass } from '../../src/stats/tukeyClass.ts'
import { uslFit } from '../../src/stats/usl.ts'
import { varianceComponents } from '../../src/stats/varianceComponents.ts'
import { welchLog } from '../../src/stats/welchLog.ts'
import { wilson } from '../../src/stats/wilson.ts'
import { needs } from '../needs.ts'
import { type Check, compare, DISTRIBUTION, ESTIMATE, sample, tied, times } from './agreement.ts'
import { evaluateInR, evaluateInScipy, hasR, pyList, rVector, scipyPython } from './calculators.ts'

const normals = (seed: number, n: number, centre = 10) =>
  sample(seed, n, random => centre + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))

function descriptivesInR(): Check[] {
  const within = ESTIMATE
  return [times(31, 30), tied(32, 17), times(33, 8, 1e-6)].flatMap(x => {
    const ours = describe(x)
    const r = rVector(x)
    const fence = (factor: number) =>
      `{x <- ${r}; q <- quantile(x, c(.25, .75)); sum(x < q[1] - ${factor} * diff(q) | x > q[2] + ${factor} * diff(q))}`
    return [
      { ours: ours.mean, theirs: `mean(${r})`, within },
      { ours: ours.sd!, theirs: `sd(${r})`, within },
      { ours: ours.q1, theirs: `quantile(${r}, 0.25)`, within },
      { ours: ours.q3, theirs: `quantile(${r}, 0.75)`, within },
      { ours: ours.mad, theirs: `mad(${r}, constant = 1)`, within },
      { ours: ours.geoMean!, theirs: `exp(mean(log(${r})))`, within },
      { ours: tukeyClass(x).severe, theirs: fence(3), within },
      { ours: tukeyClass(x).mild + tukeyClass(x).severe, theirs: fence(1.5), within },
    ]
  })
}

function ratiosInR(): Check[] {
  const [x, y] = [times(41, 20), times(42, 26, 1.2)]
  const ours = fieller(x, y, 0.95)!
  // Fieller's bounds are the ratios at which the t statistic of mean(y) - ratio mean(x) is just significant.
  const bound = (sign: number, from: number, to: number) =>
    `{x <- ${rVector(x)}; y <- ${rVector(y)}
      t <- function(r) (mean(y) - r * mean(x)) / sqrt(var(y) / 26 + r^2 * var(x) / 20)
      uniroot(function(r) t(r) - ${sign} * qt(0.975, 44), c(${from}, ${to}), tol = 1e-15)$root}`
  const clones = Array.from({ length: 7 }, (_, clone) => times(100 + clone, 5, 1 + clone / 10))
  const components = varianceComponents(clones)!
  const squares = `summary(aov(${rVector(clones.flat())} ~ factor(rep(1:7, each = 5))))[[1]]$"Mean Sq"`
  const within = ESTIMATE
  return [
    { ours: ours.lower!, theirs: bound(1, 0, ours.ratio), within },
    { ours: ours.upper!, theirs: bound(-1, ours.ratio, 9), within },
    {
      ours: welchLog(x, y, 0.9)!.pTwo!,
      theirs: `t.test(log(${rVector(x)}), log(${rVector(y)}))$p.value`,
      within: DISTRIBUTION,
    },
    { ours: components.withinRuns, theirs: `${squares}[2]`, within },
    { ours: components.betweenClones, theirs: `-diff(${squares}) / 5`, within },
  ]
}

function planningInR(): Check[] {
  const plans = [
    [30, 0.1, 0.1, 0.05],
    [10, 0.05, 0.1, 0.005],
    [100, 0.03, 0.2, 0.05],
    [400, 0.02, 0.1, 0.01],
  ] as const
  return [
    ...plans.flatMap(([n, effect, logSd, alpha]) =>
      [true, false].map(paired => ({
        ours: powerOf(n, effect, alpha, { logSd, paired }),
        theirs: `power.t.test(n = ${n}, delta = log1p(${effect}), sd = ${logSd}, sig.level = ${alpha},
          type = "${paired ? 'one' : 'two'}.sample", alternative = "one.sided")$power`,
        within: ESTIMATE,
      })),
    ),
    ...[1, 30, 12_000].map(n => ({
      ours: ruleOfThree(n, 0.95),
      theirs: `binom.test(0, ${n}, alternative = "less", conf.level = 0.95)$conf.int[2]`,
      within: DISTRIBUTION,
    })),
    { ours: wilson(7, 30, 0.9).lower, theirs: 'prop.test(7, 30, conf.level = 0.9, correct = FALSE)$conf.int[1]' },
    { ours: wilson(7, 30, 0.9).upper, theirs: 'prop.test(7, 30, conf.level = 0.9, correct = FALSE)$conf.int[2]' },
  ].map(check => ({ within: ESTIMATE, ...check }))
}

function diagnosticsInR(): Check[] {
  const warming = Array.from({ length: 90 }, (_, at) => times(at, 1)[0]! + Math.max(0, 30 - at))
  const groups = [...times(51, 20), ...times(52, 10, 1.8)]
  const stepped = [...normals(53, 23), ...normals(54, 17, 13)]
  return [
    ...[3, 4, 6, 7, 11, 12, 30, 500, 5_000].flatMap(n =>
      [times(n, n), normals(n, n), tied(n + 1, n)].flatMap(x => [
        { ours: shapiroWilk(x)!.w, theirs: `shapiro.test(${rVector(x)})$statistic`, within: DISTRIBUTION },
        { ours: shapiroWilk(x)!.p, theirs: `shapiro.test(${rVector(x)})$p.value`, within: DISTRIBUTION },
      ]),
    ),
    // R finds small exact p as 1 - P and so to 1e-16 only: the arms differ little here.
    ...[
      [5, 7],
      [31, 45],
      [99, 101],
    ].flatMap(([m, n]) =>
      [times, tied].map(make => ({
        ours: kolmogorov(make(m!, m!), make(n! + 1, n!)).p,
        theirs: `ks.test(${rVector(make(m!, m!))}, ${rVector(make(n! + 1, n!))}, exact = TRUE)$p.value`,
        within: DISTRIBUTION,
      })),
    ),
    ...[1, 1.5].map(scale => ({
      ours: ksCentred(times(1, 120), times(2, 130, scale)).p,
      theirs: `{x <- ${rVector(times(1, 120))}; y <- ${rVector(times(2, 130, scale))}
        ks.test(x - median(x), y - median(y), exact = FALSE)$p.value}`,
      within: ESTIMATE,
    })),
    {
      ours: mser5(warming)!.drop,
      theirs: `{z <- colMeans(matrix(${rVector(warming)}, 5)); k <- length(z)
        error <- sapply(0:(k %/% 2), function(d) {left <- z[(d + 1):k]; sum((left - mean(left))^2) / (k - d)^2})
        5 * (which.min(error) - 1)}`,
      within: 0,
    },
    {
      ours: twoGroups(groups)!.explained,
      theirs: `{x <- sort(${rVector(groups)})
        max(sapply(3:27, function(cut) summary(lm(x ~ I(1:30 > cut)))$r.squared))}`,
      within: ESTIMATE,
    },
    {
      ours: eDivisive(stepped, { seed: 1 })![0]!.index,
      theirs: `{d <- as.matrix(dist(${rVector(stepped)})); n <- nrow(d)
        energy <- function(m) {a <- 1:m; b <- (m + 1):n
          m * (n - m) / n * (2 * mean(d[a, b]) - sum(d[a, a]) / (m * (m - 1)) - sum(d[b, b]) / ((n - m) * (n - m - 1)))}
        1 + which.max(sapply(2:(n - 2), energy))}`,
      within: 0,
    },
  ]
}

function fitsInR(): Check[] {
  const points = Array.from({ length: 30 }, (_, at) => ({ x: 1 + (at % 6), y: times(60 + at, 1)[0]! + 2 * (at % 6) }))
  const fit = linearFit(points, 0.9)!
  const columns = `data.frame(x = ${rVector(points.map(({ x }) => x))}, y = ${rVector(points.map(({ y }) => y))})`
  const upper = (x: string) => `predict(model, data.frame(x = ${x}), interval = "confidence", level = 0.9)[3]`
  const loads = [1, 2, 4, 8, 16, 32]
  const throughputs = [10, 20, 39.5, 72, 90, 80]
  const law = uslFit(loads, throughputs)!
  // Gauss-Newton by QR with the exact gradient; nls() has a numerical one and stops at six digits.
  const coefficient = (index: number) =>
    `{n <- ${rVector(loads)}; p <- c(10, 0.01, 0.003)
      for (step in 1:100) {
        x <- p[1] * n / (1 + p[2] * (n - 1) + p[3] * n * (n - 1))
        gradient <- cbind(x / p[1], -x^2 / (p[1] * n) * (n - 1), -x^2 / p[1] * (n - 1))
        p <- p + qr.solve(gradient, ${rVector(throughputs)} - x, tol = 1e-14)
      }
      p[${index}]}`
  return [
    {
      ours: fit.largestWithin(17) as number,
      theirs: `{model <- lm(y ~ x, ${columns}); uniroot(function(x) ${upper('x')} - 17, c(1, 6), tol = 1e-15)$root}`,
      within: ESTIMATE,
    },
    { ours: fit.slope.lower, theirs: `confint(lm(y ~ x, ${columns}), level = 0.9)[2, 1]`, within: ESTIMATE },
    { ours: law.lambda, theirs: coefficient(1), within: ESTIMATE },
    { ours: law.sigma, theirs: coefficient(2), within: ESTIMATE },
    { ours: law.kappa, theirs: coefficient(3), within: ESTIMATE },
  ]
}

function protocolInR(): Check[] {
  const test = (x: readonly number[], y: readonly number[], equal: string) =>
    `t.test(${rVector(x)}, ${rVector(y)}, alternative = "greater", var.equal = ${equal})$p.value`
  const [slow, fast] = [normals(71, 31, 10.4), normals(72, 31)]
  const wide = fast.map(value => 10 + 3 * (value - 10))
  const within = DISTRIBUTION
  return [
    { ours: speedupTest(slow, fast, 0.05).mean.p!, theirs: test(slow, fast, 'TRUE'), within },
    { ours: speedupTest(slow, wide, 0.05).mean.p!, theirs: test(slow, wide, 'FALSE'), within },
    {
      ours: speedupTest(slow, fast, 0.05).median.p!,
      theirs: `wilcox.test(${rVector(slow)}, ${rVector(fast)}, alternative = "greater")$p.value`,
      within,
    },
  ]
}

group('against R', () => {
  needs(hasR, 'R (Rscript)')(
    'descriptives, ratios, plans, diagnostics, fits and the Speedup-Test protocol agree',
    () => {
      const checks = [
        ...descriptivesInR(),
        ...ratiosInR(),
        ...planningInR(),
        ...diagnosticsInR(),
        ...fitsInR(),
        ...protocolInR(),
      ]
      compare(checks, evaluateInR(checks.map(({ theirs }) => theirs)))
    },
    60_000,
  )
})

group('against scipy', () => {
  needs(scipyPython !== null, 'a Python with scipy')(
    'descriptives, t tests, fits and the bootstrap agree',
    () => {
      const [x, y] = [times(81, 30), times(82, 30, 1.1)]
      const [px, py] = [pyList(x), pyList(y)]
      const skewed = sample(83, 10, random => -Math.log(1 - random()))
      const bootstrap = bcaMean(skewed, 1, 0.9, 100_000)!
      const theirs = (bound: string) =>
        `st.bootstrap((${pyList(skewed)},), __import__("numpy").mean, n_resamples=100000, confidence_level=0.9, method="BCa",
          random_state=1).confidence_interval.${bound}`.replace(/\s+/g, ' ')
      const fit = linearFit(
        x.map((value, at) => ({ x: value, y: y[at]! })),
        0.9,
      )!
      const within = ESTIMATE
      const checks: Check[] = [
        { ours: describe(x).geoMean!, theirs: `st.gmean(${px})`, within },
        { ours: describe(x).mad, theirs: `st.median_abs_deviation(${px})`, within },
        { ours: describe(x).cv!, theirs: `st.variation(${px}, ddof=1)`, within },
        {
          ours: speedupTest(y, x, 0.05).median.p!,
          theirs: `st.mannwhitneyu(${py}, ${px}, alternative="greater", method="exact").pvalue`,
          within,
        },
        // scipy 1.10 works in single precision here.
        { ours: shapiroWilk(x)!.p, theirs: `st.shapiro(${px}).pvalue`, within: 1e-4 },
        { ours: fit.slope.estimate, theirs: `st.linregress(${px}, ${py}).slope`, within },
        { ours: fit.r2, theirs: `st.linregress(${px}, ${py}).rvalue ** 2`, within },
        { ours: wilson(7, 30, 0.9).upper, theirs: 'st.binomtest(7, 30).proportion_ci(0.9, "wilson").high', within },
        // Two bootstraps of 100,000 differ by some thousandths; without the correction of the bias it is some hundredths.
        { ours: bootstrap.lower, theirs: theirs('low'), within: 0.01 },
        { ours: bootstrap.upper, theirs: theirs('high'), within: 0.01 },
      ]
      compare(checks, evaluateInScipy(checks.map(({ theirs }) => theirs)))
    },
    60_000,
  )
})
