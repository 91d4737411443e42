import { createRandom, shuffle } from '../random.ts'
import { ARRIVAL_STAGE, type MessageType, OUTPATIENT_TYPES, STAGE_OF } from './messageType.ts'
import { INPATIENT, OUTPATIENT } from './patientClass.ts'

const LENGTH = 1000
/** Messages to an encounter when the mix has neither A01 nor A04: then all patients arrived before the run. */
const CARDS_WITHOUT_ARRIVAL = 4

/**
 * The encounter automaton, laid out once: message `index` plays card `index % length`, and the deck is played again and again.
 * A deck holds every type in proportion to its weight, in random order, such that the cards of one encounter come in the order
 * of their stages. An encounter may run past the end of the deck: then its last cards lie at the start of the next round, so the
 * mix is the same at every place.
 */
export interface Deck {
  readonly length: number
  readonly encounters: number
  /** By place: index of the type. */
  readonly type: Uint8Array
  /** By place: encounter of the round. */
  readonly encounter: Int32Array
  /** By place: 1 = the card belongs to an encounter of the round before. */
  readonly carried: Uint8Array
  /** By place: which message of its type this is in the encounter, from 0. Order n and result n share the order number. */
  readonly ordinal: Uint16Array
  /** By place: class of the encounter, INPATIENT or OUTPATIENT: one for all of its messages. */
  readonly patientClass: Uint8Array
  /** By encounter: place of its arrival (A01 or A04, or its first card); `length` and more = in the next round. */
  readonly arrival: Int32Array
}

export function createDeck(
  types: readonly { readonly type: MessageType; readonly weight: number }[],
  seed: number,
): Deck {
  const random = createRandom(seed)
  const counts = cardCounts(types.map(({ weight }) => weight))
  const hands = deal(
    types.map(({ type }) => type),
    counts,
    random,
  )
  return layOut(
    types.map(({ type }) => type),
    hands,
    random,
  )
}

/** Cards of each type by largest remainder, at least one each; exact when the weights are small integers. */
function cardCounts(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  const exact = weights.every(Number.isInteger) && sum <= LENGTH
  const length = exact ? sum * Math.floor(LENGTH / sum) : LENGTH
  const shares = weights.map(weight => (weight / sum) * length)
  const counts = shares.map(Math.floor)
  const byRemainder = shares.map((share, i) => ({ i, rest: share - Math.floor(share) })).sort((a, b) => b.rest - a.rest)
  const missing = length - counts.reduce((a, b) => a + b, 0)
  for (const { i } of byRemainder.slice(0, Math.round(missing))) counts[i]! += 1
  return counts.map(count => Math.max(1, count))
}

/** Deals one arrival to each encounter, and the other cards in turn. Each hand is sorted by stage. */
function deal(types: readonly MessageType[], counts: readonly number[], random: () => number): number[][] {
  const cards = counts.flatMap((count, type) => Array.from({ length: count }, () => type))
  const isArrival = (type: number) => STAGE_OF[types[type]!] === ARRIVAL_STAGE
  const arrivals = shuffle(cards.filter(isArrival), random)
  const encounters = arrivals.length || Math.ceil(cards.length / CARDS_WITHOUT_ARRIVAL)
  const hands = Array.from({ length: encounters }, (_, e) => arrivals.slice(e, e + 1))
  types.forEach((_, type) => {
    if (isArrival(type)) return
    const order = shuffle(Array.from(hands.keys()), random)
    for (let card = 0; card < counts[type]!; card++) hands[order[card % encounters]!]!.push(type)
  })
  for (const hand of hands) hand.sort((a, b) => STAGE_OF[types[a]!] - STAGE_OF[types[b]!])
  return hands
}

/** By its arrival: A04 registers an outpatient, A01 admits an inpatient (HL7 v2.5.1, 3.3.1 and 3.3.4). */
function classOf(hand: readonly MessageType[]): number {
  const isOutpatient = hand.includes('ADT^A04') || hand.every(type => OUTPATIENT_TYPES.includes(type))
  return isOutpatient ? OUTPATIENT : INPATIENT
}

/** Gives each hand random places; its first card lies at a random one of them, so that every stage is as likely everywhere. */
function layOut(types: readonly MessageType[], hands: readonly (readonly number[])[], random: () => number): Deck {
  const length = hands.reduce((sum, hand) => sum + hand.length, 0)
  const places = shuffle(
    Array.from({ length }, (_, i) => i),
    random,
  )
  const deck = {
    length,
    encounters: hands.length,
    type: new Uint8Array(length),
    encounter: new Int32Array(length),
    carried: new Uint8Array(length),
    ordinal: new Uint16Array(length),
    patientClass: new Uint8Array(length),
    arrival: new Int32Array(hands.length),
  }
  let used = 0
  hands.forEach((hand, e) => {
    const own = places.slice(used, used + hand.length).sort((a, b) => a - b)
    used += hand.length
    const patientClass = classOf(hand.map(type => types[type]!))
    const first = Math.floor(random() * hand.length)
    hand.forEach((type, card) => {
      const turn = first + card
      const carried = turn >= hand.length ? 1 : 0
      const place = own[turn % hand.length]!
      deck.type[place] = type
      deck.encounter[place] = e
      deck.carried[place] = carried
      deck.ordinal[place] = card - hand.indexOf(type)
      deck.patientClass[place] = patientClass
      const isArrival = STAGE_OF[types[type]!] === ARRIVAL_STAGE
      if (card === 0 || isArrival) deck.arrival[e] = place + carried * length
    })
  })
  return deck
}
