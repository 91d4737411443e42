const NONE = -1

/** A time that is not known before the message is made and sent: it is then the time of the send. */
export const AT_SEND = Number.NaN

export const [NOT_COMMITTED, COMMITTED, TAKEN_BACK] = [0, 1, 2]

/** Arrivals that wait or are in flight: a fixed pool of entries, each with its times, and a first-in-first-out queue of waiting entries per feed. */
export class Outstanding {
  readonly index: Float64Array
  /** Feed of this generator that the arrival belongs to. */
  readonly feed: Int32Array
  readonly intendedMs: Float64Array
  readonly readyMs: Float64Array
  readonly sentMs: Float64Array
  /** Times sent so far. */
  readonly attempts: Uint8Array
  /** Enhanced acknowledgement mode: `COMMITTED` = the receiver has the message, `TAKEN_BACK` = it had, and refused it. */
  readonly committed: Uint8Array
  /** 1 = an earlier attempt ended without an answer. */
  readonly doubtful: Uint8Array
  readonly #next: Int32Array
  readonly #head: Int32Array
  readonly #tail: Int32Array
  #free: number
  #count = 0

  constructor(capacity: number, feeds: number) {
    this.index = new Float64Array(capacity)
    this.feed = new Int32Array(capacity)
    this.intendedMs = new Float64Array(capacity)
    this.readyMs = new Float64Array(capacity)
    this.sentMs = new Float64Array(capacity)
    this.attempts = new Uint8Array(capacity)
    this.committed = new Uint8Array(capacity)
    this.doubtful = new Uint8Array(capacity)
    this.#next = Int32Array.from({ length: capacity }, (_, entry) => (entry + 1 < capacity ? entry + 1 : NONE))
    this.#head = new Int32Array(feeds).fill(NONE)
    this.#tail = new Int32Array(feeds).fill(NONE)
    this.#free = 0
  }

  get count(): number {
    return this.#count
  }

  /** A free entry for a new arrival, or -1 when all are taken. */
  take(index: number, intendedMs: number, readyMs: number, feed: number): number {
    const entry = this.#free
    if (entry === NONE) return NONE
    this.#free = this.#next[entry]!
    this.#count++
    this.index[entry] = index
    this.feed[entry] = feed
    this.intendedMs[entry] = intendedMs
    this.readyMs[entry] = readyMs
    this.attempts[entry] = 0
    this.committed[entry] = NOT_COMMITTED
    this.doubtful[entry] = 0
    return entry
  }

  release(entry: number): void {
    this.#next[entry] = this.#free
    this.#free = entry
    this.#count--
  }

  enqueue(feed: number, entry: number): void {
    this.#next[entry] = NONE
    const tail = this.#tail[feed]!
    if (tail === NONE) this.#head[feed] = entry
    else this.#next[tail] = entry
    this.#tail[feed] = entry
  }

  /** Puts an entry before all that wait: a message to be sent again keeps its place. */
  enqueueFirst(feed: number, entry: number): void {
    this.#next[entry] = this.#head[feed]!
    this.#head[feed] = entry
    if (this.#tail[feed] === NONE) this.#tail[feed] = entry
  }

  isWaiting(feed: number): boolean {
    return this.#head[feed] !== NONE
  }

  /** The entry that has waited longest, or -1. */
  dequeue(feed: number): number {
    const entry = this.#head[feed]!
    if (entry === NONE) return NONE
    this.#head[feed] = this.#next[entry]!
    if (this.#head[feed] === NONE) this.#tail[feed] = NONE
    return entry
  }
}
