import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Driver } from '../../src/generator/drive.ts'
import { Recorder } from '../../src/generator/recorder.ts'
import { Retry } from '../../src/generator/retry.ts'
import { Fates } from '../../src/ledger/fate.ts'
import type { FhirLoad, Workload } from '../../src/model/scenario.ts'
import { arrivals } from '../../src/workload/arrivals.ts'
import { type Answer, type Sent, scriptedLinks } from './scriptedLinks.ts'
import { VirtualClock } from './virtualClock.ts'

const policy = { backoffMs: 100, maxBackoffMs: 1000, budget: 1, maxRetryAfterMs: 5000 }
const now = { afterMs: 0, mostAttempts: Number.POSITIVE_INFINITY }
const open = { kind: 'open', arrivals: 'constant', ratePerSecond: 50, records: null, maxOutstanding: 1000 } as const
const closed = { kind: 'closed', thinkMs: 0, records: 20 } as const

async function drive(
  workload: Workload,
  answer: (sent: Sent, nth: number) => Answer,
  load: Partial<FhirLoad> = {},
  links = 1,
) {
  const clock = new VirtualClock()
  const phases = { warmupMs: 0, measureMs: workload.kind === 'open' ? 1000 : 20_000, drainMs: 100_000 }
  const recorder = new Recorder({ fromMs: 0, untilMs: phases.measureMs })
  const times: number[] = []
  const answered = recorder.answered.bind(recorder)
  recorder.answered = (...args) => {
    times.push(args[4] - args[1])
    answered(...args)
  }
  const share = { index: 0, of: 1 }
  const fates = new Fates()
  const driver = new Driver({
    load: {
      protocol: 'fhir',
      window: 1,
      timeoutMs: 300,
      onUnknown: 'resend',
      maxAttempts: 4,
      retry: policy,
      workload,
      ...load,
    } as FhirLoad,
    links,
    pinned: false,
    share,
    arrivals: workload.kind === 'open' ? arrivals(workload, 1, share) : null,
    phases,
    spinShare: 0,
    seed: 7,
    clock,
    recorder,
    fates,
    stage: null,
  })
  const peer = scriptedLinks(clock, driver.events, links, answer)
  const done = driver.run(peer.links)
  clock.run(200_000)
  await done
  recorder.checkConservation()
  return { recorder, times, sent: peer.sent, fates }
}

const sendsOf = (sent: readonly Sent[], index: number) => sent.filter(each => each.index === index)

describe('how long to wait', () => {
  const retry = (over: Partial<typeof policy> = {}, maxAttempts = 100, seen = () => 1e6) =>
    new Retry({ ...policy, ...over }, maxAttempts, 1, seen)

  test('the wait is uniform below a ceiling that doubles up to the longest backoff', () => {
    for (const [attempts, ceilingMs] of [
      [1, 100],
      [2, 200],
      [4, 800],
      [5, 1000],
      [60, 1000],
    ] as const) {
      const generous = Array.from({ length: 80 }, (_, index) => retry().waitMs(index, attempts, now) as number)
      expect(Math.max(...generous)).toBeLessThan(ceilingMs)
      expect(Math.max(...generous)).toBeGreaterThan(0.9 * ceilingMs)
      expect(Math.min(...generous)).toBeLessThan(0.1 * ceilingMs)
    }
  })

  test('it comes from the seed, and what the peer asks for comes before it', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 5000 }),
        (index, attempts, afterMs) => {
          const waitMs = retry().waitMs(index, attempts, { ...now, afterMs }) as number
          expect(retry().waitMs(index, attempts, { ...now, afterMs })).toBe(waitMs)
          expect(waitMs).toBeGreaterThanOrEqual(afterMs)
          expect(waitMs - afterMs).toBeLessThanOrEqual(1000)
        },
      ),
    )
  })

  test('a wait beyond the longest one is not waited for, and attempts end', () => {
    expect(retry().waitMs(0, 1, { ...now, afterMs: 5001 })).toBe('retry-after-too-long')
    expect(retry({}, 3).waitMs(0, 3, now)).toBe('attempts-exhausted')
    expect(retry().waitMs(0, 2, { afterMs: 0, mostAttempts: 2 })).toBe('attempts-exhausted')
  })

  test('however many requests fail, no more than the budget is sent again', () => {
    let requests = 0
    const limited = retry({ budget: 0.1 }, 100, () => requests)
    let granted = 0
    for (requests = 1; requests <= 5000; requests++) if (typeof limited.waitMs(requests, 1, now) === 'number') granted++
    expect(granted).toBeGreaterThanOrEqual(500)
    expect(granted).toBeLessThanOrEqual(511)
  })
})

test('what was refused for now is sent again until it is accepted, and its waits are part of the response', async () => {
  const { recorder, times, sent } = await drive(closed, ({ index }, nth) =>
    index === 3 && nth < 5 ? { afterMs: 5, deferred: { ...now, afterMs: 700 } } : { afterMs: 5 },
  )
  expect(recorder.total).toMatchObject({ accepted: 20, rejected: 0 })
  expect(sendsOf(sent, 3)).toHaveLength(3)
  expect(Math.max(...times)).toBeGreaterThan(1400)
  expect(recorder.counts).toMatchObject({ retries: 2, 'retried-accepted': 1, attempts: 22 })
  expect(recorder.tolerated.get('scripted, sent again')).toBe(2)
})

test('in a closed loop the slot waits with its message; in an open one it carries others', async () => {
  const first = ({ index }: Sent, nth: number): Answer =>
    index === 0 && nth === 0 ? { afterMs: 5, deferred: { ...now, afterMs: 400 } } : { afterMs: 5 }
  const waits = await drive(closed, first)
  expect(waits.sent[1]!.index).toBe(0)
  const goesOn = await drive(open, first)
  expect(goesOn.sent[1]!.index).toBe(1)
  expect(sendsOf(goesOn.sent, 0)[1]!.atMs).toBeGreaterThanOrEqual(405)
  expect(goesOn.recorder.total.accepted).toBe(50)
})

test('what is refused for good, too often or beyond the budget ends as rejected with its reason', async () => {
  const always = { afterMs: 1, deferred: now }
  const { recorder, sent } = await drive(closed, () => always)
  expect(recorder.total.rejected).toBe(20)
  expect(recorder.reasons.get('scripted')).toBe(20)
  expect(recorder.counts).toMatchObject({ attempts: sent.length })
  expect((recorder.counts['attempts-exhausted'] ?? 0) + (recorder.counts['budget-exhausted'] ?? 0)).toBe(20)
  const without = await drive(closed, () => always, { retry: null, onUnknown: 'drop' })
  expect(without.sent).toHaveLength(20)
  expect(without.recorder.total.rejected).toBe(20)
  expect(without.recorder.counts).toEqual({})
})

test('the fate of a lost create is known once a later attempt finds it there, or creates it', async () => {
  const { recorder } = await drive(closed, ({ index }, nth) => {
    if (index === 2 && nth === 2) return 'disconnect'
    if (index === 4 && nth <= 5) return 'never'
    return { afterMs: 5, outcome: index === 2 ? 'repeated' : 'created' }
  })
  expect(recorder.total.accepted).toBe(20)
  expect(recorder.counts).toMatchObject({ 'unknown-had-arrived': 1, 'unknown-had-not-arrived': 1 })
  // Every request was accepted: what its earlier attempts ended with is no reason for anything.
  expect(Object.fromEntries(recorder.reasons)).toEqual({ scripted: 20 })
  expect(Object.fromEntries(recorder.tolerated)).toEqual({ 'ECONNRESET, sent again': 1, 'timeout, sent again': 1 })
})

test('an answer that does not say whether it was there leaves the fate of the attempt before open', async () => {
  const { recorder } = await drive(closed, (_, nth) => (nth === 2 ? 'never' : { afterMs: 5 }))
  expect(recorder.total.accepted).toBe(20)
  expect(recorder.counts).toEqual({ attempts: 21, retries: 1, 'retried-accepted': 1 })
})

test('what still waits to be sent again when the run ends is unfinished', async () => {
  const { recorder } = await drive(
    { ...closed, records: 1 },
    () => ({ afterMs: 5, deferred: { ...now, afterMs: 600_000 } }),
    {
      retry: { ...policy, maxRetryAfterMs: 1_000_000 },
    },
  )
  expect(recorder.total.unfinished).toBe(1)
})

test('whatever a peer does, no message has two attempts in flight', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('good', 'later', 'never', 'disconnect'), { minLength: 5, maxLength: 60 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      async (moods, isOpen, links) => {
        const inFlight = new Map<number, number>()
        const { recorder } = await drive(
          isOpen ? open : closed,
          ({ index, link, atMs }, nth) => {
            const mood = moods[nth % moods.length]
            expect(inFlight.get(index) ?? -1).toBeLessThan(atMs + 1e-9)
            inFlight.set(index, mood === 'never' ? atMs + 300 : mood === 'disconnect' ? atMs : atMs + 3)
            expect(link).toBeLessThan(links)
            if (mood === 'never' || mood === 'disconnect') return mood
            return mood === 'later' ? { afterMs: 3, deferred: now } : { afterMs: 3 }
          },
          {},
          links,
        )
        expect(recorder.total.unfinished).toBe(0)
      },
    ),
    { numRuns: 40 },
  )
})
