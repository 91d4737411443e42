import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Past } from '../../src/protocol/mllp/past.ts'

test('it knows how each of the last messages ended, and of no others', () => {
  const past = new Past(1)
  past.answered(1, true)
  past.answered(2, false)
  past.unanswered(3)
  expect([0, 1, 2, 3, 4].map(index => past.endingOf(index))).toEqual([null, 'accepted', 'rejected', 'unanswered', null])
})

test.each([
  [1, 256],
  [4, 256],
  [100, 6400],
])('with window %i it remembers %i messages, and forgets the oldest', (window, messages) => {
  const past = new Past(window)
  for (let index = 0; index <= messages; index++) past.answered(index, true)
  expect(past.endingOf(0)).toBeNull()
  expect(past.endingOf(1)).toBe('accepted')
  expect(past.endingOf(messages)).toBe('accepted')
})

test('of a message that was sent more than once the last ending counts, wherever in the ring it stands', () => {
  fc.assert(
    fc.property(fc.nat(600), fc.constantFrom(1, 2, 5), (before, between) => {
      const past = new Past(1)
      for (let i = 0; i < before; i++) past.answered(1000 + i, true)
      past.unanswered(7)
      for (let i = 0; i < between; i++) past.answered(5000 + i, true)
      past.answered(7, false)
      expect(past.endingOf(7)).toBe('rejected')
    }),
  )
})
