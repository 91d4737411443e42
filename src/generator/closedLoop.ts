import type { Timer } from './clock.ts'
import type { Loop, LoopParts } from './loop.ts'
import { AT_SEND } from './outstanding.ts'
import { indexAt } from './share.ts'

const NONE = -1
/** Before the end of the measured phase: what is due then still belongs to it. */
const LAST_MOMENT_MS = 0.001

/** A message arrives when a slot got its answer: the target sets the pace. */
export class ClosedLoop implements Loop {
  readonly followsAnswers = true
  readonly #parts: LoopParts
  /** Slots that wait for the client's own stage. */
  readonly #parked = new Set<number>()
  #begun = 0
  readonly spunMs = 0
  #isArriving = true
  #timer: Timer | null = null

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  get isArriving(): boolean {
    return this.#isArriving
  }

  begin(): void {
    const { options, endMs, ended } = this.#parts
    this.#timer = options.clock.after(endMs, ended)
    options.stage?.begin(() => this.#unpark())
  }

  prepareNext(slot: number): number {
    const { options, slots, outstanding, dispatch, records, endMs } = this.#parts
    const nowMs = this.#parts.now()
    if (!this.#isArriving || this.#begun >= records || nowMs >= endMs) {
      slots.offer(slot)
      this.#parts.ended()
      return NONE
    }
    const index = indexAt(this.#begun, options.share)
    if (options.stage !== null && !options.stage.isReady(index)) {
      this.#parked.add(slot)
      return NONE
    }
    this.#begun++
    return dispatch.prepare(slot, outstanding.take(index, AT_SEND, AT_SEND, slots.feedOf(slot)))
  }

  stop(): void {
    this.#isArriving = false
    this.#timer?.cancel()
  }

  /** Of fixed work all is due: what the time did not allow to begin counts as what an open loop did not reach. Else nothing is due that did not arrive. */
  countUnreached(): void {
    const { records, endMs, options, dispatch, settler } = this.#parts
    if (records === Number.POSITIVE_INFINITY) return
    const dueMs = endMs - LAST_MOMENT_MS
    for (; this.#begun < records; this.#begun++) {
      const feed = options.pinned ? this.#begun % dispatch.links.length : 0
      settler.unreached(indexAt(this.#begun, options.share), dueMs, dueMs, feed)
    }
  }

  #unpark(): void {
    const waiting = [...this.#parked]
    this.#parked.clear()
    for (const slot of waiting) this.#parts.use(slot)
  }
}
