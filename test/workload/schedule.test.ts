import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OpenWorkload } from '../../src/model/scenario.ts'
import type { ArrivalCursor } from '../../src/workload/arrivals.ts'
import { countAt, rateProfile } from '../../src/workload/rateProfile.ts'
import { expectedArrivals, schedule } from '../../src/workload/schedule.ts'

const phases = { warmupMs: 0, measureMs: 60_000 }
const whole = { index: 0, of: 1 }

const open = (part: Partial<OpenWorkload>): OpenWorkload => ({
  kind: 'open',
  arrivals: 'constant',
  ratePerSecond: 0,
  records: null,
  maxOutstanding: 10,
  ...part,
})

interface Arrival {
  readonly index: number
  readonly timeMs: number
  readonly feed: number
}

/** Arrivals before `untilMs`, at most `most`. */
function take(cursor: ArrivalCursor, untilMs: number, most = 100_000): Arrival[] {
  const taken: Arrival[] = []
  for (; cursor.timeMs < untilMs && taken.length < most; cursor.advance())
    taken.push({ index: cursor.index, timeMs: cursor.timeMs, feed: cursor.feed })
  return taken
}

const timesOf = (part: Partial<OpenWorkload>, untilMs = 60_000, at = phases) =>
  take(schedule({ workload: open(part), phases: at, seed: 1, share: whole, feeds: 1 }), untilMs).map(
    ({ timeMs }) => timeMs,
  )

test('a ramp from 0 to r in d brings arrival i at d * sqrt(2 i / (r d))', () => {
  const times = timesOf({ stages: [{ durationMs: 10_000, ratePerSecond: 100 }] }, 10_000)
  expect(times).toHaveLength(500)
  for (const [i, timeMs] of times.entries()) expect(timeMs).toBeCloseTo(10_000 * Math.sqrt((2 * i) / 1000), 6)
})

test('ramps up and down, steps and pauses bring what the integral of the rate says', () => {
  const stages = [
    { durationMs: 1000, ratePerSecond: 10 },
    { durationMs: 0, ratePerSecond: 40 },
    { durationMs: 1000, ratePerSecond: 40 },
    { durationMs: 1000, ratePerSecond: 0 },
    { durationMs: 1000, ratePerSecond: 0 },
    { durationMs: 0, ratePerSecond: 20 },
    { durationMs: 1000, ratePerSecond: 20 },
  ]
  const times = timesOf({ ratePerSecond: 10, stages }, 5000)
  const within = (fromMs: number, untilMs: number) =>
    times.filter(timeMs => timeMs >= fromMs && timeMs < untilMs).length
  expect([within(0, 1000), within(1000, 2000), within(2000, 3000), within(3000, 4000), within(4000, 5000)]).toEqual([
    10, 40, 20, 0, 20,
  ])
  expect(times[70]).toBe(4000)
})

test('what is due in a pause comes at its end, and after a last rate of 0 nothing comes', () => {
  const stages = [
    { durationMs: 1000, ratePerSecond: 0 },
    { durationMs: 0, ratePerSecond: 2 },
    { durationMs: 1000, ratePerSecond: 2 },
    { durationMs: 0, ratePerSecond: 0 },
    { durationMs: 1000, ratePerSecond: 0 },
  ]
  expect(timesOf({ stages }, Number.POSITIVE_INFINITY)).toEqual([1000, 1500])
})

test('stages that are repeated begin where they ended', () => {
  const stages = [
    { durationMs: 1000, ratePerSecond: 10 },
    { durationMs: 0, ratePerSecond: 0 },
  ]
  expect(timesOf({ stages, repeat: 3 }, 60_000)).toHaveLength(15)
})

test('bursts lie at the end of each period', () => {
  const times = timesOf({ ratePerSecond: 10, burst: { factor: 5, durationMs: 1000, everyMs: 5000 } }, 10_000)
  const within = (fromMs: number, untilMs: number) =>
    times.filter(timeMs => timeMs >= fromMs && timeMs < untilMs).length
  expect([within(0, 4000), within(4000, 5000), within(5000, 9000), within(9000, 10_000)]).toEqual([40, 50, 40, 50])
})

test('a curve divides the measured phase, and warms up at its first rate', () => {
  const at = { warmupMs: 1000, measureMs: 4000 }
  const times = timesOf({ ratePerSecond: 10, curve: [2, 0, 1, 3] }, 5000, at)
  const within = (fromMs: number, untilMs: number) =>
    times.filter(timeMs => timeMs >= fromMs && timeMs < untilMs).length
  expect([0, 1000, 2000, 3000, 4000].map(fromMs => within(fromMs, fromMs + 1000))).toEqual([20, 20, 0, 10, 30])
})

const stagesArbitrary = fc.array(
  fc.record({
    durationMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
    ratePerSecond: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
  }),
  { minLength: 1, maxLength: 6 },
)
const kinds = fc.constantFrom('constant' as const, 'poisson' as const)

test('whatever the stages, constant arrivals lie where the integral of the rate is a whole number', () => {
  fc.assert(
    fc.property(stagesArbitrary, fc.integer({ min: 0, max: 50 }), (stages, ratePerSecond) => {
      const pieces = rateProfile({ ratePerSecond, stages }, phases)
      const workload = open({ ratePerSecond, stages })
      const arrivals = take(schedule({ workload, phases, seed: 1, share: whole, feeds: 1 }), 120_000, 3000)
      const errors = arrivals.map(({ index, timeMs }) => Math.abs(countAt(pieces, timeMs) - index) / Math.max(1, index))
      expect(errors.reduce((worst, error) => Math.max(worst, error), 0)).toBeLessThan(1e-6)
    }),
    { numRuns: 50 },
  )
})

test('whatever the stages, the shares of all generators are together exactly the whole schedule, and times never go back', () => {
  fc.assert(
    fc.property(kinds, stagesArbitrary, fc.nat(), fc.integer({ min: 1, max: 5 }), (arrivals, stages, seed, of) => {
      const workload = open({ arrivals, stages, ratePerSecond: 5 })
      const all = take(schedule({ workload, phases, seed, share: whole, feeds: of }), 60_000, of * 50)
      const shares = Array.from({ length: of }, (_, index) =>
        take(schedule({ workload, phases, seed, share: { index, of }, feeds: 1 }), 60_000, 50),
      )
      const merged = shares.flat().sort((a, b) => a.index - b.index)
      expect(JSON.stringify(merged.slice(0, all.length))).toBe(JSON.stringify(all.slice(0, merged.length)))
      expect(all.slice(1).every(({ timeMs }, i) => timeMs >= all[i]!.timeMs)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('Poisson arrivals on a ramp are as many as expected in each part of it', () => {
  const seeds = Array.from({ length: 400 }, (_, seed) => seed)
  const workload = open({ arrivals: 'poisson', stages: [{ durationMs: 10_000, ratePerSecond: 20 }] })
  const counts = seeds.map(seed => take(schedule({ workload, phases, seed, share: whole, feeds: 1 }), 10_000))
  const mean = (untilMs: number) =>
    counts.reduce((sum, times) => sum + times.filter(({ timeMs }) => timeMs < untilMs).length, 0) / seeds.length
  // The count is Poisson: its mean over 400 seeds has a standard error of sqrt(mean / 400).
  for (const [untilMs, expected] of [
    [5000, 25],
    [10_000, 100],
  ] as const)
    expect(Math.abs(mean(untilMs) - expected)).toBeLessThan(4 * Math.sqrt(expected / 400))
})

test('each feed has a schedule of its own: constant ones differ by their phase only', () => {
  const workload = open({ ratePerSecond: 2, perFeed: true })
  const arrivals = take(schedule({ workload, phases, seed: 7, share: whole, feeds: 50 }), 10_000)
  expect(arrivals).toHaveLength(1000)
  const firsts = new Set<number>()
  for (let feed = 0; feed < 50; feed++) {
    const times = arrivals.filter(arrival => arrival.feed === feed).map(({ timeMs }) => timeMs)
    expect(times).toHaveLength(20)
    for (const [i, timeMs] of times.entries()) expect(timeMs - times[0]!).toBeCloseTo(500 * i, 6)
    firsts.add(times[0]!)
  }
  expect(firsts.size).toBe(50)
  expect(Math.max(...firsts)).toBeLessThan(500)
})

test('the feeds of several generators have the schedules that they have in one', () => {
  fc.assert(
    fc.property(
      kinds,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(),
      (arrivals, feeds, of, seed) => {
        fc.pre(of <= feeds)
        const workload = open({ arrivals, ratePerSecond: 3, perFeed: true })
        const one = take(schedule({ workload, phases, seed, share: whole, feeds }), 5000)
        const shares = Array.from({ length: of }, (_, index) =>
          take(
            schedule({ workload, phases, seed, share: { index, of }, feeds: Math.ceil((feeds - index) / of) }),
            5000,
          ),
        )
        const named = shares.flatMap((share, index) =>
          share.map(({ timeMs, feed }) => ({ timeMs, feed: index + feed * of })),
        )
        const byTime = (a: { timeMs: number; feed: number }, b: { timeMs: number; feed: number }) =>
          a.timeMs - b.timeMs || a.feed - b.feed
        expect(named.sort(byTime)).toEqual(one.map(({ timeMs, feed }) => ({ timeMs, feed })).sort(byTime))
        for (const [index, share] of shares.entries())
          expect(share.map(arrival => arrival.index)).toEqual(share.map((_, position) => index + position * of))
      },
    ),
    { numRuns: 60 },
  )
})

test('times of thousands of feeds come in order, and Poisson feeds have exponential gaps', () => {
  const workload = open({ arrivals: 'poisson', ratePerSecond: 3, perFeed: true })
  const arrivals = take(schedule({ workload, phases, seed: 3, share: whole, feeds: 5000 }), 4000)
  expect(arrivals.slice(1).every(({ timeMs }, i) => timeMs >= arrivals[i]!.timeMs)).toBe(true)
  expect(Math.abs(arrivals.length - 60_000)).toBeLessThan(4 * Math.sqrt(60_000))
  const firsts = new Map<number, number>()
  for (const { feed, timeMs } of arrivals) if (!firsts.has(feed)) firsts.set(feed, timeMs)
  const late = [...firsts.values()].filter(timeMs => timeMs > (1000 / 3) * Math.LN2).length
  // Half of all first gaps are longer than the median, 1/rate * ln 2; those beyond 4 s are not seen.
  expect(Math.abs(late / 5000 - 0.5)).toBeLessThan(0.03)
})

test('a backlog is due at once for every feed as the measured phase begins, and the ordinary rate goes on after it', () => {
  const at = { warmupMs: 2000, measureMs: 10_000 }
  const workload = open({ ratePerSecond: 10, backlogPerFeed: 7 })
  const arrivals = take(schedule({ workload, phases: at, seed: 1, share: { index: 1, of: 2 }, feeds: 3 }), 12_000)
  expect(arrivals.slice(0, 21).every(({ timeMs }) => timeMs === 2000)).toBe(true)
  expect(arrivals.map(({ index }) => index)).toEqual(arrivals.map((_, position) => 1 + 2 * position))
  expect(arrivals[21]!.timeMs).toBeGreaterThanOrEqual(2000)
  expect(arrivals.slice(21)).toHaveLength(50)
})

test('the number of arrivals expected counts feeds, shapes and the backlog', () => {
  expect(expectedArrivals(open({ ratePerSecond: 3, perFeed: true }), phases, 1000)).toBeCloseTo(180_000)
  expect(expectedArrivals(open({ backlogPerFeed: 200 }), phases, 500)).toBe(100_000)
  const ramp = open({ stages: [{ durationMs: 60_000, ratePerSecond: 10 }] })
  expect(expectedArrivals(ramp, { warmupMs: 5000, measureMs: 60_000 }, 8)).toBeCloseTo(300)
})
