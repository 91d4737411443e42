import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { SHAPES } from '../../bench/gate/noise.ts'
import { simulate } from '../../bench/gate/simulate.ts'
import { advise } from '../../src/stats/gate/advise.ts'
import { judgeMetric, type MetricSample } from '../../src/stats/gate/judgeMetric.ts'
import { judgeStages, overall } from '../../src/stats/gate/judgeStages.ts'
import { DEFAULT_SETTINGS, type GateSettings, stageAlpha } from '../../src/stats/gate/settings.ts'
import { createRandom } from '../../src/stats/random.ts'

const settings: GateSettings = { ...DEFAULT_SETTINGS, gatedMetrics: 4 }
const random = createRandom(17)
const around = (middle: number, spread: number, n = 30) =>
  Array.from({ length: n }, () => middle * (1 + spread * (random() - 0.5)))

const sample = (
  baseline: readonly number[],
  candidate: readonly number[],
  rest: Partial<MetricSample> = {},
): MetricSample => ({
  better: 'lower',
  kind: 'ratio',
  paired: true,
  marked: false,
  baseline,
  candidate,
  ...rest,
})
const judge = (of: MetricSample) => judgeMetric(of, settings)

group('one metric in one stage', () => {
  test('clearly more time is slower, clearly less faster, and hardly any difference the same', () => {
    const base = around(10, 0.04)
    expect(judge(sample(base, around(11, 0.04)))).toMatchObject({ outcome: 'slower', reason: null, n: 30 })
    expect(judge(sample(base, around(9, 0.04)))).toMatchObject({ outcome: 'faster' })
    expect(judge(sample(base, around(10.05, 0.04)))).toMatchObject({ outcome: 'same' })
    expect(judge(sample(around(10, 0.8), around(10, 0.8)))).toMatchObject({ outcome: 'inconclusive' })
  })

  test('more throughput is better', () => {
    const judged = judge(sample(around(10, 0.04), around(11, 0.04), { better: 'higher' }))
    expect(judged.outcome).toBe('faster')
    expect(judged.change!.estimate).toBeCloseTo(1.1, 1)
  })

  test('a change that is certain but smaller than the least worth a verdict is none', () => {
    expect(judge(sample(around(10, 0.001), around(10.2, 0.001)))).toMatchObject({ outcome: 'same', pSlower: 2 ** -30 })
  })

  test('figures that are upper bounds may show slower, but neither faster nor the same', () => {
    const marked = { marked: true }
    expect(judge(sample(around(10, 0.04), around(11, 0.04), marked)).outcome).toBe('slower')
    expect(judge(sample(around(10, 0.04), around(9, 0.04), marked)).outcome).toBe('inconclusive')
    expect(judge(sample(around(10, 0.01), around(10, 0.01), marked)).outcome).toBe('inconclusive')
  })

  test('too few runs are insufficient, and values without a ratio invalid, each with the reason', () => {
    expect(judge(sample([1, 2, 3], [1, 2, 3]))).toMatchObject({
      outcome: 'insufficient',
      reason: '3 pairs, at least 10 are needed',
    })
    expect(judge(sample([0, ...around(1, 0.1)], around(1, 0.1, 31)))).toMatchObject({
      outcome: 'invalid',
      reason: 'a run of the baseline has the value 0',
    })
    expect(judge(sample(around(1, 0.1, 20), around(1, 0.1, 21))).outcome).toBe('invalid')
  })

  test('errors in neither arm are the same; more errors are slower by their difference', () => {
    const errors = { kind: 'difference' } as const
    const none = Array<number>(30).fill(0)
    const some = none.map((_, run) => (run % 3 === 0 ? 0.02 : 0))
    const few = none.map((_, run) => (run % 3 === 0 ? 0.0005 : 0))
    expect(judge(sample(none, none, errors))).toMatchObject({ outcome: 'same', change: { estimate: 0 } })
    expect(judge(sample(none, some, errors)).outcome).toBe('slower')
    expect(judge(sample(some, none, errors)).outcome).toBe('faster')
    expect(judge(sample(none, few, errors)).outcome).toBe('same')
    expect(judge(sample(none, some, { ...errors, paired: false })).outcome).toBe('slower')
  })

  test('swapping the arms mirrors the outcome, scaling both leaves it, and the order of pairs does not matter', () => {
    const mirror = { slower: 'faster', faster: 'slower' } as Record<string, string>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 50, max: 99 }), fc.integer({ min: 50, max: 120 })), {
          minLength: 10,
          maxLength: 30,
        }),
        fc.boolean(),
        (pairs, paired) => {
          const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
          const { outcome } = judge(sample(x, y, { paired }))
          expect(judge(sample(y, x, { paired })).outcome).toBe(mirror[outcome] ?? outcome)
          expect(judge(sample(x.toReversed(), y.toReversed(), { paired })).outcome).toBe(outcome)
          const scaled = [x, y].map(values => values.map(value => value * 8)) as [number[], number[]]
          expect(judge(sample(...scaled, { paired })).outcome).toBe(outcome)
        },
      ),
    )
  })
})

test('pairs of equal ratios are ties in any unit', () => {
  const baseline = [50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99, 51]
  const candidate = baseline.map((value, pair) => (pair % 3 === 0 ? value / 2 : value * 2))
  const p = (factor: number) => {
    const [x, y] = [baseline, candidate].map(values => values.map(value => value * factor)) as [number[], number[]]
    const { pSlower, pFaster } = judge(sample(x, y))
    return { pSlower, pFaster }
  }
  for (const factor of [3, 7, 8, 0.1, 1e-3]) expect(p(factor)).toEqual(p(1))
})

group('two stages', () => {
  const slower = judge(sample(around(10, 0.04), around(11, 0.04)))
  const faster = judge(sample(around(10, 0.04), around(9, 0.04)))
  const same = judge(sample(around(10, 0.04), around(10, 0.04)))
  const insufficient = judge(sample([10, 10.1, 10.2], [11, 11.1, 11.2]))

  test('only what fresh runs show again is claimed, with the figures of the fresh ones', () => {
    expect(judgeStages(slower, slower)).toEqual({ verdict: 'slower', stage: 2, remark: null })
    expect(judgeStages(slower, same)).toMatchObject({ verdict: 'same', stage: 2 })
    expect(judgeStages(slower, faster)).toMatchObject({ verdict: 'inconclusive', stage: 2 })
    expect(judgeStages(slower, insufficient)).toMatchObject({
      verdict: 'insufficient',
      remark: 'suspected to be slower; too few fresh runs count to confirm it',
    })
    expect(judgeStages(slower, null)).toMatchObject({ verdict: 'inconclusive', stage: 1 })
  })

  test('fresh runs made for another metric accuse nobody', () => {
    expect(judgeStages(same, slower)).toEqual({ verdict: 'same', stage: 1, remark: null })
  })

  test('share out the risk: 1 % over 4 metrics is 5 % in each stage', () => {
    expect(stageAlpha(settings)).toBeCloseTo(0.05, 12)
    expect(stageAlpha({ ...settings, gatedMetrics: 1 })).toBeCloseTo(0.1, 12)
  })

  test('the worst news of all metrics is the verdict of the whole', () => {
    expect(overall(['same', 'faster', 'slower', 'invalid'])).toBe('slower')
    expect(overall(['same', 'inconclusive', 'faster'])).toBe('inconclusive')
    expect(overall(['same', 'faster'])).toBe('faster')
    expect(overall(['same', 'same'])).toBe('same')
    expect(overall([])).toBe('insufficient')
  })
})

group('advice', () => {
  test('an inconclusive comparison says how many runs would settle it', () => {
    const values = around(10, 0.35)
    const of = sample(values, [...values.slice(15), ...values.slice(0, 15)])
    const advice = advise(of, judge(of), settings)
    expect(advice.runsNeeded).toBeGreaterThan(60)
    expect(advice.runsNeeded).toBeLessThan(200)
    expect(advice.detectable).toBeGreaterThan(0.05)
    const clear = sample(around(10, 0.04), around(11, 0.04))
    expect(advise(clear, judge(clear), settings).runsNeeded).toBeNull()
  })

  test('what would settle it is always more than there was, and nothing does for upper bounds that look the same', () => {
    const drawn = createRandom(5)
    const { draw } = SHAPES[0]!
    const arm = (middle: number) => Array.from({ length: 30 }, () => middle * draw(drawn) ** 2)
    let inconclusive = 0
    for (let trial = 0; trial < 400; trial++) {
      const of = sample(arm(10), arm(10 * (1 + (trial % 6) / 100)))
      const judged = judge(of)
      if (judged.outcome !== 'inconclusive') continue
      inconclusive++
      expect(advise(of, judged, settings).runsNeeded).toBeGreaterThan(30)
    }
    expect(inconclusive).toBeGreaterThan(20)
    const marked = sample(around(10, 0.01), around(10, 0.01), { marked: true })
    expect(advise(marked, judge(marked), settings).runsNeeded).toBeNull()
  })

  test('flags tell of outliers, drift, a changed spread and a second mode', () => {
    const steady = around(10, 0.02)
    const flags = (baseline: readonly number[], candidate: readonly number[]) => {
      const of = sample(baseline, candidate)
      return advise(of, judge(of), settings).flags.join('; ')
    }
    expect(flags(steady, steady)).toBe('')
    expect(flags(steady, [...steady.slice(1), 30])).toMatch(/candidate: 1 severe outlier/)
    expect(
      flags(
        steady.map((value, run) => value + run),
        steady,
      ),
    ).toMatch(/baseline: drifts over the experiment/)
    expect(flags(steady, around(10, 0.4))).toMatch(/the spread changed \(Brown-Forsythe p/)
    expect(
      flags(
        steady,
        steady.map((value, run) => (run % 2 === 0 ? value : value + 5)),
      ),
    ).toMatch(/two modes/)
  })
})

test('by simulation the gate fails at most 1 % of unchanged metrics and finds 10 % at CV 10 % nine times in ten', () => {
  const trials = 600
  const shares = (shapeName: string, ratio: number, paired: boolean) => {
    const shape = SHAPES.find(({ name }) => name === shapeName)!
    const drawn = createRandom(99)
    let slower = 0
    for (let trial = 0; trial < trials; trial++)
      if (simulate({ shape, ratio, runs: 30, paired, settings }, drawn) === 'slower') slower++
    return slower / trials
  }
  for (const shape of SHAPES) expect(shares(shape.name, 1, true)).toBeLessThanOrEqual(0.012)
  expect(shares('normal 10 %', 1.1, false)).toBeGreaterThan(0.9)
  expect(shares('normal 10 %', 1.1, true)).toBeGreaterThan(0.88)
})
