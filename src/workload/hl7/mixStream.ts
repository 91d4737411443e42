import type { Bytes, MessageStream } from '../../model/stream.ts'
import { resize } from '../bytes.ts'
import { encoderOf } from '../charset.ts'
import { BLOCK_MESSAGES, createIdentity, MAX_LOADS } from '../identity.ts'
import { patientsInTurn } from '../patients.ts'
import { birthDateOf } from '../person.ts'
import { hash32 } from '../random.ts'
import { type StreamOptions, timeOfMessage } from '../streamOptions.ts'
import type { CompiledMix } from './compiled.ts'
import { createDeck, type Deck, SHUFFLES } from './deck.ts'
import { createLayouts, FIXED, type Layout, PADDING } from './layout.ts'
import { createLooks } from './looks.ts'
import { NO_PADDING } from './padding.ts'
import { SegmentPool } from './segmentPool.ts'
import { ATTACHMENT_FROM_BYTES, createSizeRule, largestSize } from './sizes.ts'
import { createMessageState, createSlotFiller, createSlotWriter, type MessageState } from './slots.ts'

const DECK = 0x6465636b
const SIZES = 0x73697a65
/** Numbers of visits that each load has of the nine digits: they name visits, orders, documents and appointments apart over all loads. */
const VISITS_PER_LOAD = Math.floor(1_000_000_000 / MAX_LOADS)
/** What the address says where a message needs some more bytes; there are never more. Cut anywhere it ends with no space, which engines trim. */
const FILLER = new TextEncoder().encode(
  'Sample-annex-at-the-test-yard,-placeholder-stairs,-second-door-of-the-mock-hallway,-left',
)

/**
 * Messages from templates: see `messageStream`.
 * @param shuffles orders of the deck that rounds choose from: who wants a few messages only needs one
 */
export function mixStream(compiled: CompiledMix, options: StreamOptions, shuffles = SHUFFLES): MessageStream {
  const { seed, loadIndex } = options
  const encode = encoderOf(compiled.charset)
  const deck = createDeck(compiled.types, hash32(seed, DECK, loadIndex), shuffles)
  const locate = createEncounters(deck, compiled, options)
  const layoutsOf = (lines: 'lines' | 'leanLines') =>
    compiled.types.map(type => createLayouts(type[lines], largestSize(compiled.sizes), encode))
  const [layouts, leanLayouts] = [layoutsOf('lines'), layoutsOf('leanLines')]
  const fill = createSlotFiller(seed, createIdentity(options.runKey, loadIndex))
  const write = createSlotWriter(fill)
  const pool = new SegmentPool(fill, encode)
  const segmentsOf = createLooks(compiled, seed, pool)
  const sizeOf = createSizeRule(compiled, hash32(seed, SIZES, loadIndex))
  const isExact =
    typeof compiled.sizes === 'number' || (typeof compiled.sizes === 'object' && 'ladder' in compiled.sizes)
  const state = createMessageState()

  function render(index: number, out: Bytes): void {
    const card = locate(index, state)
    const type = deck.type[card]!
    const patientClass = deck.patientClass[card]!
    const wanted = sizeOf(type, index)
    const whole = layouts[type]![patientClass]!
    const patient = segmentsOf(state.patient, whole.patientLine)
    const wholeBytes = whole.fixedBytes + pool.bytesOf(patient)
    if (wanted === 0 || wanted >= wholeBytes || !isExact) return put(whole, patient, wholeBytes, wanted, out)
    const lean = leanLayouts[type]![patientClass]!
    const leanPatient = segmentsOf(state.patient, lean.patientLine)
    put(lean, leanPatient, lean.fixedBytes + pool.bytesOf(leanPatient), wanted, out)
  }

  /** Writes a message that has `unpadded` bytes by itself, padded to `wanted` where that is more. */
  function put(layout: Layout, patient: number, unpadded: number, wanted: number, out: Bytes): void {
    const missing = Math.max(0, wanted - unpadded)
    const padding = missing === 0 ? NO_PADDING : wanted >= ATTACHMENT_FROM_BYTES ? layout.attachment : layout.text
    const padded = padding.prepare(missing)
    const fillerBytes = Math.min(missing - padded, FILLER.length)
    const bytes = resize(out, unpadded + padded + fillerBytes)
    const { kinds, parts } = layout
    let at = 0
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i]!
      if (kind === FIXED) at = write(parts[i]!, state, bytes, at)
      else if (kind === PADDING) at = padding.write(bytes, at)
      else at = pool.write(patient, FILLER, fillerBytes, state, bytes, at)
    }
  }

  return { render }
}

/** Finds encounter and patient of a message: fills `state` and returns its card in the deck. */
function createEncounters(
  deck: Deck,
  compiled: CompiledMix,
  options: StreamOptions,
): (index: number, state: MessageState) => number {
  const { seed, loadIndex } = options
  const patientOf = patientsInTurn(compiled, seed, loadIndex)
  /** Of the round before, of the one at hand and of the next: an encounter of one may go on, or arrive, in another. */
  const shuffles = new Uint8Array(3)
  let shuffledRound = Number.NaN
  const shuffleAround = (round: number) => {
    for (let which = 0; which < shuffles.length; which++) shuffles[which] = deck.shuffleOf(round - 1 + which)
    shuffledRound = round
  }
  return (index, state) => {
    const round = Math.floor(index / deck.length)
    if (round !== shuffledRound) shuffleAround(round)
    const card = shuffles[1]! * deck.length + (index - round * deck.length)
    const encounter = deck.encounter[card]!
    const opened = round - deck.carried[card]!
    const arrived = opened + deck.arrivesLate[encounter]!
    const number = (opened + 1) * deck.encounters + encounter
    const nowMs = timeOfMessage(options, index)
    state.index = index
    state.block = Math.floor(index / BLOCK_MESSAGES)
    state.second = Math.floor(nowMs / 1000)
    state.millisecond = nowMs - state.second * 1000
    const arrival = deck.arrival[shuffles[1 + arrived - round]! * deck.encounters + encounter]!
    state.admittedSecond = Math.floor(timeOfMessage(options, arrived * deck.length + arrival) / 1000)
    state.visit = loadIndex * VISITS_PER_LOAD + (number % VISITS_PER_LOAD)
    state.ordinal = deck.ordinal[card]!
    state.patient = patientOf(number)
    state.born = birthDateOf(seed, state.patient)
    return card
  }
}
