import type { Link, LinkEvents, Refusal, ReplyOutcome } from '../protocol/link.ts'
import { NO_FEED } from '../workload/arrivals.ts'
import { type ThinkTime, thinkTimeOf } from '../workload/thinkTime.ts'
import type { Clock, Timer } from './clock.ts'
import { Dispatch } from './dispatch.ts'
import type { DriveOptions } from './driveOptions.ts'
import { FreedSlots } from './freed.ts'
import { countRefusal, isLocal } from './links.ts'
import { Outstanding } from './outstanding.ts'
import { Pacer } from './pace.ts'
import { PutBack } from './putBack.ts'
import type { Recorder } from './recorder.ts'
import { Settler } from './settle.ts'
import { countOf, indexAt, positionOf } from './share.ts'
import { Slots } from './slots.ts'

const NONE = -1
/** Arrivals made ready in one go before waiting input is read again. */
const BURST = 256

/**
 * One run of load over links that it is handed. Open loop: arrivals by schedule, a queue per feed. Closed loop: a slot that
 * got its answer sends the next message. The path of a message is callbacks and typed arrays: nothing is allocated on it.
 */
export class Driver {
  readonly events: LinkEvents
  readonly #options: DriveOptions
  readonly #clock: Clock
  readonly #recorder: Recorder
  readonly #slots: Slots
  readonly #freed: FreedSlots
  readonly #outstanding: Outstanding
  readonly #settler: Settler
  readonly #dispatch: Dispatch
  readonly #putBack: PutBack
  readonly #pacer: Pacer
  readonly #timers: Timer[] = []
  readonly #resendsRejected: boolean
  readonly #thinkTime: ThinkTime | null
  readonly #records: number
  readonly #endMs: number
  #startMs = 0
  #begun = 0
  #running = false
  #arriving = false
  /** Slots that wait for the client's own stage. */
  readonly #parked = new Set<number>()
  #finish: () => void = () => {}
  readonly refusals = new Map<string, number>()
  redials = 0

  constructor(options: DriveOptions) {
    const { load, links, pinned, share, phases, clock } = options
    const feeds = pinned ? links : 1
    const inFlight = links * load.window
    this.#options = options
    this.#clock = clock
    this.#recorder = options.recorder
    this.#slots = new Slots(links, load.window, feeds)
    this.#freed = new FreedSlots(inFlight, clock, {
      prepare: slot => this.#prepareNext(slot),
      write: slot => this.#dispatch.write(slot),
    })
    this.#outstanding = new Outstanding(
      load.workload.kind === 'open' ? Math.max(Math.ceil(load.workload.maxOutstanding / share.of), inFlight) : inFlight,
      feeds,
    )
    this.#settler = new Settler(options, this.#outstanding)
    this.#dispatch = new Dispatch(options, this.#slots, this.#outstanding, this.#settler, () => this.now())
    this.#putBack = new PutBack(options, this.#slots, this.#outstanding, this.#settler, slot => this.#use(slot))
    this.#pacer = new Pacer(clock, options.spinShare, this.#outstanding, () => this.#pump())
    this.#resendsRejected = load.protocol === 'mllp' && load.onRejected === 'resend'
    this.#endMs = phases.warmupMs + phases.measureMs
    this.#thinkTime = thinkTimeOf(load.workload, options.seed ?? 0)
    this.#records = countOf(load.workload.records, options.share)
    this.events = {
      opened: link => this.#opened(link),
      committed: (link, slot) => this.#putBack.committed(link * load.window + slot, this.now()),
      replied: (link, slot, outcome, reason, alarm) => this.#replied(link * load.window + slot, outcome, reason, alarm),
      entriesRefused: (link, slot, places) => this.#putBack.entriesRefused(link * load.window + slot, places),
      deferred: (link, slot, reason, refusal) => this.#deferred(link * load.window + slot, reason, refusal),
      counted: (_link, what, times) => options.recorder.countUp(what, times),
      tolerated: (_link, what) => options.recorder.tolerate(what),
      explained: (_link, error) => options.recorder.explain(error),
      lost: (link, reason) => this.#lost(link, reason),
      refused: (_link, code) => countRefusal(this.refusals, code),
    }
  }

  get outstanding(): number {
    return this.#outstanding.count
  }

  /** When the run began, on the clock that was handed in. */
  get startMs(): number {
    return this.#startMs
  }

  /** ms since the start of the run. */
  now(): number {
    return this.#clock.now() - this.#startMs
  }

  /** Drives the links through warm-up, measured phase and drain; resolves when every arrival has its outcome. */
  run(links: readonly Link[]): Promise<void> {
    const { load, phases } = this.#options
    this.#dispatch.links = links
    this.#startMs = this.#clock.now()
    this.#running = true
    this.#arriving = true
    if (this.#options.arrivals === null) this.#timers.push(this.#clock.after(this.#endMs, () => this.#endArrivals()))
    this.#timers.push(this.#clock.after(this.#endMs + phases.drainMs, () => this.#end()))
    // Answers that wait in the input while the process is held up came in time: they are read first.
    const sweep = () => this.#clock.afterInput(() => this.#sweepTimeouts())
    this.#timers.push(this.#clock.every(Math.min(100, Math.max(1, load.timeoutMs / 10)), sweep))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#finish = resolve
    this.#options.stage?.begin(() => this.#unpark())
    for (const [link, { isOpen }] of links.entries()) if (isOpen) this.#opened(link)
    if (this.#options.arrivals !== null) this.#pump()
    return promise
  }

  /** Ends the run early: what is outstanding is unfinished. */
  stop(): void {
    if (this.#running) this.#end()
  }

  // ---- arrivals

  /** Makes every arrival ready that is due, then sleeps until the next. */
  #pump(): void {
    const arrivals = this.#options.arrivals!
    let lastMs = Number.NaN
    // What is due at the same time, a backlog, is made ready in one go, or its last messages would be late by our own doing.
    for (let burst = 0; burst < BURST || arrivals.timeMs === lastMs; burst++) {
      if (!this.#arriving) return
      if (arrivals.timeMs >= this.#endMs || this.#begun >= this.#records) return this.#endArrivals()
      const nowMs = this.now()
      if (arrivals.timeMs > nowMs) return this.#pacer.wakeAt(this.#startMs + arrivals.timeMs)
      lastMs = arrivals.timeMs
      this.#arrive(arrivals.index, lastMs, nowMs, arrivals.feed)
      arrivals.advance()
    }
    this.#clock.soon(() => this.#pump())
  }

  #arrive(index: number, intendedMs: number, readyMs: number, ownFeed: number): void {
    const feed = this.#feedOf(index, ownFeed)
    this.#begun++
    this.#settler.begin(index, intendedMs, readyMs, feed)
    const entry = this.#outstanding.take(index, intendedMs, readyMs, feed)
    if (entry === NONE) {
      this.#recorder.because('too many outstanding')
      return this.#settler.neverSent(index, 'dropped', intendedMs, feed)
    }
    const slot = this.#slots.take(feed)
    if (slot === NONE) this.#outstanding.enqueue(feed, entry)
    else this.#dispatch.send(slot, entry)
  }

  #feedOf(index: number, ownFeed: number): number {
    if (!this.#options.pinned) return 0
    return ownFeed === NO_FEED ? positionOf(index, this.#options.share) % this.#dispatch.links.length : ownFeed
  }

  /** Closed loop: prepares the next message of the stream on this slot. @returns its bytes, or -1 when there is none */
  #prepareNew(slot: number): number {
    const nowMs = this.now()
    if (!this.#arriving || this.#begun >= this.#records || nowMs >= this.#endMs) {
      this.#slots.offer(slot)
      this.#endArrivals()
      return NONE
    }
    const index = indexAt(this.#begun, this.#options.share)
    if (this.#options.stage !== null && !this.#options.stage.isReady(index)) {
      this.#parked.add(slot)
      return NONE
    }
    this.#begun++
    return this.#dispatch.prepare(slot, this.#outstanding.take(index, nowMs, nowMs, this.#slots.feedOf(slot)))
  }

  #unpark(): void {
    const waiting = [...this.#parked]
    this.#parked.clear()
    for (const slot of waiting) this.#use(slot)
  }

  // ---- links

  #use(slot: number): void {
    if (this.#prepareNext(slot) !== NONE) this.#dispatch.write(slot)
  }

  /**
   * Prepares the longest waiting message of a free slot's feed, else (closed loop) the next one, else the slot idles.
   * @returns its bytes, or -1 when there is none
   */
  #prepareNext(slot: number): number {
    if (!this.#running || !this.#slots.isFree(slot)) return NONE
    if (!this.#dispatch.isOpen(slot)) {
      this.#slots.withdraw(slot)
      return NONE
    }
    const entry = this.#outstanding.dequeue(this.#slots.feedOf(slot))
    if (entry !== NONE) return this.#dispatch.prepare(slot, entry)
    if (this.#options.arrivals === null) return this.#prepareNew(slot)
    this.#slots.offer(slot)
    return NONE
  }

  #opened(link: number): void {
    const { window } = this.#slots
    for (let slot = link * window; slot < (link + 1) * window; slot++) this.#use(slot)
  }

  #replied(slot: number, outcome: ReplyOutcome, reason: string | null, alarm: string | null): void {
    const entry = this.#slots.entry[slot]!
    if (entry === NONE) return
    if (this.#resendsRejected && outcome === 'rejected' && this.#putBack.takeBack(slot, reason)) return this.#use(slot)
    if (reason !== null) this.#recorder.because(reason)
    if (alarm !== null) this.#recorder.alarm(alarm)
    this.#slots.entry[slot] = NONE
    if (this.#outstanding.attempts[entry]! > 1) this.#putBack.resolve(entry, outcome)
    const end = outcome === 'repeated' ? 'accepted' : outcome
    if (end === 'accepted' || end === 'rejected') this.#settler.answered(entry, end, this.now())
    else this.#settler.unanswered(entry, end)
    if (this.#thinkTime !== null) this.#think(slot, this.#thinkTime(this.#outstanding.index[entry]!))
    else this.#freed.add(slot)
    this.#endIfDone()
  }

  /** Refused for now: sent again later, else rejected. */
  #deferred(slot: number, reason: string, refusal: Refusal): void {
    if (this.#slots.entry[slot] === NONE) return
    if (this.#putBack.defer(slot, reason, refusal)) this.#use(slot)
    else this.#replied(slot, 'rejected', reason, null)
  }

  #think(slot: number, thinkMs: number): void {
    this.#slots.thinking[slot] = 1
    this.#clock.after(thinkMs, () => {
      this.#slots.thinking[slot] = 0
      this.#use(slot)
    })
  }

  #lost(link: number, reason: string): void {
    if (!this.#running) return
    this.redials++
    if (isLocal(reason)) countRefusal(this.refusals, reason)
    this.#putBack.lose(link, reason, this.now())
    this.#endIfDone()
  }

  /** No answer in time: the fate is unknown, and the link is dialled again so that a late answer is never taken for another's. */
  #sweepTimeouts(): void {
    for (const link of this.#putBack.overdueLinks(this.now())) {
      this.#dispatch.links[link]!.redial()
      this.#lost(link, 'redialled after a timeout')
    }
  }

  // ---- the end

  #endArrivals(): void {
    this.#arriving = false
    this.#pacer.stop()
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.#running && !this.#arriving && this.#outstanding.count === 0) this.#end()
  }

  #end(): void {
    this.#arriving = false
    this.#running = false
    this.#pacer.stop()
    for (const timer of this.#timers) timer.cancel()
    this.#putBack.endAll(this.#options.pinned ? this.#dispatch.links.length : 1)
    this.#countUnreached()
    this.#finish()
  }

  /** What was due and never made ready is an arrival all the same; fixed work that was not reached is planned. */
  #countUnreached(): void {
    const { arrivals, fates } = this.#options
    const nowMs = this.now()
    while (arrivals !== null && arrivals.timeMs < Math.min(nowMs, this.#endMs) && this.#begun < this.#records) {
      const feed = this.#feedOf(arrivals.index, arrivals.feed)
      this.#begun++
      this.#settler.begin(arrivals.index, arrivals.timeMs, nowMs, feed)
      this.#settler.neverSent(arrivals.index, 'unfinished', arrivals.timeMs, feed)
      arrivals.advance()
    }
    if (this.#records !== Number.POSITIVE_INFINITY) fates.plan(this.#records)
  }
}
