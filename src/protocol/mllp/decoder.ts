import { findByte, findLastByte } from '../findByte.ts'
import { NO_LIMIT, NOTHING, type Room, releaseHolding, takeHolding } from './holdings.ts'

const [VT, FS, CR] = [0x0b, 0x1c, 0x0d]
const [NUL, LF, SPACE] = [0x00, 0x0a, 0x20]
/** What a message begins with, whether or not its start byte was sent. */
const MSH = Uint8Array.of(0x4d, 0x53, 0x48)

/** What a frame of many chunks is held in grows by this factor: memory that is not written to costs next to nothing, copies do. */
const GROWTH = 4
const LEAST_HELD_BYTES = 16 * 1024

/** What was wrong on the wire, at which byte of the stream (from 0, since the connection was opened). */
export interface MllpError {
  /**
   * `stray-bytes`: something else than VT between two frames (skipped, told once for each gap). `fs-without-cr`: the frame ended without
   * its CR (accepted). `frame-without-vt`: a message without the start byte (accepted when its end comes). `truncated-frame`: a frame began
   * before the one at hand had ended, which is given up: no payload holds a VT. `frame-too-long`: more than `maxFrameBytes`, or than
   * there is room for; the decoder takes nothing more.
   */
  readonly kind: 'stray-bytes' | 'fs-without-cr' | 'frame-without-vt' | 'truncated-frame' | 'frame-too-long'
  readonly offset: number
}

export interface MllpDecoderOptions {
  /** Largest payload of one frame, bytes. */
  readonly maxFrameBytes: number
  /** What the frame may hold until its end comes, together with those of other connections; default no limit. */
  readonly room?: Room
  /** The payload lies in `bytes` from `start` to `end`; it is only valid during the call. */
  readonly onFrame: (bytes: Uint8Array, start: number, end: number) => void
  readonly onError: (error: MllpError) => void
}

export interface MllpDecoder {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array, start?: number, end?: number): void
  /** Gives back what it holds, and takes nothing more. */
  close(): void
}

/**
 * MLLP release 1 framing: VT payload FS CR. A frame that lies in one chunk is handed on without a copy, and as soon as its FS is there:
 * some peers never send the CR, some send it apart.
 */
export function createMllpDecoder(options: MllpDecoderOptions): MllpDecoder {
  return new Decoder(options)
}

type State = 'between' | 'inside' | 'failed'

class Decoder implements MllpDecoder {
  readonly #options: MllpDecoderOptions
  readonly #room: Room
  #state: State = 'between'
  #held: Uint8Array = NOTHING
  #heldBytes = 0
  /** Bytes of the stream before the chunk at hand. */
  #before = 0
  /** A frame ended with its FS; whether its CR follows is not known yet. */
  #owesCr = false
  #strayReported = false
  /** The frame at hand began without VT. */
  #unframed = false
  /** Bytes of `MSH` that the stray bytes just ended with; -1 = no message can begin here. */
  #matched = 0

  constructor(options: MllpDecoderOptions) {
    this.#options = options
    this.#room = options.room ?? NO_LIMIT
  }

  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    let at = start
    while (at < end && this.#state !== 'failed') {
      at = this.#state === 'inside' ? this.#continue(chunk, at, end, start) : this.#begin(chunk, at, end, start)
    }
    this.#before += end - start
  }

  close(): void {
    this.#letGo()
    this.#held = releaseHolding(this.#held)
    this.#state = 'failed'
  }

  #begin(chunk: Uint8Array, at: number, end: number, start: number): number {
    if (this.#owesCr) {
      this.#owesCr = false
      if (chunk[at] === CR) return at + 1
      this.#report('fs-without-cr', at - start)
    }
    if (chunk[at] !== VT) return this.#skipStray(chunk, at, end, start)
    const from = at + 1
    const fs = findByte(chunk, FS, from, end)
    // From behind: in a frame that is as it should be, this ends at its own VT.
    const vt = findLastByte(chunk, VT, fs === -1 ? end : fs)
    if (vt !== at) return this.#passTruncated(chunk, at, vt, end, start)
    if (fs === -1) return this.#open(from, false)
    if (fs - from > this.#options.maxFrameBytes) return this.#fail(from - start, end)
    this.#close()
    this.#options.onFrame(chunk, from, fs)
    return fs + 1
  }

  /** Keeps what belongs to a frame that began in an earlier chunk, or ends beyond this one. */
  #continue(chunk: Uint8Array, at: number, end: number, start: number): number {
    // A view of its own: the search must not run on into what earlier reads left behind the chunk.
    const part = at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end)
    const found = findByte(part, FS, 0, part.length)
    const length = found === -1 ? part.length : found
    const vt = findByte(part, VT, 0, length)
    if (this.#heldBytes + (vt === -1 ? length : vt) > this.#options.maxFrameBytes) return this.#fail(at - start, end)
    if (vt !== -1) return this.#giveUp(at + vt, start)
    if (length > this.#room.freeBytes) return this.#fail(at - start, end)
    this.#hold(part, length)
    if (found === -1) return end
    const bytes = this.#heldBytes
    this.#close()
    this.#options.onFrame(this.#held, 0, bytes)
    this.#held = releaseHolding(this.#held)
    return at + found + 1
  }

  /** The frame at hand is given up, as another begins at `vt` before its end came. */
  #giveUp(vt: number, start: number): number {
    const kind = this.#unframed ? 'stray-bytes' : 'truncated-frame'
    this.#close()
    this.#owesCr = false
    this.#held = releaseHolding(this.#held)
    this.#report(kind, vt - start)
    return vt
  }

  /** Passes over the frames that begin from `from` on and before the one at `last`, in one go: a peer may send nothing but VT. */
  #passTruncated(chunk: Uint8Array, from: number, last: number, end: number, start: number): number {
    for (let at = from; at < last; ) {
      const next = findByte(chunk, VT, at + 1, end)
      if (next - at - 1 > this.#options.maxFrameBytes) return this.#fail(at + 1 - start, end)
      this.#report('truncated-frame', next - start)
      at = next
    }
    return last
  }

  /** Passes over bytes between frames, up to a VT or to a message that begins a line without one. */
  #skipStray(chunk: Uint8Array, from: number, end: number, start: number): number {
    for (let at = from; at < end; at++) {
      const byte = chunk[at]!
      if (byte === VT) {
        this.#matched = 0
        return at
      }
      if (byte === MSH[this.#matched]) {
        if (++this.#matched < MSH.length) continue
        this.#report('frame-without-vt', at - start - 2)
        this.#open(at + 1, true)
        this.#hold(MSH, MSH.length)
        return at + 1
      }
      if (!this.#strayReported) this.#report('stray-bytes', at - start)
      this.#strayReported = true
      this.#matched = byte === CR || byte === LF || byte === FS || byte === NUL || byte === SPACE ? 0 : -1
    }
    return end
  }

  #open(from: number, unframed: boolean): number {
    this.#state = 'inside'
    this.#unframed = unframed
    return from
  }

  /** Ends the frame at hand: what follows is its CR, or lies between frames. */
  #close(): void {
    this.#state = 'between'
    this.#letGo()
    this.#owesCr = true
    this.#strayReported = false
    this.#matched = 0
  }

  #letGo(): void {
    if (this.#heldBytes === 0) return
    this.#room.freeBytes += this.#heldBytes
    this.#heldBytes = 0
  }

  #hold(bytes: Uint8Array, length: number): void {
    this.#room.freeBytes -= length
    const needed = this.#heldBytes + length
    if (needed > this.#held.length) {
      const larger = takeHolding(needed, Math.max(this.#held.length * GROWTH, LEAST_HELD_BYTES))
      larger.set(this.#held.subarray(0, this.#heldBytes))
      releaseHolding(this.#held)
      this.#held = larger
    }
    this.#held.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#heldBytes)
    this.#heldBytes = needed
  }

  #fail(offsetInChunk: number, end: number): number {
    this.close()
    this.#report('frame-too-long', offsetInChunk)
    return end
  }

  #report(kind: MllpError['kind'], offsetInChunk: number): void {
    this.#options.onError({ kind, offset: this.#before + offsetInChunk })
  }
}
