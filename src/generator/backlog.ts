import type { TimeToDrain } from '../model/feeds.ts'

/** The messages that are due at once after an outage: the first ones of a generator's share, whatever goes on behind them. */
export class Backlog {
  readonly #messages: number
  readonly #dueMs: number
  #answered = 0
  #lastMs: number

  /** @param dueMs when they are due, ms from the start of the run */
  constructor(messages: number, dueMs: number) {
    this.#messages = messages
    this.#dueMs = dueMs
    this.#lastMs = dueMs
  }

  /** @param position of the message in the generator's share, from 0 */
  answered(position: number, nowMs: number): void {
    if (position >= this.#messages) return
    this.#answered++
    this.#lastMs = nowMs
  }

  /** @param endMs when the run ended */
  timeToDrain(endMs: number): TimeToDrain {
    return this.#answered === this.#messages
      ? { ms: this.#lastMs - this.#dueMs, aboveMs: null }
      : { ms: null, aboveMs: endMs - this.#dueMs }
  }
}
