/**
 * Whom an answer that matches nothing is to be blamed on. It can only belong to a message that was in flight when it came. A later answer
 * by id clears its message; once as many answers are left over as messages, each of those was answered wrongly. With one message in
 * flight that is at once.
 */
export class Doubts {
  readonly #isDoubtful: Uint8Array
  #messages = 0
  #answers = 0

  constructor(window: number) {
    this.#isDoubtful = new Uint8Array(window)
  }

  /** Whether any answer is left over. */
  get any(): boolean {
    return this.#answers > 0
  }

  /** An answer came that matches none of the messages in flight. */
  add(slotsInFlight: readonly number[]): void {
    if (slotsInFlight.length > 0) this.#answers++
    for (const slot of slotsInFlight) {
      if (this.#isDoubtful[slot] === 0) this.#messages++
      this.#isDoubtful[slot] = 1
    }
  }

  /** The message of this slot was answered by its id. */
  clear(slot: number): void {
    if (this.#isDoubtful[slot] === 0) return
    this.#isDoubtful[slot] = 0
    if (--this.#messages === 0) this.#answers = 0
  }

  /** Slots whose messages are known to have been answered wrongly; empty = not known yet. */
  blamed(): readonly number[] {
    if (this.#messages === 0 || this.#answers < this.#messages) return []
    return [...this.#isDoubtful.keys()].filter(slot => this.#isDoubtful[slot] === 1)
  }

  reset(): void {
    this.#isDoubtful.fill(0)
    this.#messages = 0
    this.#answers = 0
  }
}
