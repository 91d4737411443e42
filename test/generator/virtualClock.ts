import type { Clock, Timer } from '../../src/generator/clock.ts'

interface Event {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

/** A clock whose time passes only when nothing else is to be done: every time in a test is exact. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #order = 0
  #events: Event[] = []

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback, cancelled: false }
    this.#events.push(event)
    return {
      cancel: () => {
        event.cancelled = true
      },
    }
  }

  every(periodMs: number, callback: () => void): Timer {
    let timer: Timer
    const next = () => {
      timer = this.after(periodMs, next)
      callback()
    }
    timer = this.after(periodMs, next)
    return { cancel: () => timer.cancel() }
  }

  /** A turn of the event loop takes a microsecond here, so that who spins sees time pass. */
  soon(callback: () => void): void {
    this.after(0.001, callback)
  }

  /** Reading takes no time here. */
  afterInput(callback: () => void): void {
    this.after(0, callback)
  }

  /** Time passes without anything being looked at: the process is stopped, or its loop is blocked. */
  freeze(ms: number): void {
    this.#nowMs += ms
  }

  /** Runs what is due, in order, until nothing is left or `untilMs`. */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    for (;;) {
      this.#events = this.#events.filter(event => !event.cancelled).sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      const event = this.#events.shift()
      if (event === undefined || event.atMs > untilMs) return
      this.#nowMs = Math.max(this.#nowMs, event.atMs)
      event.callback()
    }
  }
}
