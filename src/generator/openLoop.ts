import { type ArrivalCursor, NO_FEED } from '../workload/arrivals.ts'
import type { Loop, LoopParts } from './loop.ts'
import { AT_SEND } from './outstanding.ts'
import { Pacer } from './pace.ts'
import { positionOf } from './share.ts'

const NONE = -1
/** Arrivals made ready in one go before waiting input is read again. */
const BURST = 256
/**
 * Of one that is due at once, a backlog. It takes some 20 ms: a generator that stood still for longer would be said to have been paused, by a million
 * messages for a third of a second.
 */
const BURST_AT_ONCE = 65_536

/** Messages arrive by schedule, whatever the target does; those of a feed that is busy wait in its queue. */
export class OpenLoop implements Loop {
  readonly followsAnswers = false
  readonly #parts: LoopParts
  readonly #arrivals: ArrivalCursor
  readonly #pacer: Pacer
  #startMs = 0
  #begun = 0
  #isArriving = true

  constructor(parts: LoopParts, arrivals: ArrivalCursor) {
    const { clock, spinShare } = parts.options
    this.#parts = parts
    this.#arrivals = arrivals
    this.#pacer = new Pacer(clock, spinShare, parts.outstanding, () => this.#pump())
  }

  get isArriving(): boolean {
    return this.#isArriving
  }

  get spunMs(): number {
    return this.#pacer.spunMs
  }

  begin(startMs: number): void {
    this.#startMs = startMs
    this.#pump()
  }

  prepareNext(slot: number): number {
    this.#parts.slots.offer(slot)
    return NONE
  }

  stop(): void {
    this.#isArriving = false
    this.#pacer.stop()
  }

  countUnreached(nowMs: number): void {
    const { settler, endMs, records } = this.#parts
    const arrivals = this.#arrivals
    while (arrivals.timeMs < Math.min(nowMs, endMs) && this.#begun < records) {
      const feed = this.#feedOf(arrivals.index, arrivals.feed)
      this.#begun++
      settler.unreached(arrivals.index, arrivals.timeMs, nowMs, feed)
      arrivals.advance()
    }
  }

  /** Makes every arrival ready that is due, then sleeps until the next. */
  #pump(): void {
    const { endMs, records, options } = this.#parts
    const arrivals = this.#arrivals
    let lastMs = Number.NaN
    let dueMs = arrivals.timeMs
    // Much of what is due at the same time is made ready in one go, or its last messages would be late by our own doing.
    for (let burst = 0; burst < BURST || (dueMs === lastMs && burst < BURST_AT_ONCE); burst++) {
      if (!this.#isArriving) return
      if (dueMs >= endMs || this.#begun >= records) return this.#parts.ended()
      const nowMs = this.#parts.now()
      if (dueMs > nowMs) return this.#pacer.wakeAt(this.#startMs + dueMs)
      this.#arrive(arrivals.index, dueMs, nowMs, arrivals.feed)
      lastMs = dueMs
      arrivals.advance()
      dueMs = arrivals.timeMs
    }
    options.clock.soon(() => this.#pump())
  }

  /** @param seenMs when it was seen to be due: it is ready then if it has to wait for a slot, else when it is made */
  #arrive(index: number, intendedMs: number, seenMs: number, ownFeed: number): void {
    const { options, slots, outstanding, settler, dispatch } = this.#parts
    const feed = this.#feedOf(index, ownFeed)
    this.#begun++
    const entry = outstanding.take(index, intendedMs, AT_SEND, feed)
    const slot = entry === NONE ? NONE : slots.take(feed)
    if (slot !== NONE) return dispatch.send(slot, entry)
    settler.begin(index, intendedMs, seenMs, feed)
    if (entry === NONE) {
      options.recorder.because('too many outstanding')
      return settler.neverSent(index, 'dropped', intendedMs, feed)
    }
    outstanding.readyMs[entry] = seenMs
    outstanding.enqueue(feed, entry)
  }

  #feedOf(index: number, ownFeed: number): number {
    const { options, dispatch } = this.#parts
    if (!options.pinned) return 0
    return ownFeed === NO_FEED ? positionOf(index, options.share) % dispatch.links.length : ownFeed
  }
}
