import type { Bytes, MessageStream } from '../../model/stream.ts'
import { resize } from '../bytes.ts'
import { createIdentity } from '../identity.ts'
import { birthDateOf, LOOK_COUNT, look } from '../person.ts'
import { hash32 } from '../random.ts'
import type { StreamOptions } from '../streamOptions.ts'
import { createTimestampWriter } from '../timestamp.ts'
import { carryInLine } from './carry.ts'
import type { CompiledMix } from './compiled.ts'
import { createDeck } from './deck.ts'
import { createLayout, type Layout } from './layout.ts'
import { NO_PADDING, type Padding } from './padding.ts'
import { kinSegment, patientSegment } from './segments.ts'
import { ATTACHMENT_FROM_BYTES, createSizeRule, largestSize } from './sizes.ts'
import { compileSlots, createSlotWriter, type MessageState, type SlottedBytes } from './slots.ts'

const DECK = 0x6465636b
const PATIENTS = 0x70617469
const SIZES = 0x73697a65

/** Messages from templates: see `messageStream`. */
export function mixStream(compiled: CompiledMix, options: StreamOptions): MessageStream {
  const { seed, loadIndex, epochMs } = options
  const locate = createEncounters(compiled, seed, loadIndex, epochMs)
  const layouts = compiled.types.map(type => createLayout(type, largestSize(compiled)))
  const looks = compileLooks(compiled, seed)
  const sizeOf = createSizeRule(compiled, hash32(seed, SIZES, loadIndex))
  const write = createSlotWriter(seed, createIdentity(options.runKey, loadIndex), createTimestampWriter())
  const state: MessageState = { index: 0, nowMs: 0, admittedMs: 0, visit: 0, ordinal: 0, patient: 0, born: 0 }

  function render(index: number, out: Bytes): void {
    const type = locate(index, state)
    const layout = layouts[type]!
    const who = looks[state.patient % looks.length]!
    const padding = choosePadding(layout, sizeOf(type, index))
    const unpadded =
      layout.fixedBytes + who.PID.bytes.length + (layout.parts.includes('NK1') ? who.NK1.bytes.length : 0)
    const bytes = resize(out, unpadded + padding.prepare(sizeOf(type, index) - unpadded))
    let at = 0
    for (const part of layout.parts) {
      if (part === 'padding') at = padding.write(bytes, at)
      else at = write(part === 'PID' ? who.PID : part === 'NK1' ? who.NK1 : part, state, bytes, at)
    }
  }

  return { render }
}

function choosePadding(layout: Layout, wanted: number): Padding {
  if (wanted === 0) return NO_PADDING
  return wanted >= ATTACHMENT_FROM_BYTES ? layout.attachment : layout.text
}

interface CompiledLook {
  readonly PID: SlottedBytes
  readonly NK1: SlottedBytes
}

function compileLooks(compiled: CompiledMix, seed: number): CompiledLook[] {
  return Array.from({ length: Math.min(LOOK_COUNT, compiled.population) }, (_, variant) => {
    const who = look(seed, variant)
    return {
      PID: compileSlots(`${carryInLine(patientSegment(who, compiled.version), compiled.identityAt)}\r`),
      NK1: compileSlots(`${carryInLine(kinSegment(who, compiled.version), compiled.identityAt)}\r`),
    }
  })
}

/** Finds type, encounter and patient of a message: fills `state` and returns the number of the type. */
function createEncounters(
  compiled: CompiledMix,
  seed: number,
  loadIndex: number,
  epochMs: number,
): (index: number, state: MessageState) => number {
  const { population } = compiled
  const deck = createDeck(compiled.types, hash32(seed, DECK, loadIndex))
  const offset = hash32(seed, PATIENTS, loadIndex) % population
  const stride = coprimeStride(hash32(seed, PATIENTS + 1, loadIndex), population)
  return (index, state) => {
    const round = Math.floor(index / deck.length)
    const place = index - round * deck.length
    const encounter = deck.encounter[place]!
    const opened = round - deck.carried[place]!
    const number = (opened + 1) * deck.encounters + encounter
    state.index = index
    state.nowMs = epochMs + index
    state.admittedMs = epochMs + opened * deck.length + deck.arrival[encounter]!
    state.visit = number % 1_000_000_000
    state.ordinal = deck.ordinal[place]!
    state.patient = (offset + (number % population) * stride) % population
    state.born = birthDateOf(seed, state.patient)
    return deck.type[place]!
  }
}

/** A step that visits every patient before one comes again. */
function coprimeStride(draw: number, population: number): number {
  let stride = 1 + (draw % population)
  while (greatestCommonDivisor(stride, population) !== 1) stride++
  return stride
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
