import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeck, type Deck } from '../../../src/workload/hl7/deck.ts'
import { ARRIVAL_STAGE, MESSAGE_TYPES, STAGE_OF } from '../../../src/workload/hl7/messageType.ts'

const mixes = fc.uniqueArray(
  fc.record({ type: fc.constantFrom(...MESSAGE_TYPES), weight: fc.integer({ min: 1, max: 100 }) }),
  {
    minLength: 1,
    selector: ({ type }) => type,
  },
)

const cardsOf = (deck: Deck, round: number) => {
  const from = deck.shuffleOf(round) * deck.length
  return Array.from({ length: deck.length }, (_, place) => from + place)
}

test('every round of a deck holds every type in proportion, each place once', () => {
  fc.assert(
    fc.property(mixes, fc.nat(), fc.nat(), (types, seed, round) => {
      const deck = createDeck(types, seed)
      const sum = types.reduce((total, { weight }) => total + weight, 0)
      types.forEach(({ weight }, t) => {
        const cards = cardsOf(deck, round).filter(card => deck.type[card] === t).length
        expect(cards / deck.length).toBeCloseTo(weight / sum, 10)
      })
    }),
    { numRuns: 50 },
  )
})

test('the cards of an encounter follow its stages, over the end of the round if need be, whatever the shuffles', () => {
  fc.assert(
    fc.property(mixes, fc.nat(), fc.nat(), (types, seed, round) => {
      const deck = createDeck(types, seed)
      const last = new Int32Array(deck.encounters).fill(-1)
      for (const carried of [0, 1]) {
        for (const card of cardsOf(deck, round + carried)) {
          if (deck.carried[card] !== carried) continue
          const stage = STAGE_OF[types[deck.type[card]!]!.type]
          expect(stage).toBeGreaterThanOrEqual(last[deck.encounter[card]!]!)
          last[deck.encounter[card]!] = stage
        }
      }
    }),
    { numRuns: 50 },
  )
})

test('the arrival of an encounter is found in the round in which it lies', () => {
  const types = MESSAGE_TYPES.map(type => ({ type, weight: 1 }))
  const deck = createDeck(types, 3)
  for (let encounter = 0; encounter < deck.encounters; encounter++) {
    const round = 5 + deck.arrivesLate[encounter]!
    const shuffle = deck.shuffleOf(round)
    const card = shuffle * deck.length + deck.arrival[shuffle * deck.encounters + encounter]!
    expect([deck.encounter[card], deck.carried[card]]).toEqual([encounter, deck.arrivesLate[encounter]])
    expect(STAGE_OF[types[deck.type[card]!]!.type]).toBe(ARRIVAL_STAGE)
  }
})

test.each([8, 100, 250, 500, 1000])(
  'of %i connections that messages are dealt to in turn, none sends few types only',
  connections => {
    const types = MESSAGE_TYPES.map(type => ({ type, weight: 1 }))
    const deck = createDeck(types, 7)
    const messages = 400
    for (let connection = 0; connection < connections; connection += 7) {
      const shares = new Float64Array(types.length)
      for (let i = 0; i < messages; i++) {
        const index = connection + i * connections
        const round = Math.floor(index / deck.length)
        shares[deck.type[cardsOf(deck, round)[index % deck.length]!]!]! += 1 / messages
      }
      expect(Math.max(...shares)).toBeLessThan(0.3)
    }
  },
)

test('fractional weights are met to a card, and a rare type still has one', () => {
  const deck = createDeck(
    [
      { type: 'ADT^A01', weight: 0.9999 },
      { type: 'ORU^R01', weight: 0.0001 },
    ],
    1,
  )
  expect(cardsOf(deck, 0).filter(card => deck.type[card] === 1).length).toBe(1)
  expect(deck.length).toBe(1001)
})
