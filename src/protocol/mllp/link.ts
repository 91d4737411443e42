import type { Bytes, MessageStream } from '../../model/stream.ts'
import { DialledLink, type DialledLinkOptions } from '../dialledLink.ts'
import type { Link } from '../link.ts'
import { type Ack, readAck } from './ack.ts'
import { createMllpDecoder, type MllpDecoder } from './decoder.ts'

export interface MllpLinkOptions extends DialledLinkOptions {
  readonly window: number
  readonly stream: MessageStream
  /** Index of the message with this control id, or -1 for an id that this run never made. */
  readonly indexOf: (bytes: Uint8Array, start: number, end: number) => number
}

const MAX_ACK_BYTES = 16 * 1024 * 1024
const FREE = -1

/** One MLLP connection, original acknowledgement mode: acks are matched by MSA-2 to MSH-10, byte for byte. */
export function createMllpLink(options: MllpLinkOptions): Link {
  return new MllpLink(options)
}

class MllpLink extends DialledLink {
  readonly #options: MllpLinkOptions
  readonly #slots: Float64Array
  readonly #payloads: Bytes[]
  readonly #frames: Buffer[]
  readonly #ack: Ack = { code: null, idStart: 0, idEnd: 0 }
  #decoder: MllpDecoder

  constructor(options: MllpLinkOptions) {
    super(options)
    this.#options = options
    this.#slots = new Float64Array(options.window).fill(FREE)
    this.#frames = Array.from({ length: options.window }, () => Buffer.allocUnsafeSlow(2048))
    this.#payloads = this.#frames.map(frame => ({ bytes: frame.subarray(1), length: 0 }))
    this.#decoder = this.#newDecoder()
    this.connection.dial()
  }

  override send(slot: number, index: number): void {
    if (this.connection.isFlushing) this.#refresh(slot)
    const payload = this.#payloads[slot]!
    payload.length = 0
    this.#options.stream.render(index, payload)
    const frame = this.#frameOf(slot, payload)
    this.#slots[slot] = index
    this.connection.write(frame)
  }

  protected override read(bytes: Uint8Array, length: number): void {
    this.#decoder.push(bytes, 0, length)
  }

  /** The payload was rendered one byte into the frame's own memory, unless it outgrew it. */
  #frameOf(slot: number, payload: Bytes): Buffer {
    let frame = this.#frames[slot]!
    const needed = payload.length + 3
    if (payload.bytes.buffer !== frame.buffer || needed > frame.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, frame.length * 2))
      grown.set(payload.bytes.subarray(0, payload.length), 1)
      this.#frames[slot] = grown
      payload.bytes = grown.subarray(1)
      frame = grown
    }
    frame[0] = 0x0b
    frame[needed - 2] = 0x1c
    frame[needed - 1] = 0x0d
    return frame.subarray(0, needed)
  }

  #answered(bytes: Uint8Array, start: number, end: number): void {
    const { id, events, indexOf } = this.#options
    const ack = readAck(bytes, start, end, this.#ack)
    if (ack.code === null) return this.#mismatched('not an acknowledgement')
    const index = indexOf(bytes, ack.idStart, ack.idEnd)
    const slot = index < 0 ? -1 : this.#slots.indexOf(index)
    if (slot === -1) return this.#mismatched('another control id')
    this.#slots[slot] = FREE
    this.connection.proven()
    const accepted = ack.code === 'AA' || ack.code === 'CA'
    events.replied(id, slot, accepted ? 'accepted' : 'rejected', accepted ? null : ack.code, null)
  }

  /** After an answer to something else nobody knows which answer comes next: the oldest message gets the blame, and the link is dialled again. */
  #mismatched(reason: string): void {
    const { id, events } = this.#options
    const slot = this.#slots.findIndex(index => index !== FREE)
    this.redial()
    if (slot !== -1) events.replied(id, slot, 'mismatched', reason, null)
    events.lost(id, 'redialled after a mismatched answer')
  }

  protected override reset(): void {
    this.#slots.fill(FREE)
    for (const slot of this.#frames.keys()) this.#refresh(slot)
    this.#decoder = this.#newDecoder()
  }

  /** A frame that is still being written must not be overwritten by the next message of its slot. */
  #refresh(slot: number): void {
    const fresh = Buffer.allocUnsafeSlow(Math.min(this.#frames[slot]!.length, 65536))
    this.#frames[slot] = fresh
    this.#payloads[slot] = { bytes: fresh.subarray(1), length: 0 }
  }

  #newDecoder(): MllpDecoder {
    const decoder: MllpDecoder = createMllpDecoder({
      maxFrameBytes: MAX_ACK_BYTES,
      onFrame: (bytes, start, end) => {
        if (decoder === this.#decoder) this.#answered(bytes, start, end)
      },
      onError: error => {
        if (error.kind === 'frame-too-long' && decoder === this.#decoder) this.#mismatched('acknowledgement too long')
      },
    })
    return decoder
  }
}
