import type { Clock } from './clock.ts'

const NONE = -1
/** Messages that are prepared before they are written: enough to keep a peer busy, little enough that it does not wait for large ones. */
const MOST_PREPARED = 32
const MOST_PREPARED_BYTES = 64 * 1024

/** What is done with a slot that is free again. */
export interface FreedUse {
  /** Prepares the slot's next message. @returns its bytes, or -1 when there is none to be written */
  prepare(slot: number): number
  write(slot: number): void
}

/**
 * Slots whose answers were read in this turn of the event loop. They are used when all answers that wait were read: an answer is timed
 * before the sends that others cause. Messages are prepared first and then written in a row: a peer that is faster than we are would
 * else fall asleep between any two of them, and to wake it costs the writer more than the write itself.
 */
export class FreedSlots {
  readonly #clock: Clock
  readonly #use: FreedUse
  readonly #slots: Int32Array
  readonly #isWaiting: Uint8Array
  readonly #prepared: Int32Array
  readonly #flush = () => this.#useAll()
  #count = 0

  constructor(slots: number, clock: Clock, use: FreedUse) {
    this.#clock = clock
    this.#use = use
    this.#slots = new Int32Array(slots)
    this.#isWaiting = new Uint8Array(slots)
    this.#prepared = new Int32Array(Math.min(slots, MOST_PREPARED))
  }

  add(slot: number): void {
    if (this.#isWaiting[slot] === 1) return
    this.#isWaiting[slot] = 1
    if (this.#count === 0) this.#clock.afterInput(this.#flush)
    this.#slots[this.#count++] = slot
  }

  #useAll(): void {
    const count = this.#count
    this.#count = 0
    // What is freed meanwhile has places before the one that is read here, or waits for the next turn.
    for (let next = 0; next < count; ) next = this.#useSome(next, count)
  }

  /** Prepares and writes from place `from` on; returns the place that is next. */
  #useSome(from: number, count: number): number {
    let next = from
    let prepared = 0
    let bytes = 0
    while (next < count && prepared < this.#prepared.length && bytes < MOST_PREPARED_BYTES) {
      const slot = this.#slots[next++]!
      this.#isWaiting[slot] = 0
      const length = this.#use.prepare(slot)
      if (length === NONE) continue
      this.#prepared[prepared++] = slot
      bytes += length
    }
    for (let i = 0; i < prepared; i++) this.#use.write(this.#prepared[i]!)
    return next
  }
}
