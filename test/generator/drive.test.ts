import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OUTCOMES } from '../../src/model/exchange.ts'
import { quantileMs } from '../../src/stats/histogram.ts'
import { drive } from './driveScripted.ts'
import type { Answer, Sent } from './scriptedLinks.ts'

/** Response times of a first-in-first-out server with `serviceMs` per message and one stall, worked out by hand. */
function queueing(intended: readonly number[], serviceMs: (i: number) => number): number[] {
  let freeMs = 0
  return intended.map((intendedMs, i) => {
    freeMs = Math.max(freeMs, intendedMs) + serviceMs(i)
    return freeMs - intendedMs
  })
}

test.each(['constant', 'poisson'] as const)(
  'response times of %s arrivals are exactly those of queueing theory, a stall included',
  async kind => {
    const serviceMs = (i: number) => (i === 20 ? 400 : 2)
    const { times } = await drive({
      workload: { kind: 'open', arrivals: kind, ratePerSecond: 200 },
      load: { timeoutMs: 5000 },
      answer: (_, nth) => ({ afterMs: serviceMs(nth) }),
    })
    const expected = queueing(
      times.map(time => time.intendedMs),
      serviceMs,
    )
    expect(times.length).toBeGreaterThan(150)
    for (const [i, { intendedMs, doneMs }] of times.entries()) expect(doneMs - intendedMs).toBeCloseTo(expected[i]!, 6)
  },
)

test('a closed loop does not see the stall: it sends nothing while it waits', async () => {
  const stalled = (_: Sent, nth: number): Answer => ({ afterMs: nth === 20 ? 400 : 2 })
  const closed = await drive({ workload: { kind: 'closed' }, load: { timeoutMs: 5000 }, answer: stalled })
  const open = await drive({
    workload: { kind: 'open', ratePerSecond: 200 },
    load: { timeoutMs: 5000 },
    answer: stalled,
  })
  expect(quantileMs(closed.recorder.times.response.toHistogram(), 900)).toBeCloseTo(2, 1)
  expect(quantileMs(open.recorder.times.response.toHistogram(), 900)).toBeGreaterThan(200)
})

test('answers that are read in one turn are all timed before the next messages are sent', async () => {
  const { times } = await drive({
    workload: { kind: 'closed', records: 6 },
    links: 3,
    // Sending holds the generator up, once all links have their first message.
    answer: (_, nth, clock) => {
      if (nth >= 3) clock.freeze(1)
      return { afterMs: 5 }
    },
  })
  expect(times.slice(0, 3).map(({ doneMs }) => doneMs)).toEqual([5, 5, 5])
})

test('an answer costs a turn of the event loop only where a message waits for its slot', async () => {
  const turnsOf = async (workload: Parameters<typeof drive>[0]['workload'], afterMs: number) => {
    let turns = 0
    const { times } = await drive({
      workload,
      load: { timeoutMs: 10_000 },
      answer: (_, nth, clock) => {
        if (nth === 0)
          clock.afterInput = callback => {
            turns++
            clock.after(0, callback)
          }
        return { afterMs }
      },
    })
    expect(times).toHaveLength(100)
    return turns
  }
  const sweeps = 12
  expect(await turnsOf({ kind: 'open', ratePerSecond: 100 }, 2)).toBeLessThan(sweeps)
  expect(await turnsOf({ kind: 'open', ratePerSecond: 100 }, 12)).toBeGreaterThan(90)
  expect(await turnsOf({ kind: 'closed', records: 100 }, 2)).toBeGreaterThan(90)
})

test('to make messages, of whatever link, takes no part of the time between a send and its answer', async () => {
  const slow = { links: 4, makingMs: 3, answer: () => ({ afterMs: 50 }) }
  const closed = await drive({ ...slow, workload: { kind: 'closed', records: 40 } })
  expect(closed.times).toHaveLength(40)
  for (const { intendedMs, readyMs, sentMs } of closed.times) expect([intendedMs, readyMs]).toEqual([sentMs, sentMs])
  const open = await drive({ ...slow, workload: { kind: 'open', ratePerSecond: 40 } })
  expect(open.times).toHaveLength(40)
  for (const { intendedMs, readyMs, sentMs } of open.times) {
    expect(readyMs - intendedMs).toBeCloseTo(3, 6)
    expect(sentMs).toBe(readyMs)
  }
})

test('an arrival that waits for a slot is ready when it was seen to be due: to wait, and then to be made, is its queue', async () => {
  const { times, recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, records: 3 },
    makingMs: 3,
    answer: () => ({ afterMs: 50 }),
  })
  const split = times.map(({ intendedMs, readyMs, sentMs }) => [readyMs - intendedMs, sentMs - readyMs].map(Math.round))
  // Made from 0 to 3 ms and answered at 53; then made until 56 and answered at 106.
  expect(split).toEqual([
    [3, 0],
    [0, 46],
    [0, 89],
  ])
  expect(recorder.measuredArrivals).toBe(3)
})

test('lag + queue + service = response for every exchange, over loads, windows and service times', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        rate: fc.integer({ min: 1, max: 400 }),
        links: fc.integer({ min: 1, max: 5 }),
        window: fc.integer({ min: 1, max: 4 }),
        pinned: fc.boolean(),
        makingMs: fc.integer({ min: 0, max: 5 }),
        serviceMs: fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1 }),
      }),
      async ({ rate, links, window, pinned, makingMs, serviceMs }) => {
        const { times, recorder } = await drive({
          workload: { kind: 'open', ratePerSecond: rate },
          links,
          window,
          pinned,
          makingMs,
          answer: (_, nth) => ({ afterMs: serviceMs[nth % serviceMs.length]! }),
        })
        for (const { intendedMs, readyMs, sentMs, doneMs } of times) {
          expect(readyMs).toBeGreaterThanOrEqual(intendedMs)
          expect(sentMs).toBeGreaterThanOrEqual(readyMs)
          expect(doneMs).toBeGreaterThanOrEqual(sentMs)
        }
        expect(OUTCOMES.reduce((sum, outcome) => sum + recorder.total[outcome], 0)).toBe(Math.ceil(rate * 1))
      },
    ),
    { numRuns: 40 },
  )
})

test('no connection ever carries more than its window', async () => {
  for (const window of [1, 3]) {
    let inFlight = 0
    let most = 0
    await drive({
      workload: { kind: 'open', ratePerSecond: 400 },
      window,
      answer: (_, __, clock) => {
        most = Math.max(most, ++inFlight)
        clock.after(20, () => inFlight--)
        return { afterMs: 20 }
      },
    })
    expect(most).toBe(window)
  }
})

test('an exchange belongs to the phase of its intended time', async () => {
  const { recorder, fates } = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    phases: { warmupMs: 500, measureMs: 1000, drainMs: 500 },
    answer: () => ({ afterMs: 1 }),
  })
  expect(recorder.measured.accepted).toBe(100)
  expect(recorder.total.accepted).toBe(150)
  expect(fates.planned).toBe(150)
})

test('a message without an answer in time is unknown, its connection is dialled again, and a late answer is credited to nobody', async () => {
  const { recorder, driver, fates } = await drive({
    workload: { kind: 'open', ratePerSecond: 10 },
    answer: (_, nth) => ({ afterMs: nth === 3 ? 350 : 1 }),
  })
  expect(recorder.measured).toMatchObject({ accepted: 9, unknown: 1 })
  expect(recorder.unanswered).toBe(1)
  expect(Object.fromEntries(recorder.reasons)).toEqual({ timeout: 1 })
  expect(driver.redials).toBe(1)
  expect(fates.get(3)).toEqual({ outcome: 'unknown', attempts: 1 })
})

test('a lost connection leaves all that was in flight on it unknown, and the load goes on', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    window: 4,
    answer: (_, nth) => (nth === 7 ? 'disconnect' : { afterMs: 25 }),
  })
  expect(recorder.measured.unknown).toBeGreaterThan(1)
  expect(recorder.measured.accepted + recorder.measured.unknown).toBe(100)
  expect([...recorder.reasons.keys()]).toEqual(['ECONNRESET'])
})

test('with onUnknown resend the same message is sent again, first of its queue, up to its most attempts', async () => {
  const { recorder, fates, sent, times } = await drive({
    workload: { kind: 'open', ratePerSecond: 20 },
    load: { onUnknown: 'resend' },
    answer: ({ index }, nth) => (index === 2 && nth < 4 ? 'disconnect' : index === 5 ? 'disconnect' : { afterMs: 1 }),
  })
  expect(sent.filter(({ index }) => index === 2)).toHaveLength(3)
  expect(fates.get(2)).toEqual({ outcome: 'accepted', attempts: 3 })
  expect(fates.get(5)).toEqual({ outcome: 'unknown', attempts: 3 })
  expect(recorder.resends).toBe(4)
  expect(times.find(time => Math.abs(time.intendedMs - 100) < 1e-9)).toBeDefined()
})

test('more outstanding than allowed are dropped: counted, never sent', async () => {
  const { recorder, sent, fates } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, maxOutstanding: 5 },
    answer: () => 'never',
    load: { timeoutMs: 10_000 },
  })
  expect(sent).toHaveLength(1)
  expect(recorder.measured).toMatchObject({ dropped: 95, unfinished: 5 })
  expect(fates.get(99)).toEqual({ outcome: 'dropped', attempts: 0 })
  expect(fates.get(0)).toEqual({ outcome: 'unfinished', attempts: 1 })
  expect(fates.get(1)).toEqual({ outcome: 'unfinished', attempts: 0 })
})

test('the generators of a load share its limit of outstanding arrivals', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, maxOutstanding: 10 },
    share: { index: 1, of: 2 },
    answer: () => 'never',
    load: { timeoutMs: 10_000 },
  })
  expect(recorder.measured).toMatchObject({ dropped: 45, unfinished: 5 })
})

test('arrivals missed while the process was stopped are made ready late, none is left out', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    load: { timeoutMs: 5000 },
    answer: (_, nth, clock) => {
      if (nth === 10) clock.freeze(300)
      return { afterMs: 0 }
    },
  })
  expect(recorder.measuredArrivals).toBe(100)
  expect(recorder.measured.accepted).toBe(100)
  expect(quantileMs(recorder.times.lag.toHistogram(), 1000)).toBeGreaterThan(280)
  expect(recorder.readyInTime).toBe(100)
})

test('an answer that came in time is no timeout because the process was stopped before it could read it', async () => {
  const { recorder, driver } = await drive({
    workload: { kind: 'open', ratePerSecond: 10 },
    load: { timeoutMs: 100 },
    answer: (_, nth, clock) => {
      // The answer waits in the input when the process goes on.
      if (nth === 5) clock.freeze(150)
      return { afterMs: 0 }
    },
  })
  expect(recorder.measured).toMatchObject({ accepted: 10, unknown: 0 })
  expect(driver.redials).toBe(0)
})

test('what was due when a run is cut short counts as unfinished', async () => {
  const { recorder, fates } = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    phases: { warmupMs: 0, measureMs: 1000, drainMs: 100 },
    load: { timeoutMs: 5000 },
    answer: (_, nth, clock) => {
      if (nth === 50) clock.freeze(2000)
      return { afterMs: 0 }
    },
  })
  expect(recorder.measuredArrivals).toBe(100)
  expect(fates.planned).toBe(100)
  expect(recorder.measured.accepted + recorder.measured.unfinished).toBe(100)
})

test('fixed work ends when its records are done, and what the time did not allow is unfinished', async () => {
  const done = await drive({
    workload: { kind: 'closed', records: 250 },
    links: 3,
    pinned: false,
    phases: { warmupMs: 0, measureMs: 60_000, drainMs: 100 },
    answer: () => ({ afterMs: 10 }),
  })
  expect(done.recorder.measured.accepted).toBe(250)
  expect(done.recorder.lastDoneMs).toBeCloseTo(840, 0)
  const cut = await drive({
    workload: { kind: 'closed', records: 250 },
    phases: { warmupMs: 0, measureMs: 1000, drainMs: 100 },
    answer: () => ({ afterMs: 10 }),
  })
  expect(cut.fates.planned).toBe(250)
  expect(cut.recorder.measured).toMatchObject({ accepted: 100, unfinished: 150 })
  expect(cut.fates.get(249)).toEqual({ outcome: 'unfinished', attempts: 0 })
  cut.recorder.checkConservation()
})

test('think time separates a reply and the next send of its connection', async () => {
  const { sent } = await drive({ workload: { kind: 'closed', thinkMs: 90 }, answer: () => ({ afterMs: 10 }) })
  expect(sent.map(({ atMs }) => Math.round(atMs))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
})

test('no think time is shorter than declared, though the timers of the runtime leave fractions of a millisecond out', async () => {
  const { sent, times } = await drive({
    workload: { kind: 'closed', thinkMs: 1.9, records: 50 },
    answer: (_, nth, clock) => {
      if (nth === 0) {
        const after = clock.after.bind(clock)
        // Of Node's: whole milliseconds, 1 at least, from a time that was read before.
        clock.after = (delayMs, callback) => after(Math.max(1, Math.trunc(delayMs)) - 0.5, callback)
      }
      return { afterMs: 10 }
    },
  })
  expect(sent).toHaveLength(50)
  for (const [nth, { doneMs }] of times.slice(0, -1).entries()) {
    expect(sent[nth + 1]!.atMs - doneMs).toBeGreaterThanOrEqual(1.9)
    expect(sent[nth + 1]!.atMs - doneMs).toBeLessThan(2.9)
  }
})

test('think time is kept by a connection that is closed after every reply, or lost while it thinks', async () => {
  const closed = await drive({
    workload: { kind: 'closed', thinkMs: 90 },
    answer: () => ({ afterMs: 10, thenCloses: true }),
  })
  expect(closed.sent.map(({ atMs }) => Math.round(atMs))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  const lost = await drive({
    workload: { kind: 'closed', thinkMs: 90 },
    answer: (_, nth) => ({ afterMs: 10, thenCloses: nth === 1 }),
  })
  expect(lost.sent.map(({ atMs }) => Math.round(atMs))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
})

test('a user thinks after a timeout and a lost connection as after a reply, but not before a resend', async () => {
  const sends = async (answer: Answer, load = {}) => {
    const { sent } = await drive({
      workload: { kind: 'closed', thinkMs: 200 },
      load: { timeoutMs: 100, ...load },
      answer: () => answer,
    })
    return sent.map(({ index, atMs }) => [index, Math.round(atMs)])
  }
  const thinking = [0, 1, 2, 3]
  expect(await sends('never')).toEqual(thinking.map(index => [index, index * 300]))
  expect(await sends({ afterMs: Number.POSITIVE_INFINITY, commitMs: 5 })).toEqual(
    thinking.map(index => [index, index * 300]),
  )
  expect((await sends('disconnect')).map(([, atMs]) => atMs)).toEqual([0, 200, 400, 600, 800])
  expect(await sends('never', { onUnknown: 'resend', maxAttempts: 2 })).toEqual([
    [0, 0],
    [0, 100],
    [1, 400],
    [1, 500],
    [2, 800],
    [2, 900],
  ])
})

test('pinned messages keep to their feed, pooled ones go round the idle connections', async () => {
  const pinned = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    links: 4,
    answer: () => ({ afterMs: 1 }),
  })
  for (const { link, index } of pinned.sent) expect(link).toBe(index % 4)
  const pooled = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    links: 4,
    pinned: false,
    answer: () => ({ afterMs: 1 }),
  })
  expect(new Set(pooled.sent.slice(0, 4).map(({ link }) => link)).size).toBe(4)
})

test('the generators of a load send exactly the whole stream between them', async () => {
  const shares = await Promise.all(
    [0, 1, 2].map(index =>
      drive({
        workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 200 },
        share: { index, of: 3 },
        answer: () => ({ afterMs: 1 }),
      }),
    ),
  )
  const whole = await drive({
    workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 200 },
    answer: () => ({ afterMs: 1 }),
  })
  const indexes = shares.flatMap(share => share.sent.map(({ index }) => index)).sort((a, b) => a - b)
  expect(indexes).toEqual(whole.sent.map(({ index }) => index))
})

test('rejected and mismatched answers are told apart, and a mismatched one has no response time', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100 },
    answer: (_, nth) =>
      ({ afterMs: 1, ...(nth % 10 === 0 ? { outcome: nth % 20 === 0 ? 'rejected' : 'mismatched' } : {}) }) as Answer,
  })
  expect(recorder.measured).toMatchObject({ accepted: 90, rejected: 5, mismatched: 5 })
  expect(recorder.unanswered).toBe(5)
  expect(recorder.times.response.count).toBe(95)
})

test('a message that waits for work of the client arrives when that is done: it is no part of its response', async () => {
  const readyAtMs = (index: number) => 50 * (index + 1)
  const asked: number[] = []
  const { times, sent } = await drive({
    workload: { kind: 'closed', records: 3 },
    links: 2,
    pinned: false,
    stage: clock => ({
      begin(onReady) {
        for (let index = 0; index < 3; index++) clock.after(readyAtMs(index), onReady)
      },
      isReady(index) {
        asked.push(index)
        return clock.now() >= readyAtMs(index)
      },
      settled() {},
    }),
    answer: () => ({ afterMs: 10 }),
  })
  expect(sent.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(times.map(({ intendedMs, doneMs }) => [intendedMs, doneMs])).toEqual([
    [50, 60],
    [100, 110],
    [150, 160],
  ])
  expect(asked.every((index, at) => at === 0 || index >= asked[at - 1]!)).toBe(true)
})

test('a message that waits for another one to be settled is sent when that got its answer, or had none in time', async () => {
  const settledAtMs = new Map<number, number>()
  const { sent } = await drive({
    workload: { kind: 'closed', records: 4 },
    links: 4,
    pinned: false,
    stage: clock => {
      let unpark = () => {}
      return {
        begin(onReady) {
          unpark = onReady
        },
        isReady: index => index < 2 || settledAtMs.has(index - 2),
        settled(index) {
          settledAtMs.set(index, clock.now())
          unpark()
        },
      }
    },
    answer: ({ index }) => (index === 1 ? 'never' : { afterMs: 100 }),
  })
  expect(sent.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 100, settledAtMs.get(1)])
  expect(settledAtMs.get(1)).toBeGreaterThanOrEqual(300)
})

test('messages put back after a timeout are sent again in the order of their arrival, before all that wait', async () => {
  const { sent } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, records: 6 },
    window: 4,
    load: { timeoutMs: 100, onUnknown: 'resend' },
    answer: ({ index, atMs }) => (index < 4 && atMs < 100 ? 'never' : { afterMs: 1 }),
  })
  expect(sent.map(({ index }) => index)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 4, 5])
})

test.each([
  [1000, 1011],
  [1000, 1040],
  [100, 103],
  [10, 13],
])('of a timeout of %d ms an answer after %d ms is too late', async (timeoutMs, afterMs) => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, records: 5 },
    links: 5,
    load: { timeoutMs },
    answer: () => ({ afterMs }),
  })
  expect(recorder.total).toMatchObject({ accepted: 0, unknown: 5 })
})

test('every message that had no answer in time is a timeout, the others of its link were lost with it', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 25, records: 3 },
    window: 3,
    // Looked for every 100 ms: at 10,100 ms the messages of 0 and 40 ms are overdue, that of 80 ms is not.
    load: { timeoutMs: 10_050 },
    phases: { warmupMs: 0, measureMs: 1000, drainMs: 12_000 },
    answer: ({ index }) => (index < 2 ? 'never' : { afterMs: 10_040 }),
  })
  expect(recorder.total.unknown).toBe(3)
  expect(Object.fromEntries(recorder.reasons)).toEqual({ timeout: 2, 'redialled after a timeout': 1 })
})

test('a late answer to a message that timed out is credited to nobody', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 10, records: 5 },
    load: { timeoutMs: 50 },
    answer: (_, nth) => ({ afterMs: nth === 1 ? 90 : 1 }),
  })
  expect(recorder.total).toMatchObject({ accepted: 4, unknown: 1 })
})

test('the commit and the application answer are two clocks, both from the send', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, records: 20 },
    answer: () => ({ commitMs: 2, afterMs: 8 }),
  })
  expect(recorder.total.accepted).toBe(20)
  expect(recorder.times.commit.quantileMs(500)).toBeCloseTo(2, 1)
  expect(recorder.times.service.quantileMs(500)).toBeCloseTo(8, 1)
})

test('a message without a commit has no time of one', async () => {
  const { recorder } = await drive({
    workload: { kind: 'open', ratePerSecond: 100, records: 4 },
    answer: ({ index }) => (index === 2 ? { afterMs: 5 } : { commitMs: 1, afterMs: 5 }),
  })
  expect([recorder.total.accepted, recorder.times.commit.count]).toEqual([4, 3])
})

test('a committed message whose application answer is lost is unknown, and never sent again', async () => {
  const { recorder, sent } = await drive({
    workload: { kind: 'open', ratePerSecond: 10, records: 3 },
    load: { timeoutMs: 50, onUnknown: 'resend' },
    answer: ({ index }) => (index === 1 ? { commitMs: 5, afterMs: Number.POSITIVE_INFINITY } : { afterMs: 1 }),
  })
  expect(recorder.total).toMatchObject({ accepted: 2, unknown: 1 })
  expect(Object.fromEntries(recorder.reasons)).toEqual({ 'timeout after the commit': 1 })
  expect(sent).toHaveLength(3)
})

test('a message that no frame of the link can hold is dropped, and counts as never sent', async () => {
  const { recorder, fates } = await drive({
    workload: { kind: 'open', ratePerSecond: 10, records: 3 },
    answer: ({ index }) => ({ afterMs: 0, ...(index === 1 && { outcome: 'dropped' as const }) }),
  })
  expect(recorder.total).toMatchObject({ accepted: 2, dropped: 1 })
  expect(fates.get(1)).toEqual({ outcome: 'dropped', attempts: 0 })
})

test('a message that is refused after its commit and sent again is clocked by its first commit, and once', async () => {
  const attempts = new Map<number, number>()
  const { recorder, sent } = await drive({
    workload: { kind: 'open', ratePerSecond: 10, records: 4 },
    load: { protocol: 'mllp', onRejected: 'resend' },
    answer: ({ index }) => {
      const attempt = (attempts.get(index) ?? 0) + 1
      attempts.set(index, attempt)
      return { commitMs: attempt, afterMs: 5, ...(attempt < 3 && { outcome: 'rejected' as const }) }
    },
  })
  expect(recorder.total).toMatchObject({ accepted: 4, rejected: 0 })
  expect(sent).toHaveLength(12)
  expect(recorder.resends).toBe(8)
  expect(recorder.times.commit.count).toBe(4)
  expect(recorder.times.commit.quantileMs(1000)).toBeCloseTo(1, 1)
})
