import { expect, test } from 'vitest'
import { FreedSlots } from '../../src/generator/freed.ts'
import { VirtualClock } from './virtualClock.ts'

function slots(use: (slot: number, freed: FreedSlots) => void) {
  const clock = new VirtualClock()
  const freed: FreedSlots = new FreedSlots(4, clock, slot => use(slot, freed))
  return { clock, freed }
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
