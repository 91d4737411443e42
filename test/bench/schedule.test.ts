import { expect, test } from 'vitest'
import type { Contender, Pace } from '../../bench/schedule/contender.ts'
import type { Observation, Setting } from '../../bench/schedule/perform.ts'
import { summarizeSetting } from '../../bench/schedule/summary.ts'
import { tableOf } from '../../bench/schedule/table.ts'

const contender = (name: string): Contender => ({
  name,
  version: '1',
  tells: 'lag',
  exchanges: false,
  keepPace: () => Promise.reject(new Error('not called')),
})

const setting = (native: Contender | null): Setting => ({
  load: 'ADT^A01',
  rate: 'fixed',
  ratePerSecond: 20_000,
  receiver: 'mllpReceiver',
  pair: [contender('hl7bench'), contender('bare loop')],
  native,
  others: [],
})

const pace = (p99: number): Pace => ({
  lag: { p50: 0.1, p99, p999: 2 * p99 },
  achievedPerSecond: null,
  dropped: null,
  latencyMs: null,
  cpuShare: 1,
  starvedShare: 0,
  stolenShare: null,
})

/** One measurement of a contender in each of ten repetitions. */
const observe = (name: string, p99: (repetition: number) => number, disturbed: readonly number[] = []): Observation[] =>
  Array.from({ length: 10 }, (_, i) => i + 1).map(repetition => ({
    ...pace(p99(repetition)),
    load: 'ADT^A01',
    rate: 'fixed',
    ratePerSecond: 20_000,
    repetition,
    attempt: 1,
    contender: name,
    receiverStarvedShare: null,
    disturbed: disturbed.includes(repetition),
  }))

const pair = [...observe('hl7bench', r => 30 * r), ...observe('bare loop', r => 10 * r)]

test('the lag of the pair is judged repetition by repetition, and that of the C sender told beside it', () => {
  const { lagP99, native } = summarizeSetting(setting(contender('C')), [...pair, ...observe('C', r => 20 * r)])
  expect(lagP99.ofBareLoop?.median).toBeCloseTo(3)
  expect(lagP99.verdict).toBe('missed')
  expect(native?.lagP99OfBareLoop?.median).toBeCloseTo(2)
})

test('a C sender that was disturbed takes nothing from the pair, and its ratio is made of the other repetitions', () => {
  const disturbed = [1, 2, 3]
  const summary = summarizeSetting(setting(contender('C')), [
    ...pair,
    ...observe('C', r => (disturbed.includes(r) ? 1e6 : 20 * r), disturbed),
  ])
  expect(summary.pairsUndisturbed).toBe(10)
  expect(summary.native?.lagP99OfBareLoop?.upper).toBeCloseTo(2)
})

test('the table tells when there is no C sender by leaving it out, and when it was measured too seldom in words', () => {
  expect(tableOf(summarizeSetting(setting(null), pair))).not.toContain('C: lag p99')
  expect(tableOf(summarizeSetting(setting(contender('C')), pair))).toContain('C: lag p99 not told (too few pairs)')
})
