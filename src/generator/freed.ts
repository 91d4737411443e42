import type { Clock } from './clock.ts'

/**
 * Slots whose answers were read in this turn of the event loop. They are used when all answers that wait were read: an answer is timed
 * before the sends that others cause, and sends in a row wake a sleeping peer less often than sends one by one.
 */
export class FreedSlots {
  readonly #clock: Clock
  readonly #use: (slot: number) => void
  readonly #slots: Int32Array
  readonly #isWaiting: Uint8Array
  readonly #flush = () => this.#useAll()
  #count = 0

  constructor(slots: number, clock: Clock, use: (slot: number) => void) {
    this.#clock = clock
    this.#use = use
    this.#slots = new Int32Array(slots)
    this.#isWaiting = new Uint8Array(slots)
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
    for (let i = 0; i < count; i++) {
      const slot = this.#slots[i]!
      this.#isWaiting[slot] = 0
      this.#use(slot)
    }
  }
}
