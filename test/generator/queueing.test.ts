import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OUTCOMES } from '../../src/model/exchange.ts'
import type { OpenWorkload } from '../../src/model/scenario.ts'
import { drive } from './driveScripted.ts'
import type { Answer } from './scriptedLinks.ts'

interface Stall {
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * A feed with `window` messages in flight to a receiver that takes `serviceMs` for each and answers nothing while it is stalled, simulated on its own:
 * when each of the messages due at `intendedMs` is sent and done.
 */
function simulate(intendedMs: readonly number[], window: number, serviceMs: number, stall: Stall | null) {
  const freeMs = new Array<number>(window).fill(0)
  return intendedMs.map(dueMs => {
    const slot = freeMs.indexOf(Math.min(...freeMs))
    const sentMs = Math.max(dueMs, freeMs[slot]!)
    const readyMs = sentMs + serviceMs
    const doneMs = stall !== null && readyMs >= stall.fromMs && readyMs < stall.untilMs ? stall.untilMs : readyMs
    freeMs[slot] = doneMs
    return { sentMs, doneMs }
  })
}

const shapes: readonly (readonly [string, Partial<OpenWorkload>])[] = [
  ['a light load', { ratePerSecond: 60 }],
  ['a load at the limit', { ratePerSecond: 400 }],
  ['a ramp beyond the limit', { ratePerSecond: 0, stages: [{ durationMs: 1000, ratePerSecond: 1200 }] }],
  ['bursts', { ratePerSecond: 100, burst: { factor: 10, durationMs: 100, everyMs: 400 } }],
  ['feeds with schedules of their own', { ratePerSecond: 30, perFeed: true }],
  ['a backlog and the ordinary rate after it', { ratePerSecond: 60, backlogPerFeed: 25 }],
]
const stalls: readonly (Stall | null)[] = [null, { fromMs: 200, untilMs: 650 }]
const grid = shapes.flatMap(([name, shape]) =>
  (['constant', 'poisson'] as const).flatMap(arrivals =>
    [1, 3].flatMap(window => stalls.map(stall => ({ name, shape, arrivals, window, stall }))),
  ),
)

test.each(grid)(
  'every time of $name, $arrivals, window $window, stall $stall, is that of a simulated queue',
  async ({ shape, arrivals, window, stall }) => {
    const serviceMs = 7
    const links = 4
    const { times, recorder, sent } = await drive({
      workload: { kind: 'open', arrivals, ...shape },
      links,
      window,
      load: { timeoutMs: 60_000 },
      phases: { warmupMs: 0, measureMs: 1000, drainMs: 60_000 },
      answer: (_, __, clock): Answer => {
        const readyMs = clock.now() + serviceMs
        const isStalled = stall !== null && readyMs >= stall.fromMs && readyMs < stall.untilMs
        return { afterMs: isStalled ? stall.untilMs - clock.now() : serviceMs }
      },
    })
    expect(times.length).toBe(recorder.arrivals)
    expect(times.length).toBeGreaterThan(20)
    for (let link = 0; link < links; link++) {
      const own = times.filter(time => time.link === link).sort((a, b) => a.index - b.index)
      const expected = simulate(
        own.map(({ intendedMs }) => intendedMs),
        window,
        serviceMs,
        stall,
      )
      for (const [i, { intendedMs, readyMs, sentMs, doneMs }] of own.entries()) {
        expect(readyMs - intendedMs).toBeCloseTo(0, 6)
        expect(sentMs).toBeCloseTo(expected[i]!.sentMs, 6)
        expect(doneMs).toBeCloseTo(expected[i]!.doneMs, 6)
      }
    }
    expect(sent).toHaveLength(times.length)
  },
)

test('a closed load with think time does exactly what its receiver and its pauses allow', async () => {
  const { times } = await drive({
    workload: { kind: 'closed', thinkMs: 13 },
    links: 2,
    answer: () => ({ afterMs: 7 }),
  })
  for (const link of [0, 1]) {
    const own = times.filter(time => time.link === link)
    expect(own).toHaveLength(50)
    for (const [i, { intendedMs, readyMs, sentMs, doneMs }] of own.entries()) {
      expect([readyMs, sentMs]).toEqual([intendedMs, intendedMs])
      expect(intendedMs).toBeCloseTo(20 * i, 6)
      expect(doneMs - intendedMs).toBeCloseTo(7, 6)
    }
  }
})

test('a backlog is made ready in one go, drained at full speed, and no feed is given another’s', async () => {
  const backlogPerFeed = 400
  const { times, recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 0, backlogPerFeed, records: 3 * backlogPerFeed },
    links: 3,
    phases: { warmupMs: 0, measureMs: 60_000, drainMs: 10 },
    answer: () => ({ afterMs: 2 }),
  })
  expect(recorder.measured.accepted).toBe(1200)
  expect(times.every(({ intendedMs, readyMs }) => intendedMs === 0 && readyMs === 0)).toBe(true)
  expect(recorder.lastDoneMs).toBeCloseTo(800, 6)
  for (const link of [0, 1, 2]) expect(times.filter(time => time.link === link)).toHaveLength(backlogPerFeed)
})

const settings = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  links: fc.integer({ min: 1, max: 5 }),
  window: fc.integer({ min: 1, max: 3 }),
  share: fc.constantFrom({ index: 0, of: 1 }, { index: 1, of: 3 }),
  onUnknown: fc.constantFrom('drop' as const, 'resend' as const),
  workload: fc.constantFrom<Partial<OpenWorkload> | { readonly kind: 'closed'; readonly thinkMs: number }>(
    { kind: 'open', arrivals: 'poisson', ratePerSecond: 150 },
    { kind: 'open', arrivals: 'poisson', ratePerSecond: 60, perFeed: true },
    { kind: 'open', ratePerSecond: 400, maxOutstanding: 8 },
    {
      kind: 'open',
      stages: [
        { durationMs: 400, ratePerSecond: 300 },
        { durationMs: 200, ratePerSecond: 0 },
      ],
    },
    { kind: 'open', ratePerSecond: 40, backlogPerFeed: 12 },
    { kind: 'closed', thinkMs: 15 },
  ),
  misdeeds: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }),
})

test('whatever is dropped, timed out, redialled or sent again: outcomes sum to arrivals, fates to what was planned, and lag + queue + service to the response', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async ({ seed, links, window, share, onUnknown, workload, misdeeds }) => {
      const { recorder, fates, times } = await drive({
        workload,
        links,
        window,
        share,
        seed,
        phases: { warmupMs: 100, measureMs: 500, drainMs: 200 },
        load: { timeoutMs: 60, onUnknown, maxAttempts: 2 },
        answer: (_, nth): Answer => {
          const misdeed = misdeeds[nth % misdeeds.length]!
          if (misdeed === 0) return 'never'
          // In a closed loop a peer that hangs up at once would let no time pass: it would go on for ever within an instant.
          if (misdeed === 1) return workload.kind === 'closed' ? { afterMs: 1, thenCloses: true } : 'disconnect'
          if (misdeed === 2) return { afterMs: 5, outcome: 'rejected' }
          if (misdeed === 3) return { afterMs: 5, outcome: 'mismatched' }
          if (misdeed === 4) return { afterMs: 2, thenCloses: true }
          return { afterMs: misdeed * 3 }
        },
      })
      const outcomes = OUTCOMES.reduce((sum, outcome) => sum + recorder.total[outcome], 0)
      expect(outcomes).toBe(recorder.arrivals)
      const byFate = Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])) as Record<string, number>
      for (let position = 0; position < fates.planned; position++) byFate[fates.get(position)!.outcome!]!++
      expect(byFate).toEqual({ ...recorder.total })
      expect(fates.planned).toBe(recorder.arrivals)
      for (const { intendedMs, readyMs, sentMs, doneMs } of times) {
        const parts = [readyMs - intendedMs, sentMs - readyMs, doneMs - sentMs]
        expect(parts.every(ms => ms >= 0)).toBe(true)
        expect(parts.reduce((sum, ms) => sum + ms)).toBeCloseTo(doneMs - intendedMs, 9)
      }
      const { response, lag, queue, service } = recorder.times
      const measured = times.filter(({ intendedMs }) => recorder.isMeasured(intendedMs)).length
      expect([response.count, queue.count, service.count]).toEqual([measured, measured, measured])
      expect(lag.count).toBe(recorder.measuredArrivals)
    }),
    { numRuns: 150, seed: 20_261_124 },
  )
})
