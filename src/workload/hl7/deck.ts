import { createRandom, hashAt, hashKey, hashLane, shuffle } from '../random.ts'
import { ARRIVAL_STAGE, type MessageType, OUTPATIENT_TYPES, STAGE_OF } from './messageType.ts'
import { INPATIENT, OUTPATIENT } from './patientClass.ts'

const LENGTH = 1000
/** Messages to an encounter when the mix has neither A01 nor A04: then all patients arrived before the run. */
const CARDS_WITHOUT_ARRIVAL = 4
/** Orders in which a round may play the deck. */
export const SHUFFLES = 64
const SHUFFLE = 0x73687566

/**
 * The encounter automaton, laid out once: message `index` plays the card at place `index % length` of its round, and the deck is
 * played again and again. A deck holds every type in proportion to its weight, in random order, such that the cards of one
 * encounter come in the order of their stages. An encounter may run past the end of the deck: then its last cards lie in the next
 * round, so the mix is the same at every place.
 *
 * Each round draws one of several shuffles. In all of them the same cards run past the end of the deck, so an encounter keeps its
 * order whatever shuffle follows. Were there one, a connection that gets every n-th message would play the same few cards for
 * ever where n and the length have a divisor in common.
 */
export interface Deck {
  readonly length: number
  readonly encounters: number
  readonly shuffleOf: (round: number) => number
  /** By card (`shuffle * length + place`): index of the type. */
  readonly type: Uint8Array
  /** By card: encounter of the round. */
  readonly encounter: Uint16Array
  /** By card: 1 = it belongs to an encounter of the round before. */
  readonly carried: Uint8Array
  /** By card: which message of its type this is in the encounter, from 0. Order n and result n share the order number. */
  readonly ordinal: Uint16Array
  /** By card: class of the encounter, INPATIENT or OUTPATIENT: one for all of its messages. */
  readonly patientClass: Uint8Array
  /** By `shuffle * encounters + encounter`: place of its arrival (A01 or A04, or its first card). */
  readonly arrival: Uint16Array
  /** By encounter: 1 = its arrival lies in the next round. */
  readonly arrivesLate: Uint8Array
}

export function createDeck(
  cards: readonly { readonly type: MessageType; readonly weight: number }[],
  seed: number,
  shuffles = SHUFFLES,
): Deck {
  const random = createRandom(seed)
  const types = cards.map(({ type }) => type)
  const counts = cardCounts(cards.map(({ weight }) => weight))
  const hands = deal(types, counts, random).map(hand => handOf(types, hand, random))
  return layOut(hands, { seed, shuffles, random })
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

/** The cards of one encounter, from the first to the last. */
interface Hand {
  /** By card: index of the type, and which of its type it is. */
  readonly types: readonly number[]
  readonly ordinals: readonly number[]
  readonly patientClass: number
  /** The card with which the encounter arrives. */
  readonly arrival: number
  /** Cards that are carried into the next round: the last ones. */
  readonly carried: number
}

/** As many cards are carried as a random draw says, so that every stage is as likely everywhere. */
function handOf(types: readonly MessageType[], hand: readonly number[], random: () => number): Hand {
  return {
    types: hand,
    ordinals: hand.map((type, card) => card - hand.indexOf(type)),
    patientClass: classOf(hand.map(type => types[type]!)),
    arrival: Math.max(
      0,
      hand.findIndex(type => STAGE_OF[types[type]!] === ARRIVAL_STAGE),
    ),
    carried: Math.floor(random() * hand.length),
  }
}

/** By its arrival: A04 registers an outpatient, A01 admits an inpatient (HL7 v2.5.1, 3.3.1 and 3.3.4). */
function classOf(hand: readonly MessageType[]): number {
  const isOutpatient = hand.includes('ADT^A04') || hand.every(type => OUTPATIENT_TYPES.includes(type))
  return isOutpatient ? OUTPATIENT : INPATIENT
}

/** Gives each hand random places in each shuffle. Its carried cards take the first of them, in the round that follows. */
function layOut(
  hands: readonly Hand[],
  { seed, shuffles, random }: { readonly seed: number; readonly shuffles: number; readonly random: () => number },
): Deck {
  const length = hands.reduce((sum, { types }) => sum + types.length, 0)
  const encounters = hands.length
  const deck = {
    length,
    encounters,
    shuffleOf: shuffleDrawer(seed, shuffles),
    type: new Uint8Array(shuffles * length),
    encounter: new Uint16Array(shuffles * length),
    carried: new Uint8Array(shuffles * length),
    ordinal: new Uint16Array(shuffles * length),
    patientClass: new Uint8Array(shuffles * length),
    arrival: new Uint16Array(shuffles * encounters),
    arrivesLate: Uint8Array.from(hands, ({ types, carried, arrival }) => (arrival >= types.length - carried ? 1 : 0)),
  }
  const places = Array.from({ length }, (_, i) => i)
  for (let turn = 0; turn < shuffles; turn++) {
    shuffle(places, random)
    let used = 0
    hands.forEach(({ types, ordinals, patientClass, arrival, carried }, e) => {
      const own = places.slice(used, used + types.length).sort((a, b) => a - b)
      used += types.length
      types.forEach((type, card) => {
        const place = own[(card + carried) % types.length]!
        const at = turn * length + place
        deck.type[at] = type
        deck.encounter[at] = e
        deck.carried[at] = card + carried >= types.length ? 1 : 0
        deck.ordinal[at] = ordinals[card]!
        deck.patientClass[at] = patientClass
        if (card === arrival) deck.arrival[turn * encounters + e] = place
      })
    })
  }
  return deck
}

/** Draws the shuffle of each round. */
function shuffleDrawer(seed: number, shuffles: number): (round: number) => number {
  const key = hashKey(seed)
  const lane = hashLane(key, SHUFFLE)
  return round => hashAt(key, lane, round) % shuffles
}
