import { expect, test } from 'vitest'
import type { OpenWorkload } from '../../src/model/scenario.ts'
import { meanGapMs, UNPACED_GAP_MS } from '../../src/workload/messageGap.ts'
import { schedule } from '../../src/workload/schedule.ts'

const PHASES = { warmupMs: 1000, measureMs: 60_000, drainMs: 1000 }
const OPEN: OpenWorkload = { kind: 'open', arrivals: 'constant', ratePerSecond: 5, records: null, maxOutstanding: 1000 }
const CONNECTIONS = 4

const gapOf = (workload: Partial<OpenWorkload>, phases = PHASES) =>
  meanGapMs({ workload: { ...OPEN, ...workload }, connections: CONNECTIONS }, phases)

test('messages of one rate are as far apart as the rate says', () => {
  expect(gapOf({})).toBeCloseTo(200, 9)
  expect(gapOf({ ratePerSecond: 10_000 })).toBeCloseTo(0.1, 9)
  expect(gapOf({ ratePerSecond: 10_000, records: 500 })).toBeCloseTo(0.1, 9)
})

test('a rate of each feed counts for all of them', () => {
  expect(gapOf({ perFeed: true })).toBeCloseTo(50, 9)
})

test('of a load whose rate nobody knows the times do not run ahead of the clock', () => {
  expect(gapOf({ backlogPerFeed: 200 })).toBe(UNPACED_GAP_MS)
  expect(gapOf({ ratePerSecond: 0 })).toBe(UNPACED_GAP_MS)
  const closed = { workload: { kind: 'closed', thinkMs: 0, records: null }, connections: 1 } as const
  expect(meanGapMs(closed, PHASES)).toBe(UNPACED_GAP_MS)
})

test.each<[string, Partial<OpenWorkload>]>([
  ['that grows', { stages: [{ durationMs: 60_000, ratePerSecond: 100 }] }],
  ['that falls', { ratePerSecond: 100, stages: [{ durationMs: 30_000, ratePerSecond: 2 }] }],
  ['with a pause at first', { ratePerSecond: 0, stages: [{ durationMs: 0, ratePerSecond: 50 }] }],
  ['in bursts', { burst: { factor: 10, durationMs: 5000, everyMs: 20_000 } }],
  ['of a day', { curve: [2, 1, 0, 0.5, 3, 0] }],
])(
  'the times of a rate %s are at most a message ahead of the schedule, and reach most of the run',
  (_name, workload) => {
    const gapMs = gapOf(workload)
    const arrivals = schedule({
      workload: { ...OPEN, ...workload },
      phases: PHASES,
      seed: 1,
      share: { index: 0, of: 1 },
      feeds: CONNECTIONS,
    })
    while (arrivals.timeMs < PHASES.warmupMs + PHASES.measureMs) {
      expect(arrivals.index * gapMs).toBeLessThanOrEqual(arrivals.timeMs + gapMs)
      arrivals.advance()
    }
    expect(arrivals.index * gapMs).toBeGreaterThan(PHASES.measureMs / 4)
  },
)
