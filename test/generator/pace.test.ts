import { expect, test } from 'vitest'
import { Pacer } from '../../src/generator/pace.ts'
import { VirtualClock } from './virtualClock.ts'

/** Answers may come at any time. */
const BUSY = { count: 1 }

/** Wakes at each multiple of `everyMs`; timers ring up to `grainMs` late. Returns how late each wake-up was and the turns spent spinning. */
function pace(spinShare: number, everyMs: number, count: number, grainMs = 1) {
  const clock = new VirtualClock()
  let turns = 0
  const rough = {
    ...bound(clock),
    after: (delayMs: number, callback: () => void) => clock.after(delayMs + grainMs, callback),
    soon: (callback: () => void) => {
      turns++
      clock.soon(callback)
    },
  }
  const lateMs: number[] = []
  let next = everyMs
  const pacer: Pacer = new Pacer(rough, spinShare, BUSY, () => {
    lateMs.push(clock.now() - next)
    next += everyMs
    if (lateMs.length < count) pacer.wakeAt(next)
  })
  pacer.wakeAt(next)
  clock.run()
  return { lateMs, turns, wholeMs: clock.now() }
}

function bound(clock: VirtualClock) {
  return {
    now: () => clock.now(),
    every: (periodMs: number, callback: () => void) => clock.every(periodMs, callback),
    afterInput: (callback: () => void) => clock.afterInput(callback),
  }
}

const worst = (times: readonly number[]) => Math.max(...times)

test('spinning hits an arrival to a turn of the event loop, though timers are rough', () => {
  const { lateMs } = pace(1, 10, 50)
  expect(worst(lateMs)).toBeLessThan(0.01)
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0)
})

test('an arrival that is nearer than a turn of the event loop is not made late by that turn', () => {
  const [readingMs, turnMs, gapMs] = [0.000_04, 0.004, 0.05]
  let nowMs = 0
  const turns: (() => void)[] = []
  const never = { cancel() {} }
  const clock = {
    now: () => (nowMs += readingMs),
    after: () => never,
    every: () => never,
    soon: (callback: () => void) => void turns.push(callback),
    afterInput: () => {},
  }
  const lateMs: number[] = []
  const pacer: Pacer = new Pacer(clock, 1, BUSY, () => {
    lateMs.push(nowMs - (lateMs.length + 1) * gapMs)
    if (lateMs.length < 200) pacer.wakeAt((lateMs.length + 1) * gapMs)
  })
  pacer.wakeAt(gapMs)
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    nowMs += turnMs
    turn()
  }
  expect(lateMs).toHaveLength(200)
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0)
  expect(worst(lateMs)).toBeLessThan(turnMs / 3)
})

test('without spinning arrivals are late by the grain of the timers, never early, and no turn is spent', () => {
  const { lateMs, turns } = pace(0, 10, 50)
  expect(turns).toBe(0)
  for (const late of lateMs) expect(late).toBeCloseTo(1, 6)
})

test('spinning stays within its share of the time and sleeps beyond it', () => {
  const { lateMs, turns, wholeMs } = pace(0.2, 1.2, 2000)
  const spunMs = turns * 0.001
  expect(spunMs / wholeMs).toBeLessThan(0.25)
  expect(spunMs / wholeMs).toBeGreaterThan(0.1)
  expect(lateMs.filter(late => late < 0.01).length).toBeGreaterThan(100)
})

test('a later wake-up replaces an earlier one, and a stopped pacer wakes nobody', () => {
  const clock = new VirtualClock()
  const woken: number[] = []
  const pacer = new Pacer(clock, 1, BUSY, () => woken.push(clock.now()))
  pacer.wakeAt(5)
  pacer.wakeAt(8)
  clock.run()
  expect(woken).toHaveLength(1)
  expect(woken[0]).toBeCloseTo(8, 2)
  pacer.wakeAt(20)
  pacer.stop()
  clock.run()
  expect(woken).toHaveLength(1)
})

test('however often the next arrival changes, one turn of the event loop is asked for at a time', () => {
  const clock = new VirtualClock()
  let asked = 0
  const counting = {
    ...bound(clock),
    after: (delayMs: number, callback: () => void) => clock.after(delayMs, callback),
    soon: (callback: () => void) => {
      asked++
      clock.soon(callback)
    },
  }
  const woken: number[] = []
  const pacer = new Pacer(counting, 1, BUSY, () => woken.push(clock.now()))
  for (const dueMs of [0.5, 0.25, 0, 0.01]) pacer.wakeAt(dueMs)
  clock.run()
  expect(woken).toHaveLength(1)
  expect(asked).toBeLessThanOrEqual(11)
})

test('what is due already is woken for in the next turn, whatever may be spent on spinning', () => {
  const clock = new VirtualClock()
  const woken: number[] = []
  const pacer = new Pacer(clock, 0, BUSY, () => woken.push(clock.now()))
  pacer.wakeAt(0)
  expect(woken).toEqual([])
  clock.run()
  expect(woken).toEqual([0.001])
})

test('while no answer can come the clock is read for longer before input is: each turn leaves garbage', () => {
  const turnsOf = (awaitsInput: boolean) => {
    const clock = new VirtualClock()
    let turns = 0
    let readings = 0
    const counting = {
      ...bound(clock),
      now: () => clock.now() + ++readings * 0.000_04,
      after: (delayMs: number, callback: () => void) => clock.after(delayMs, callback),
      soon: (callback: () => void) => {
        turns++
        clock.soon(callback)
      },
    }
    const pacer = new Pacer(counting, 1, { count: awaitsInput ? 1 : 0 }, () => {})
    pacer.wakeAt(1)
    clock.run()
    return turns
  }
  expect(turnsOf(false)).toBeGreaterThan(10)
  expect(turnsOf(true)).toBeGreaterThan(8 * turnsOf(false))
})
