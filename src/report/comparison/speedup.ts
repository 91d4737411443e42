import { type ProtocolStep, speedupTest } from '../../stats/speedupTest.ts'
import { comparedMetrics } from './comparedMetrics.ts'
import type { ComparisonInput } from './comparison.ts'
import { stageSample } from './samples.ts'

const ALPHA = 0.05

/** The Speedup-Test protocol's report on stage 1 of a comparison, for each gated metric that is a ratio, with its own conditions. */
export function renderSpeedupTest({ plan, results }: ComparisonInput): string {
  const lines = plan.cases.flatMap(({ id, scenario }) =>
    scenario.load.flatMap(load =>
      comparedMetrics(load)
        .filter(({ gated, kind }) => gated && kind === 'ratio')
        .flatMap(metric => {
          const { answered: sample } = stageSample(
            load,
            metric,
            results.filter(({ run }) => run.caseId === id),
            1,
          )
          const title = `${id} ${load.name}.${metric.name}`
          if (sample.baseline.length < 2) return [`${title}: not judged: too few pairs`]
          return reportOf(title, sample.baseline, sample.candidate, metric.better)
        }),
    ),
  )
  return `${[INTRO, ...lines].join('\n')}\n`
}

const INTRO = `Speedup-Test protocol (Touati, Worms and Briais 2013), risk ${ALPHA} for every test. It asks whether the candidate is faster, knows neither pairs nor
an interval nor "the same", tests normality at the risk of the test itself, and refuses skewed samples of up to 30 runs. The verdict above is the gate's, not this one.`

/** Rates are turned over: the protocol speaks of times. */
function reportOf(
  title: string,
  baseline: readonly number[],
  candidate: readonly number[],
  better: 'lower' | 'higher',
): string[] {
  const times = (values: readonly number[]) => (better === 'lower' ? values : values.map(value => 1 / value))
  const { mean, median, minSpeedup, n } = speedupTest(times(baseline), times(candidate), ALPHA)
  return [
    `${title}: ${n[0]} and ${n[1]} runs, speedup of the fastest ${speedup(minSpeedup)}`,
    ...[mean, median].flatMap(stepLines),
  ]
}

function stepLines({ name, speedup: value, conditions, refused, test, p, significant }: ProtocolStep): string[] {
  const outcome =
    refused === null
      ? `${test}: p ${p!.toPrecision(3)}, ${significant ? 'a significant speedup' : 'no significant speedup'}`
      : `refused: ${refused}`
  return [`  ${name}: speedup ${speedup(value)}; ${conditions.join('; ')}`, `    ${outcome}`]
}

const speedup = (value: number | null): string => (value === null ? 'none' : value.toFixed(3))
