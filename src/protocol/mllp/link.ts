import type { Bytes, MessageStream } from '../../model/stream.ts'
import { DialledLink, type DialledLinkOptions } from '../dialledLink.ts'
import type { FrameDecoder, FrameHandlers, Framing, NakReason } from '../framing.ts'
import { describeAckError } from '../hl7/ackError.ts'
import type { Link } from '../link.ts'
import { COMMIT_IN_ORIGINAL_MODE, createAck, isAccepting, isCommit, readAck } from './ack.ts'
import type { MllpError } from './decoder.ts'
import { Doubts } from './doubts.ts'
import type { Room } from './holdings.ts'
import { type Ending, Past } from './past.ts'

export interface MllpLinkOptions extends DialledLinkOptions {
  readonly window: number
  readonly framing: Framing
  readonly stream: MessageStream
  /** Index of the message with this control id, or -1 for an id that this run never made. */
  readonly indexOf: (bytes: Uint8Array, start: number, end: number) => number
}

const MAX_ACK_BYTES = 16 * 1024 * 1024
/** Of acknowledgements whose end has not come, all links of the process hold so much together. */
const ACK_ROOM: Room = { freeBytes: 128 * 1024 * 1024 }
const FREE = -1

/** One connection, original acknowledgement mode: acks are matched by MSA-2 to MSH-10, byte for byte. */
export function createMllpLink(options: MllpLinkOptions): Link {
  return new MllpLink(options)
}

export class MllpLink extends DialledLink {
  readonly #options: MllpLinkOptions
  /** Index of the message in flight on each slot. */
  readonly #slots: Float64Array
  readonly #frames: Buffer[]
  /** The room for a message in each frame. */
  readonly #rooms: Uint8Array[]
  /** The message of each slot, in that room unless it outgrew it. */
  readonly #payloads: Bytes[]
  /** Where the stream of bytes stood after the frame of each slot was written. */
  readonly #ends: Float64Array
  readonly #ack = createAck()
  readonly #doubts: Doubts
  readonly #past: Past
  #decoder: FrameDecoder

  constructor(options: MllpLinkOptions) {
    super(options)
    const { window, framing } = options
    this.#options = options
    this.#slots = new Float64Array(window).fill(FREE)
    this.#ends = new Float64Array(window)
    this.#frames = Array.from({ length: window }, () => Buffer.allocUnsafeSlow(2048))
    this.#rooms = this.#frames.map(frame => frame.subarray(framing.headBytes))
    this.#payloads = this.#rooms.map(bytes => ({ bytes, length: 0 }))
    this.#doubts = new Doubts(window)
    this.#past = new Past(window)
    this.#decoder = this.#newDecoder()
    this.connection.dial()
  }

  override prepare(slot: number, index: number): number {
    if (this.connection.holds(this.#ends[slot]!)) this.#refresh(slot)
    const payload = this.#payloads[slot]!
    payload.length = 0
    this.#options.stream.render(index, payload)
    const fits = payload.length <= this.#options.framing.maxMessageBytes
    if (fits) this.#seal(slot, payload)
    this.#slots[slot] = fits ? index : FREE
    return payload.length
  }

  override write(slot: number): void {
    if (this.#slots[slot] === FREE) return this.#dropLater(slot)
    const { framing } = this.#options
    const frameBytes = framing.headBytes + this.#payloads[slot]!.length + framing.tailBytes
    this.connection.write(this.#frames[slot]!.subarray(0, frameBytes))
    this.#ends[slot] = this.connection.bytesOut
  }

  protected override read(bytes: Uint8Array, length: number): void {
    this.#decoder.push(bytes, 0, length)
  }

  /** An ack for the message in flight on `slot`; it lies in `bytes[start, end)`. */
  protected acknowledged(slot: number, code: string, bytes: Uint8Array, start: number, end: number): void {
    // Original mode knows AA, AE and AR; of a receiver that only commits no more is to be had.
    if (isCommit(code)) this.#options.events.tolerated(this.#options.id, COMMIT_IN_ORIGINAL_MODE)
    this.conclude(slot, code, bytes, start, end)
  }

  /** Ends the exchange on `slot` as this ack says. */
  protected conclude(slot: number, code: string, bytes: Uint8Array, start: number, end: number): void {
    if (isAccepting(code)) return this.finish(slot, null)
    this.#options.events.explained(this.#options.id, describeAckError(code, bytes, start, end))
    this.finish(slot, code)
  }

  /** An ack for a message that ended before, on this connection or an earlier one of the link. */
  protected acknowledgedAgain(ending: Ending, code: string, _bytes: Uint8Array, _start: number, _end: number): void {
    this.#options.events.tolerated(this.#options.id, nameOfAckAfter(ending, code))
  }

  /** Ends the exchange on `slot`; `reason` says why the peer rejected the message, null = it accepted it. */
  protected finish(slot: number, reason: string | null): void {
    const { id, events } = this.#options
    this.#past.answered(this.#slots[slot]!, reason === null)
    this.#slots[slot] = FREE
    this.connection.proven()
    const isDoubtful = this.#doubts.any
    if (isDoubtful) this.#doubts.clear(slot)
    events.replied(id, slot, reason === null ? 'accepted' : 'rejected', reason, null)
    if (isDoubtful) this.#blame(this.#doubts.blamed(), 'another control id')
  }

  #seal(slot: number, payload: Bytes): void {
    const { framing } = this.#options
    const frame = this.#frames[slot]!
    const needed = framing.headBytes + payload.length + framing.tailBytes
    if (payload.bytes !== this.#rooms[slot] || needed > frame.length) {
      const message = payload.bytes.subarray(0, payload.length)
      this.#renew(slot, Math.max(needed, frame.length * 2))
      this.#rooms[slot]!.set(message)
    }
    framing.seal(this.#frames[slot]!, payload.length)
  }

  #received(bytes: Uint8Array, start: number, end: number): void {
    const ack = readAck(bytes, start, end, this.#ack)
    if (ack.code === null) return this.#unmatched('not an acknowledgement')
    if (ack.hasLineFeeds) this.#options.events.tolerated(this.#options.id, 'line-feeds-in-ack')
    const index = this.#options.indexOf(bytes, ack.idStart, ack.idEnd)
    const slot = index < 0 ? -1 : this.#slotOf(index)
    if (slot !== -1) return this.acknowledged(slot, ack.code, bytes, start, end)
    const ending = index < 0 ? null : this.#past.endingOf(index)
    if (ending === null) this.#unmatched('another control id')
    else this.acknowledgedAgain(ending, ack.code, bytes, start, end)
  }

  /** In place of `indexOf`, which leaves compiled code: windows are small. */
  #slotOf(index: number): number {
    for (let slot = 0; slot < this.#slots.length; slot++) if (this.#slots[slot] === index) return slot
    return -1
  }

  /** Nobody is credited with an answer to something else; whom it is to be blamed on may only show later. */
  #unmatched(reason: string): void {
    this.#doubts.add(this.#slotsInFlight())
    const blamed = this.#doubts.blamed()
    if (blamed.length === 0) this.#options.events.tolerated(this.#options.id, reason)
    this.#blame(blamed, reason)
  }

  /** The messages of these slots got wrong answers; the link is dialled again, as theirs may still come. */
  #blame(slots: readonly number[], reason: string): void {
    if (slots.length === 0) return
    const { id, events } = this.#options
    this.redial()
    for (const slot of slots) events.replied(id, slot, 'mismatched', reason, null)
    events.lost(id, 'redialled after a mismatched answer')
  }

  /** The peer refused a block, and no refusal says whose: a link that carries blocks has one message in flight. */
  #refused(reason: NakReason): void {
    const [slot] = this.#slotsInFlight()
    if (slot === undefined) this.#options.events.tolerated(this.#options.id, `hllp NAK ${reason}`)
    else this.finish(slot, `hllp NAK ${reason}`)
  }

  #slotsInFlight(): readonly number[] {
    return [...this.#slots.keys()].filter(slot => this.#slots[slot] !== FREE)
  }

  #dropLater(slot: number): void {
    const { id, events, framing } = this.#options
    setImmediate(() => events.replied(id, slot, 'dropped', `longer than ${framing.maxMessageBytes} bytes`, null))
  }

  protected override reset(): void {
    for (const slot of this.#slotsInFlight()) this.#past.unanswered(this.#slots[slot]!)
    this.#slots.fill(FREE)
    this.#doubts.reset()
    for (const slot of this.#frames.keys()) this.#refresh(slot)
    this.#decoder.close()
    this.#decoder = this.#newDecoder()
  }

  /** A frame that is still being written must not be overwritten by the next message of its slot. */
  #refresh(slot: number): void {
    this.#renew(slot, Math.min(this.#frames[slot]!.length, 65536))
    this.#payloads[slot]!.length = 0
  }

  #renew(slot: number, frameBytes: number): void {
    const frame = Buffer.allocUnsafeSlow(frameBytes)
    const room = frame.subarray(this.#options.framing.headBytes)
    this.#frames[slot] = frame
    this.#rooms[slot] = room
    this.#payloads[slot]!.bytes = room
  }

  #newDecoder(): FrameDecoder {
    const isCurrent = () => decoder === this.#decoder
    const handlers: FrameHandlers = {
      onMessage: (bytes, start, end) => {
        if (isCurrent()) this.#received(bytes, start, end)
      },
      onNak: reason => {
        if (isCurrent()) this.#refused(reason)
      },
      onBroken: reason => {
        if (isCurrent()) this.#unmatched(`broken hllp block ${reason}`)
      },
      onError: error => {
        if (isCurrent()) this.#framingError(error)
      },
    }
    const decoder = this.#options.framing.createDecoder(MAX_ACK_BYTES, handlers, ACK_ROOM)
    return decoder
  }

  #framingError({ kind, offset }: MllpError): void {
    const { id, events } = this.#options
    if (kind !== 'frame-too-long') return events.tolerated(id, kind)
    events.explained(id, `acknowledgement too long, at byte ${offset} of its connection`)
    this.redial()
    events.lost(id, 'acknowledgement too long')
  }
}

/** A second answer changes nothing, but one of another kind than the first is not to look like its mere repetition. */
function nameOfAckAfter(ending: Ending, code: string): string {
  if (ending === 'unanswered') return 'late-ack'
  const accepts = isAccepting(code)
  if (accepts === (ending === 'accepted')) return 'repeated-ack'
  return accepts ? 'repeated-ack-that-accepts' : 'repeated-ack-that-rejects'
}
