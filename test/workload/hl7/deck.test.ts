import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeck } from '../../../src/workload/hl7/deck.ts'
import { MESSAGE_TYPES, STAGE_OF } from '../../../src/workload/hl7/messageType.ts'

const mixes = fc.uniqueArray(
  fc.record({ type: fc.constantFrom(...MESSAGE_TYPES), weight: fc.integer({ min: 1, max: 100 }) }),
  {
    minLength: 1,
    selector: ({ type }) => type,
  },
)

test('a deck holds every type in proportion, each place once', () => {
  fc.assert(
    fc.property(mixes, fc.nat(), (types, seed) => {
      const deck = createDeck(types, seed)
      const sum = types.reduce((total, { weight }) => total + weight, 0)
      types.forEach(({ weight }, t) => {
        const cards = deck.type.filter(type => type === t).length
        expect(cards / deck.length).toBeCloseTo(weight / sum, 10)
      })
    }),
    { numRuns: 50 },
  )
})

test('the cards of an encounter follow its stages, over the end of the round if need be', () => {
  fc.assert(
    fc.property(mixes, fc.nat(), (types, seed) => {
      const deck = createDeck(types, seed)
      const last = new Int32Array(deck.encounters).fill(-1)
      for (const carried of [0, 1]) {
        for (let place = 0; place < deck.length; place++) {
          if (deck.carried[place] !== carried) continue
          const stage = STAGE_OF[types[deck.type[place]!]!.type]
          expect(stage).toBeGreaterThanOrEqual(last[deck.encounter[place]!]!)
          last[deck.encounter[place]!] = stage
        }
      }
    }),
    { numRuns: 50 },
  )
})

test('fractional weights are met to a card, and a rare type still has one', () => {
  const deck = createDeck(
    [
      { type: 'ADT^A01', weight: 0.9999 },
      { type: 'ORU^R01', weight: 0.0001 },
    ],
    1,
  )
  expect(deck.type.filter(type => type === 1).length).toBe(1)
  expect(deck.length).toBe(1001)
})
