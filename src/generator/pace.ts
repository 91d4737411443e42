import type { Clock, Timer } from './clock.ts'

/** Timers are good to a millisecond or two; nearer than this to an arrival only spinning hits it. */
const SPIN_BELOW_MS = 1.5
/** Over this long the share of time spent spinning is kept within its limit. */
const BUDGET_WINDOW_MS = 100

/**
 * Wakes the generator for its next arrival: sleeps while it is far, then spins through the event loop (input is still read) as long as
 * the time spent so stays within `spinShare`. Beyond that it sleeps on, and arrivals are late by up to a timer's grain.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #spinShare: number
  readonly #wake: () => void
  #timer: Timer | null = null
  #dueMs = 0
  #spinning = false
  #spinFromMs = 0
  #spentMs = 0
  #windowFromMs = 0

  constructor(clock: Clock, spinShare: number, wake: () => void) {
    this.#clock = clock
    this.#spinShare = spinShare
    this.#wake = wake
  }

  /** Calls `wake` at `dueMs` on the clock, or as soon after as it can. A later call replaces an earlier one. */
  wakeAt(dueMs: number): void {
    this.stop()
    this.#dueMs = dueMs
    const nowMs = this.#clock.now()
    const leftMs = dueMs - nowMs
    if (leftMs > SPIN_BELOW_MS || !this.#maySpin(nowMs)) {
      const sleepMs = this.#spinShare > 0 && leftMs > SPIN_BELOW_MS ? leftMs - SPIN_BELOW_MS : leftMs
      this.#timer = this.#clock.after(Math.max(0, sleepMs), () => this.#timerRang())
    } else {
      this.#spinning = true
      this.#spinFromMs = nowMs
      this.#clock.soon(() => this.#spin())
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#endSpin()
  }

  #timerRang(): void {
    this.#timer = null
    if (this.#clock.now() >= this.#dueMs) this.#wake()
    else this.wakeAt(this.#dueMs)
  }

  #spin(): void {
    if (!this.#spinning) return
    if (this.#clock.now() < this.#dueMs) return this.#clock.soon(() => this.#spin())
    this.#endSpin()
    this.#wake()
  }

  #endSpin(): void {
    if (this.#spinning) this.#spentMs += this.#clock.now() - this.#spinFromMs
    this.#spinning = false
  }

  #maySpin(nowMs: number): boolean {
    if (nowMs - this.#windowFromMs > BUDGET_WINDOW_MS) {
      this.#windowFromMs = nowMs
      this.#spentMs = 0
    }
    return this.#spinShare >= 1 || this.#spentMs < this.#spinShare * BUDGET_WINDOW_MS
  }
}
