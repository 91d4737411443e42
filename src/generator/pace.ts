import type { Clock, Timer } from './clock.ts'

/** Timers are good to a millisecond or two; nearer than this to an arrival only spinning hits it. */
const SPIN_BELOW_MS = 1.5
/**
 * Of the clock before input is read again, about 2.5 us while answers may come and 45 us while nothing is outstanding: a turn of the event loop
 * leaves garbage, and to collect that stops the generator for longer than any turn takes.
 */
const [READINGS_OF_A_TURN, READINGS_OF_AN_IDLE_TURN] = [64, 1024]
/**
 * An arrival that is nearer than a turn of the event loop takes is waited for first: that turn would make it late. An answer that comes meanwhile is
 * read by so much later.
 */
const TURN_MS = 0.003
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
  readonly #outstanding: { readonly count: number }
  readonly #turn = () => this.#turned()
  #timer: Timer | null = null
  #dueMs = 0
  #awaitsTurn = false
  /** Asked of the clock once at a time, however often the next arrival changes. */
  #turnComes = false
  #spinning = false
  #spinFromMs = 0
  #spentMs = 0
  #windowFromMs = 0
  #spunMs = 0

  /** @param outstanding what answers may come for */
  constructor(clock: Clock, spinShare: number, outstanding: { readonly count: number }, wake: () => void) {
    this.#clock = clock
    this.#spinShare = spinShare
    this.#wake = wake
    this.#outstanding = outstanding
  }

  /** Time so far in which the clock was read and nothing else was done, ms. */
  get spunMs(): number {
    return this.#spunMs
  }

  /** Calls `wake` at `dueMs` on the clock, or as soon after as it can: what is due already when waiting input was read. A later call replaces an earlier one. */
  wakeAt(dueMs: number): void {
    this.stop()
    this.#dueMs = dueMs
    const nowMs = this.#clock.now()
    const leftMs = dueMs - nowMs
    if (leftMs <= 0) this.#awaitTurn()
    else if (leftMs > SPIN_BELOW_MS || !this.#maySpin(nowMs)) this.#sleep(leftMs)
    else this.#beginSpin(nowMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#awaitsTurn = false
    if (this.#spinning) this.#spentMs += this.#clock.now() - this.#spinFromMs
    this.#spinning = false
  }

  #sleep(leftMs: number): void {
    const sleepMs = this.#spinShare > 0 && leftMs > SPIN_BELOW_MS ? leftMs - SPIN_BELOW_MS : leftMs
    this.#timer = this.#clock.after(sleepMs, () => this.#timerRang())
  }

  #timerRang(): void {
    this.#timer = null
    if (this.#clock.now() < this.#dueMs) return this.wakeAt(this.#dueMs)
    this.stop()
    this.#wake()
  }

  #beginSpin(nowMs: number): void {
    this.#spinning = true
    this.#spinFromMs = nowMs
    this.#awaitTurn()
  }

  #awaitTurn(): void {
    this.#awaitsTurn = true
    if (this.#turnComes) return
    this.#turnComes = true
    this.#clock.soon(this.#turn)
  }

  #turned(): void {
    this.#turnComes = false
    if (!this.#awaitsTurn) return
    const readings = this.#outstanding.count > 0 ? READINGS_OF_A_TURN : READINGS_OF_AN_IDLE_TURN
    const atFirstMs = this.#dueMs - this.#clock.now()
    let leftMs = atFirstMs
    for (let reading = 1; leftMs > 0 && (reading < readings || (leftMs < TURN_MS && reading < 3 * readings)); reading++)
      leftMs = this.#dueMs - this.#clock.now()
    this.#spunMs += atFirstMs - leftMs
    if (leftMs > 0) return this.#awaitTurn()
    this.stop()
    this.#wake()
  }

  #maySpin(nowMs: number): boolean {
    if (nowMs - this.#windowFromMs > BUDGET_WINDOW_MS) {
      this.#windowFromMs = nowMs
      this.#spentMs = 0
    }
    return this.#spinShare >= 1 || this.#spentMs < this.#spinShare * BUDGET_WINDOW_MS
  }
}
