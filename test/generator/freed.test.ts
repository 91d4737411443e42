import { expect, test } from 'vitest'
import { FreedSlots } from '../../src/generator/freed.ts'
import { VirtualClock } from './virtualClock.ts'

function slots(use: (slot: number, freed: FreedSlots) => void) {
  const clock = new VirtualClock()
  const freed: FreedSlots = new FreedSlots(4, clock, {
    prepare: () => 1,
    write: slot => use(slot, freed),
  })
  return { clock, freed }
}

/** What is prepared and written in a turn that frees `count` slots; slots that are named have no message. */
function turnOf(count: number, bytes: number, without: readonly number[] = []) {
  const done: string[] = []
  const clock = new VirtualClock()
  const freed = new FreedSlots(count, clock, {
    prepare: slot => {
      if (without.includes(slot)) return -1
      done.push(`prepare ${slot}`)
      return bytes
    },
    write: slot => done.push(`write ${slot}`),
  })
  for (let slot = 0; slot < count; slot++) freed.add(slot)
  clock.run()
  return done
}

test('freed slots are used in the order of their answers, when all answers of the turn were read', () => {
  const used: number[] = []
  const { clock, freed } = slots(slot => used.push(slot))
  for (const slot of [2, 0, 3]) freed.add(slot)
  expect(used).toEqual([])
  clock.run()
  expect(used).toEqual([2, 0, 3])
})

test('a slot that is freed twice in a turn is used once, and again in a later turn', () => {
  const used: number[] = []
  const { clock, freed } = slots(slot => used.push(slot))
  for (const slot of [1, 1, 2]) freed.add(slot)
  clock.run()
  freed.add(1)
  clock.run()
  expect(used).toEqual([1, 2, 1])
})

test('what is freed while others are used waits for the next turn, and none is lost', () => {
  const used: number[] = []
  const { clock, freed } = slots((slot, self) => {
    used.push(slot)
    if (used.length <= 4) self.add(slot)
  })
  for (const slot of [0, 1, 2, 3]) freed.add(slot)
  clock.run()
  expect(used).toEqual([0, 1, 2, 3, 0, 1, 2, 3])
})

test('all messages of a turn are prepared before the first is written', () => {
  expect(turnOf(3, 400)).toEqual(['prepare 0', 'prepare 1', 'prepare 2', 'write 0', 'write 1', 'write 2'])
})

test('a slot without a message is not written, and does not keep others from it', () => {
  expect(turnOf(3, 400, [1])).toEqual(['prepare 0', 'prepare 2', 'write 0', 'write 2'])
})

test('large messages are written as soon as they are prepared', () => {
  expect(turnOf(3, 1_000_000)).toEqual(['prepare 0', 'write 0', 'prepare 1', 'write 1', 'prepare 2', 'write 2'])
})

test('of hundreds of slots some are prepared at a time, and each is written once, in order', () => {
  const done = turnOf(200, 400)
  const written = done.filter(each => each.startsWith('write'))
  expect(written).toEqual(Array.from({ length: 200 }, (_, slot) => `write ${slot}`))
  expect(done.indexOf('write 0')).toBeLessThan(done.indexOf('prepare 100'))
})
