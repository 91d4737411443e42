const COUNT_BYTES = 4
const PAIR_BYTES = 8

/** Which entries of which Bundles were answered with a failure. */
export class RefusedEntries {
  readonly #byPosition = new Map<number, number[]>()

  add(position: number, places: readonly number[]): void {
    this.#byPosition.set(position, [...places])
  }

  of(position: number): readonly number[] | null {
    return this.#byPosition.get(position) ?? null
  }

  /** Their number, then position and place of each; little-endian. */
  encode(): Buffer {
    const pairs = [...this.#byPosition].flatMap(([position, places]) => places.map(place => [position, place] as const))
    const bytes = Buffer.alloc(COUNT_BYTES + pairs.length * PAIR_BYTES)
    bytes.writeUInt32LE(pairs.length)
    for (const [i, [position, place]] of pairs.entries()) {
      bytes.writeUInt32LE(position, COUNT_BYTES + i * PAIR_BYTES)
      bytes.writeUInt32LE(place, COUNT_BYTES + i * PAIR_BYTES + 4)
    }
    return bytes
  }

  /** Takes what `encode` wrote at the start of `bytes`. @returns where it ended */
  decode(bytes: Buffer): number {
    const end = COUNT_BYTES + bytes.readUInt32LE() * PAIR_BYTES
    for (let at = COUNT_BYTES; at < end; at += PAIR_BYTES) {
      const [position, place] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
      const places = this.#byPosition.get(position)
      if (places === undefined) this.#byPosition.set(position, [place])
      else places.push(place)
    }
    return end
  }
}
