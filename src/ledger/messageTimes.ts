import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

const UNITS_PER_MS = 1_000
/** Times are kept in pieces, so that none is ever copied and no memory is held twice: 8 bytes for each message. */
const PIECE = 1 << 16

/** A time of each message of a generator, ms, by its position in the generator's share: when it was meant to be sent, or how long its response took. */
export class MessageTimes {
  readonly #pieces: Float64Array[] = []
  #count = 0

  /** One more than the last position. */
  get count(): number {
    return this.#count
  }

  set(position: number, timeMs: number): void {
    while (position >= this.#pieces.length * PIECE) this.#pieces.push(new Float64Array(PIECE).fill(Number.NaN))
    this.#pieces[Math.floor(position / PIECE)]![position % PIECE] = timeMs
    this.#count = Math.max(this.#count, position + 1)
  }

  /** NaN = it has none. */
  get(position: number): number {
    return this.#pieces[Math.floor(position / PIECE)]?.[position % PIECE] ?? Number.NaN
  }

  /** Deflated differences in microseconds, base64: neighbours in a stream lie close together. */
  encode(): string {
    const steps = new Float64Array(PIECE)
    let before = 0
    const deflated = this.#pieces.map((times, piece) => {
      const length = Math.min(PIECE, this.#count - piece * PIECE)
      for (let i = 0; i < length; i++) {
        const units = Math.round(times[i]! * UNITS_PER_MS)
        steps[i] = units - before
        if (!Number.isNaN(units)) before = units
      }
      // Pieces that end on a byte, none of them the last, are one stream when they stand in a row.
      return deflateRawSync(new Uint8Array(steps.buffer, 0, length * 8), { finishFlush: constants.Z_SYNC_FLUSH })
    })
    return Buffer.concat([...deflated, deflateRawSync(new Uint8Array(0))]).toString('base64')
  }

  static decode(text: string): MessageTimes {
    const bytes = new Uint8Array(inflateRawSync(Buffer.from(text, 'base64')))
    const steps = new Float64Array(bytes.buffer)
    const times = new MessageTimes()
    let units = 0
    steps.forEach((step, position) => {
      if (Number.isNaN(step)) return
      units += step
      times.set(position, units / UNITS_PER_MS)
    })
    return times
  }
}
