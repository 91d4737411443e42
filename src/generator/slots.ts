const NONE = -1

/**
 * The window slots of all links, and which entry is in flight on each. The idle slots of a feed are taken in turn, so that no link
 * falls asleep while another does all the work. A slot is numbered link * window + place.
 */
export class Slots {
  readonly window: number
  /** Entry in flight on a slot, or -1. */
  readonly entry: Int32Array
  /** Closed loop: 1 while a slot pauses between the end of an exchange and its next send, whatever becomes of its link meanwhile. */
  readonly thinking: Uint8Array
  readonly #perFeed: number
  readonly #ring: Int32Array
  readonly #head: Int32Array
  readonly #size: Int32Array
  readonly #queued: Uint8Array
  readonly #idle: Uint8Array

  constructor(links: number, window: number, feeds: number) {
    const slots = links * window
    this.window = window
    this.entry = new Int32Array(slots).fill(NONE)
    this.thinking = new Uint8Array(slots)
    this.#perFeed = slots / feeds
    this.#ring = new Int32Array(slots)
    this.#head = new Int32Array(feeds)
    this.#size = new Int32Array(feeds)
    this.#queued = new Uint8Array(slots)
    this.#idle = new Uint8Array(slots)
  }

  feedOf(slot: number): number {
    return Math.floor(slot / this.#perFeed)
  }

  isFree(slot: number): boolean {
    return this.entry[slot] === NONE && this.thinking[slot] === 0
  }

  offer(slot: number): void {
    this.#idle[slot] = 1
    if (this.#queued[slot] === 1) return
    this.#queued[slot] = 1
    const feed = this.feedOf(slot)
    const place = (this.#head[feed]! + this.#size[feed]!) % this.#perFeed
    this.#ring[feed * this.#perFeed + place] = slot
    this.#size[feed]!++
  }

  /** Takes a slot back that cannot be used now: its link is gone. */
  withdraw(slot: number): void {
    this.#idle[slot] = 0
  }

  /** An idle slot of the feed, or -1. */
  take(feed: number): number {
    while (this.#size[feed]! > 0) {
      const slot = this.#ring[feed * this.#perFeed + this.#head[feed]!]!
      this.#head[feed] = (this.#head[feed]! + 1) % this.#perFeed
      this.#size[feed]!--
      this.#queued[slot] = 0
      if (this.#idle[slot] === 0) continue
      this.#idle[slot] = 0
      return slot
    }
    return NONE
  }
}
