import { compileSlots, type MessageState, type SlotFiller } from './slots.ts'

/** A record: where its text begins and ends, where a filler goes into it, the number of its slots, then each slot's kind and offset. */
const [FROM, TO, FILLER_AT, SLOTS, HEAD] = [0, 1, 2, 3, 4]

/**
 * Segments with slots, end to end in one piece of memory. A population has thousands, each of which is seen seldom: as objects of their own they had
 * left the processor's caches, object by object, whenever the next message was made between two system calls.
 */
export class SegmentPool {
  readonly #fill: SlotFiller
  readonly #encode: (text: string) => Uint8Array
  #text = Buffer.allocUnsafeSlow(64 * 1024)
  #textEnd = 0
  #records = new Int32Array(8 * 1024)
  #recordsEnd = 0

  constructor(fill: SlotFiller, encode: (text: string) => Uint8Array) {
    this.#fill = fill
    this.#encode = encode
  }

  /**
   * Adds a segment of two parts, between which a filler may go.
   * @returns its number, for the calls below
   */
  add(before: string, after: string): number {
    const fillerAt = compileSlots(before, this.#encode).bytes.length
    const { bytes, slots, kept } = compileSlots(before + after, this.#encode)
    // One patient after another: there is nothing to keep.
    const pairs = [...slots, ...kept.flatMap(({ kind, offsets }) => [...offsets].flatMap(offset => [kind, offset]))]
    this.#reserve(bytes.length, HEAD + pairs.length)
    const segment = this.#recordsEnd
    const from = this.#textEnd
    this.#text.set(bytes, from)
    this.#records.set([from, from + bytes.length, fillerAt, pairs.length / 2, ...pairs], segment)
    this.#textEnd += bytes.length
    this.#recordsEnd += HEAD + pairs.length
    return segment
  }

  /** Without a filler. */
  bytesOf(segment: number): number {
    return this.#records[segment + TO]! - this.#records[segment + FROM]!
  }

  /** Writes a segment to `at`, with the first `fillerBytes` of a filler in its place. @returns where it ends */
  write(
    segment: number,
    filler: Uint8Array,
    fillerBytes: number,
    state: MessageState,
    out: Uint8Array,
    at: number,
  ): number {
    const records = this.#records
    const from = records[segment + FROM]!
    const to = records[segment + TO]!
    const fillerAt = records[segment + FILLER_AT]!
    if (fillerBytes === 0) this.#text.copy(out, at, from, to)
    else {
      this.#text.copy(out, at, from, from + fillerAt)
      for (let i = 0; i < fillerBytes; i++) out[at + fillerAt + i] = filler[i]!
      this.#text.copy(out, at + fillerAt + fillerBytes, from + fillerAt, to)
    }
    const end = segment + HEAD + 2 * records[segment + SLOTS]!
    for (let i = segment + HEAD; i < end; i += 2) {
      const offset = records[i + 1]!
      this.#fill(records[i]!, state, out, at + (offset < fillerAt ? offset : offset + fillerBytes))
    }
    return at + to - from + fillerBytes
  }

  #reserve(textBytes: number, recordEntries: number): void {
    const { length } = this.#text
    if (this.#textEnd + textBytes > length) {
      const text = Buffer.allocUnsafeSlow(Math.max(2 * length, this.#textEnd + textBytes))
      this.#text.copy(text, 0, 0, this.#textEnd)
      this.#text = text
    }
    if (this.#recordsEnd + recordEntries > this.#records.length) {
      const records = new Int32Array(2 * this.#records.length + recordEntries)
      records.set(this.#records)
      this.#records = records
    }
  }
}
