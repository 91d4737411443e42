import { expect, test } from 'vitest'
import { mergeLoad } from '../../src/experiment/mergeLoad.ts'
import { OUTCOMES, TIMES } from '../../src/model/exchange.ts'
import type { GeneratorResult } from '../../src/model/generator.ts'
import type { Load, Workload } from '../../src/model/scenario.ts'
import { createHistogram, encode, recordTimes } from '../../src/stats/histogram.ts'

const times = (...each: (readonly [ms: number, count: number])[]) => {
  const histogram = createHistogram()
  for (const [ms, count] of each) recordTimes(histogram, ms, count)
  return encode(histogram)
}

const OPEN = { kind: 'open', arrivals: 'constant', ratePerSecond: 100, records: null } as Workload
const CLOSED = { kind: 'closed', thinkMs: 0, records: null } as Workload

/** A hundred exchanges of 50 ms in a second, as measured by a generator that was late and paused so long. */
function merged({ workload = OPEN, lag = times([0.1, 100]), pauses = times() }) {
  const result = {
    measured: { ...Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])), accepted: 100 },
    total: {},
    acceptedInPhase: 100,
    measuredMs: 1000,
    unanswered: 0,
    histograms: { ...Object.fromEntries(TIMES.map(time => [time, times([50, 100])])), lag },
    pauses,
    reasons: {},
    alarms: {},
    tolerated: {},
    ackErrors: {},
    refusals: {},
    health: {},
  } as unknown as GeneratorResult
  const load = { name: 'mllp', protocol: 'mllp', workload, connections: 8, generators: 1, window: 1, timeoutMs: 1000 }
  const phases = { warmupMs: 0, measureMs: 1000, drainMs: 1000 }
  return mergeLoad(load as Load, [result], [], 0.1, phases).quantiles.response
}

test('figures of an open loop are marked where it was held up while answers waited, though no message was late', () => {
  expect(merged({})).toMatchObject({ p50: { marked: false }, max: { marked: false } })
  // 20 pauses of 45 ms hold up four or five answers each: nearly all.
  expect(merged({ pauses: times([45, 20]) })).toMatchObject({ p50: { marked: true }, p99: { marked: true } })
  expect(merged({ pauses: times([45, 1]) })).toMatchObject({ p50: { marked: false }, p99: { marked: true } })
})

test('lag marks the figures of an open loop at its own ranks, whatever the pauses', () => {
  const late = merged({ lag: times([0.1, 95], [20, 5]), pauses: times([10, 1]) })
  expect(late).toMatchObject({ p50: { marked: false, ms: expect.closeTo(50, 0) }, p99: { marked: true } })
})

test('a closed loop, which has no lag, is marked by its pauses', () => {
  const lag = times([0, 100])
  expect(merged({ workload: CLOSED, lag })).toMatchObject({ max: { marked: false } })
  expect(merged({ workload: CLOSED, lag, pauses: times([45, 20]) })).toMatchObject({ p50: { marked: true } })
})
