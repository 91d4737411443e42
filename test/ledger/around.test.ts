import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aroundEvents, isNear } from '../../src/ledger/around.ts'
import { MessageLinks } from '../../src/ledger/messageLinks.ts'
import { MessageTimes } from '../../src/ledger/messageTimes.ts'

interface Exchange {
  readonly intendedMs: number
  readonly responseMs: number | null
  readonly link: number
}

const START_MS = 1_000_000
const PHASE = { fromMs: 1_000, untilMs: 9_000, timeoutMs: 10_000 }

function shareOf(
  exchanges: readonly Exchange[],
  windowMs: number,
  eventsOf: (link: number | null) => readonly number[],
) {
  const [intended, responses, links] = [new MessageTimes(), new MessageTimes(), new MessageLinks()]
  for (const [position, { intendedMs, responseMs, link }] of exchanges.entries()) {
    intended.set(position, intendedMs)
    if (responseMs !== null) responses.set(position, responseMs)
    links.set(position, link)
  }
  const timeline = {
    startMachineMs: START_MS,
    clock: { toMachineMs: 0, uncertaintyMs: 0 },
    intended: intended.encode(),
    responses: responses.encode(),
    links: links.encode(),
  }
  const sideOf = (link: number | null, machineMs: number) =>
    isNear(eventsOf(link), machineMs, windowMs) ? ('within' as const) : ('rest' as const)
  return { timeline, sideOf }
}

const exchanges = fc.array(
  fc.record({
    intendedMs: fc.integer({ min: 0, max: 10_000 }),
    responseMs: fc.option(fc.integer({ min: 0, max: 900 }), { nil: null }),
    link: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 60 },
)
const events = fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 8 })

test('an exchange counts as close to an event only if it is one of its own tunnel, and every measured one counts once', () => {
  fc.assert(
    fc.property(
      exchanges,
      fc.array(events, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 2_000 }),
      (all, byLink, windowMs) => {
        const ascending = byLink.map(times => times.map(time => START_MS + time).toSorted((a, b) => a - b))
        const share = shareOf(all, windowMs, link => ascending[link!]!)
        const { within, rest } = aroundEvents({ shares: [share], ...PHASE })
        const measured = all.filter(({ intendedMs }) => intendedMs >= PHASE.fromMs && intendedMs < PHASE.untilMs)
        const near = measured.filter(({ intendedMs, link }) =>
          byLink[link]!.some(time => Math.abs(time - intendedMs) <= windowMs),
        )
        expect(within.exchanges).toBe(near.length)
        expect(within.exchanges + rest.exchanges).toBe(measured.length)
        expect(within.unanswered).toBe(near.filter(({ responseMs }) => responseMs === null).length)
      },
    ),
    { numRuns: 100 },
  )
})

test('p99 is that of the slow ones close to the event, and of the quick ones elsewhere', () => {
  const all = Array.from({ length: 800 }, (_, i) => ({
    intendedMs: 1_000 + i * 10,
    responseMs: Math.abs(5_000 - 1_000 - i * 10) <= 100 ? 300 : 5,
    link: 0,
  }))
  const share = shareOf(all, 100, () => [START_MS + 5_000])
  const { within, rest } = aroundEvents({ shares: [share], ...PHASE })
  expect(within).toEqual({ exchanges: 21, p99Ms: expect.closeTo(300, 0), p99AboveMs: null, unanswered: 0 })
  expect(rest).toEqual({ exchanges: 779, p99Ms: expect.closeTo(5, 0), p99AboveMs: null, unanswered: 0 })
})

test('where too many got no answer there is no p99', () => {
  const share = shareOf([{ intendedMs: 2_000, responseMs: null, link: 0 }], 100, () => [START_MS + 2_000])
  const { within, rest } = aroundEvents({ shares: [share], ...PHASE })
  expect(within).toEqual({ exchanges: 1, p99Ms: null, p99AboveMs: 10_000, unanswered: 1 })
  expect(rest).toEqual({ exchanges: 0, p99Ms: null, p99AboveMs: null, unanswered: 0 })
})

test('the link of every message comes back, and none where none was set', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 59_999 }), { nil: null }), { maxLength: 3_000 }), each => {
      const links = new MessageLinks()
      each.forEach((link, position) => {
        if (link !== null) links.set(position, link)
      })
      const read = MessageLinks.decode(links.encode())
      expect(each.map((_, position) => read.get(position))).toEqual(each)
    }),
    { numRuns: 50 },
  )
})
