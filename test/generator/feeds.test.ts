import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeFeeds } from '../../src/experiment/mergeFeeds.ts'
import { Backlog } from '../../src/generator/backlog.ts'
import { FeedRecorder } from '../../src/generator/feedRecorder.ts'
import { drive } from './driveScripted.ts'

const PHASES = { warmupMs: 100, measureMs: 1_000, drainMs: 1_000 }

test('each feed has the figures of its own messages, whatever its peer does', async () => {
  const { feeds, times, sent } = await drive({
    workload: { kind: 'open', arrivals: 'constant', ratePerSecond: 20, perFeed: true },
    links: 4,
    phases: PHASES,
    load: { timeoutMs: 400 },
    // Feed 0 is quick, 1 slow, 2 refuses, 3 never answers: its link is dialled again after every timeout.
    answer: ({ link }) =>
      [{ afterMs: 2 }, { afterMs: 30 }, { afterMs: 2, outcome: 'rejected' as const }, 'never' as const][link]!,
  })
  expect(sent.length).toBeGreaterThan(60)
  expect(feeds.arrivals).toEqual([20, 20, 20, 20])
  expect(feeds.accepted).toEqual([20, 20, 0, 0])
  expect(feeds.unanswered).toEqual([0, 0, 0, 20])
  for (const feed of [0, 1, 2]) {
    const own = times.filter(({ link, intendedMs }) => link === feed && intendedMs >= 100 && intendedMs < 1_100)
    const responses = own.map(({ intendedMs, doneMs }) => doneMs - intendedMs).sort((a, b) => a - b)
    expect(responses).toHaveLength(20)
    expect(feeds.p50Ms[feed]! / responses[9]!).toBeCloseTo(1, 1)
    expect(feeds.p99Ms[feed]! / responses[19]!).toBeCloseTo(1, 1)
    expect(feeds.maxMs[feed]).toBeCloseTo(responses[19]!, 2)
  }
  expect([feeds.p50Ms[3], feeds.p99Ms[3], feeds.maxMs[3]]).toEqual([null, null, null])
})

test('over rates, peers, room and links lost, the outcomes of each feed add up to its arrivals, and feeds to the load', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        links: fc.integer({ min: 1, max: 5 }),
        window: fc.integer({ min: 1, max: 3 }),
        workload: fc.oneof(
          fc.record({
            kind: fc.constant('open' as const),
            arrivals: fc.constantFrom('constant' as const, 'poisson' as const),
            ratePerSecond: fc.integer({ min: 1, max: 120 }),
            perFeed: fc.constant(true as const),
            maxOutstanding: fc.integer({ min: 1, max: 40 }),
          }),
          fc.record({ kind: fc.constant('open' as const), backlogPerFeed: fc.integer({ min: 1, max: 30 }) }),
          fc.record({ kind: fc.constant('closed' as const) }),
        ),
        onUnknown: fc.constantFrom('drop' as const, 'resend' as const),
        answers: fc.array(
          fc.oneof(
            fc.integer({ min: 1, max: 250 }).map(afterMs => ({ afterMs })),
            fc.constant({ afterMs: 3, outcome: 'rejected' as const }),
            fc.constantFrom('never' as const, 'disconnect' as const),
          ),
          { minLength: 1, maxLength: 12 },
        ),
      }),
      async ({ links, window, workload, onUnknown, answers }) => {
        const { feeds, recorder } = await drive({
          workload,
          links,
          window,
          phases: PHASES,
          load: { onUnknown },
          // A closed loop over links that are lost at once would never come to the next millisecond.
          answer: (_, nth) => {
            const answer = answers[nth % answers.length]!
            return workload.kind === 'closed' && answer === 'disconnect' ? 'never' : answer
          },
        })
        const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
        expect(sum(feeds.arrivals)).toBe(recorder.measuredArrivals)
        expect(sum(feeds.accepted)).toBe(recorder.measured.accepted)
        expect(sum(feeds.unanswered)).toBe(recorder.unanswered)
      },
    ),
    { numRuns: 60 },
  )
})

test('an arrival of a feed without its outcome is found', () => {
  const feeds = new FeedRecorder(3, { fromMs: 0, untilMs: 100 })
  for (const feed of [0, 1, 2]) feeds.arrived(feed, 10)
  feeds.answered(0, 'accepted', 10, 12)
  feeds.unanswered(2, 10)
  expect(() => feeds.checkConservation()).toThrow('outcomes of feed 1 do not add up: 0 of 1')
  // The same sum in the wrong feed is found as well.
  feeds.answered(0, 'accepted', 10, 12)
  expect(() => feeds.checkConservation()).toThrow('outcomes of feed 0 do not add up: 2 of 1')
})

test('the feeds of generators are put together in the order of the whole load', () => {
  const columns = (feeds: readonly number[]) => ({
    arrivals: feeds,
    accepted: feeds,
    unanswered: feeds.map(() => 0),
    p50Ms: feeds,
    p99Ms: feeds,
    maxMs: feeds.map(() => null),
  })
  const merged = mergeFeeds([columns([0, 3, 6]), columns([1, 4]), columns([2, 5])], 500)
  expect(merged.arrivals).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(merged.maxMs).toEqual(Array(7).fill(null))
  expect(merged.aboveMs).toBe(500)
})

test.each([
  ['alone', { records: 60 }],
  ['with traffic behind it', { ratePerSecond: 40 }],
])('a backlog %s is drained when the last of its messages is answered', async (_, rate) => {
  const { drain, times } = await drive({
    workload: { kind: 'open', ratePerSecond: 0, backlogPerFeed: 20, ...rate },
    links: 3,
    phases: PHASES,
    load: { timeoutMs: 5_000 },
    answer: ({ link }) => ({ afterMs: 2 + link }),
  })
  // 60 messages on three feeds, the slowest of which takes 4 ms each.
  expect(drain).toEqual({ ms: 80, aboveMs: null })
  if ('ratePerSecond' in rate) expect(times.length).toBeGreaterThan(90)
})

test('a large backlog is made ready in a few goes, between which input is read', async () => {
  let turns = 0
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 0, backlogPerFeed: 150_000, records: 150_000, maxOutstanding: 150_000 },
    load: { timeoutMs: 5000 },
    answer: (_, __, clock) => {
      clock.soon = callback => {
        turns++
        clock.after(0.001, callback)
      }
      return 'never'
    },
  })
  // Three goes, and a last one that finds nothing more.
  expect(turns).toBe(3)
  expect(recorder.total).toMatchObject({ unfinished: 150_000, dropped: 0 })
  expect(recorder.readyInTime).toBe(150_000)
})

test('a backlog that loses a message is never drained: only how long it was waited for is known', async () => {
  const { drain } = await drive({
    workload: { kind: 'open', ratePerSecond: 0, backlogPerFeed: 20, records: 60 },
    links: 3,
    phases: PHASES,
    answer: (_, nth) => (nth === 30 ? 'never' : { afterMs: 2 }),
  })
  expect(drain!.ms).toBeNull()
  expect(drain!.aboveMs).toBeGreaterThanOrEqual(300)
})

test('what comes behind a backlog is no part of it', () => {
  const backlog = new Backlog(2, 100)
  backlog.answered(0, 110)
  backlog.answered(2, 120)
  expect(backlog.timeToDrain(150)).toEqual({ ms: null, aboveMs: 50 })
  backlog.answered(1, 130)
  backlog.answered(3, 140)
  expect(backlog.timeToDrain(150)).toEqual({ ms: 30, aboveMs: null })
})
