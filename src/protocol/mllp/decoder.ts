const VT = 0x0b
const FS = 0x1c
const CR = 0x0d

/** What was wrong on the wire, at which byte of the stream (from 0, since the connection was opened). */
export interface MllpError {
  /**
   * `stray-bytes`: something else than VT between two frames (skipped). `fs-without-cr`: the frame ended without its CR (accepted).
   * `frame-too-long`: more than `maxFrameBytes`; the decoder takes nothing more.
   */
  readonly kind: 'stray-bytes' | 'fs-without-cr' | 'frame-too-long'
  readonly offset: number
}

export interface MllpDecoderOptions {
  /** Largest payload of one frame, bytes. */
  readonly maxFrameBytes: number
  /** The payload lies in `bytes` from `start` to `end`; it is only valid during the call. */
  readonly onFrame: (bytes: Uint8Array, start: number, end: number) => void
  readonly onError: (error: MllpError) => void
}

export interface MllpDecoder {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array, start?: number, end?: number): void
}

/** MLLP release 1 framing: VT payload FS CR. A frame that lies in one chunk is handed on without a copy. */
export function createMllpDecoder(options: MllpDecoderOptions): MllpDecoder {
  return new Decoder(options)
}

type State = 'between' | 'inside' | 'after-fs' | 'failed'

class Decoder implements MllpDecoder {
  readonly #options: MllpDecoderOptions
  #state: State = 'between'
  #held: Uint8Array = new Uint8Array(0)
  #heldBytes = 0
  /** Bytes of the stream before the chunk at hand. */
  #before = 0
  #strayReported = false

  constructor(options: MllpDecoderOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    let at = start
    while (at < end && this.#state !== 'failed') {
      if (this.#state === 'inside') at = this.#continue(chunk, at, end, start)
      else if (this.#state === 'after-fs') at = this.#closeHeld(chunk, at, start)
      else at = this.#begin(chunk, at, end, start)
    }
    this.#before += end - start
  }

  #begin(chunk: Uint8Array, at: number, end: number, start: number): number {
    if (chunk[at] !== VT) {
      if (!this.#strayReported) this.#report('stray-bytes', at - start)
      this.#strayReported = true
      const next = chunk.indexOf(VT, at)
      return next === -1 || next >= end ? end : next
    }
    this.#strayReported = false
    const from = at + 1
    const fs = chunk.indexOf(FS, from)
    if (fs === -1 || fs + 1 >= end) {
      this.#state = 'inside'
      return from
    }
    if (fs - from > this.#options.maxFrameBytes) return this.#fail(from - start, end)
    if (chunk[fs + 1] !== CR) this.#report('fs-without-cr', fs - start)
    this.#options.onFrame(chunk, from, fs)
    return chunk[fs + 1] === CR ? fs + 2 : fs + 1
  }

  /** Keeps what belongs to a frame that began in an earlier chunk, or ends beyond this one. */
  #continue(chunk: Uint8Array, at: number, end: number, start: number): number {
    const found = chunk.indexOf(FS, at)
    const fs = found === -1 || found >= end ? end : found
    if (this.#heldBytes + fs - at > this.#options.maxFrameBytes) return this.#fail(at - start, end)
    this.#hold(chunk, at, fs)
    if (fs === end) return end
    this.#state = 'after-fs'
    return fs + 1
  }

  #closeHeld(chunk: Uint8Array, at: number, start: number): number {
    const closed = chunk[at] === CR
    if (!closed) this.#report('fs-without-cr', at - start)
    const length = this.#heldBytes
    this.#state = 'between'
    this.#heldBytes = 0
    this.#options.onFrame(this.#held, 0, length)
    return closed ? at + 1 : at
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#heldBytes + to - from
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2, 4096))
      larger.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = larger
    }
    this.#held.set(chunk.subarray(from, to), this.#heldBytes)
    this.#heldBytes = needed
  }

  #fail(offsetInChunk: number, end: number): number {
    this.#report('frame-too-long', offsetInChunk)
    this.#state = 'failed'
    this.#held = new Uint8Array(0)
    return end
  }

  #report(kind: MllpError['kind'], offsetInChunk: number): void {
    this.#options.onError({ kind, offset: this.#before + offsetInChunk })
  }
}
