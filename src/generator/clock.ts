import { performance } from 'node:perf_hooks'

/** Where the generator's time comes from; tests hand in one of their own. All times in ms. */
export interface Clock {
  now(): number
  /** Calls back once, `delayMs` or somewhat later. */
  after(delayMs: number, callback: () => void): Timer
  every(periodMs: number, callback: () => void): Timer
  /** Calls back once, after the input that is already waiting was read. */
  soon(callback: () => void): void
  /** Calls back once, when all input of this turn of the event loop was read. */
  afterInput(callback: () => void): void
}

export interface Timer {
  cancel(): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  every: (periodMs, callback) => {
    const timer = setInterval(callback, periodMs)
    return { cancel: () => clearInterval(timer) }
  },
  soon: callback => {
    setImmediate(callback)
  },
  afterInput: callback => {
    setImmediate(callback)
  },
}
