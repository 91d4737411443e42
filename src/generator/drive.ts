import type { Link, LinkEvents, Refusal, ReplyOutcome } from '../protocol/link.ts'
import { type ThinkTime, thinkTimeOf } from '../workload/thinkTime.ts'
import type { Clock, Timer } from './clock.ts'
import { ClosedLoop } from './closedLoop.ts'
import { Dispatch } from './dispatch.ts'
import type { DriveOptions } from './driveOptions.ts'
import { FreedSlots } from './freed.ts'
import { countRefusal, isLocal } from './links.ts'
import type { Loop, LoopParts } from './loop.ts'
import { OpenLoop } from './openLoop.ts'
import { Outstanding } from './outstanding.ts'
import { PutBack } from './putBack.ts'
import type { Recorder } from './recorder.ts'
import { Settler } from './settle.ts'
import { countOf } from './share.ts'
import { Slots } from './slots.ts'

const NONE = -1
/** How often overdue answers are looked for: every hundredth of the timeout, in these bounds. An answer that is late by less may be taken. */
const [LEAST_SWEEP_MS, MOST_SWEEP_MS] = [2, 100]

/**
 * One run of load over links that it is handed: a loop has messages arrive, open or closed, and what becomes of each is settled here. The path
 * of a message is callbacks and typed arrays: nothing is allocated on it.
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
  readonly #loop: Loop
  readonly #timers: Timer[] = []
  readonly #resendsRejected: boolean
  readonly #thinkTime: ThinkTime | null
  readonly #records: number
  #startMs = 0
  #running = false
  #finish: () => void = () => {}
  readonly refusals = new Map<string, number>()
  redials = 0
  /** When every arrival had its outcome, ms from the start of the run. */
  endedMs = 0

  constructor(options: DriveOptions) {
    const { load, links, pinned, share, phases, clock } = options
    const feeds = pinned ? links : 1
    const inFlight = links * load.window
    const now = () => this.now()
    const use = (slot: number) => this.#use(slot)
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
    this.#dispatch = new Dispatch(options, this.#slots, this.#outstanding, this.#settler, now)
    this.#putBack = new PutBack(options, this.#slots, this.#outstanding, this.#settler, use, this.#rest.bind(this))
    this.#resendsRejected = load.protocol === 'mllp' && load.onRejected === 'resend'
    this.#thinkTime = thinkTimeOf(load.workload, options.seed ?? 0)
    this.#records = countOf(load.workload.records, options.share)
    const parts: LoopParts = {
      options,
      slots: this.#slots,
      outstanding: this.#outstanding,
      settler: this.#settler,
      dispatch: this.#dispatch,
      records: this.#records,
      endMs: phases.warmupMs + phases.measureMs,
      now,
      use,
      ended: () => this.#endArrivals(),
    }
    this.#loop = options.arrivals === null ? new ClosedLoop(parts) : new OpenLoop(parts, options.arrivals)
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

  /** Time so far spent waiting for arrivals with the clock in hand, ms. */
  get spunMs(): number {
    return this.#loop.spunMs
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
    const { timeoutMs } = this.#options.load
    this.#dispatch.links = links
    this.#startMs = this.#clock.now()
    this.#running = true
    const { warmupMs, measureMs, drainMs } = this.#options.phases
    this.#timers.push(this.#clock.after(warmupMs + measureMs + drainMs, () => this.#end()))
    // Answers that wait in the input while the process is held up came in time: they are read first.
    const sweep = () => this.#clock.afterInput(() => this.#sweepTimeouts())
    this.#timers.push(this.#clock.every(Math.min(MOST_SWEEP_MS, Math.max(LEAST_SWEEP_MS, timeoutMs / 100)), sweep))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#finish = resolve
    for (const [link, { isOpen }] of links.entries()) if (isOpen) this.#opened(link)
    this.#loop.begin(this.#startMs)
    return promise
  }

  /** Ends the run early: what is outstanding is unfinished. */
  stop(): void {
    if (this.#running) this.#end()
  }

  // ---- links

  #use(slot: number): void {
    if (this.#prepareNext(slot) !== NONE) this.#dispatch.write(slot)
  }

  /**
   * Prepares the longest waiting message of a free slot's feed, else what the loop has arrive on it, else the slot idles.
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
    return this.#loop.prepareNext(slot)
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
    const end = outcome === 'repeated' || outcome === 'created' ? 'accepted' : outcome
    if (end === 'accepted' && this.#outstanding.attempts[entry]! > 1) this.#putBack.resolve(entry, outcome)
    const nowMs = this.now()
    if (end === 'accepted' || end === 'rejected') this.#settler.answered(entry, end, nowMs)
    else this.#settler.unanswered(entry, end)
    if (this.#thinkTime !== null) this.#rest(slot, entry, nowMs)
    else this.#release(slot)
    this.#endIfDone()
  }

  /** In an open loop nothing waits for most slots: they idle at once, without a turn of the event loop of their own. */
  #release(slot: number): void {
    const hasNext = this.#loop.followsAnswers || this.#outstanding.isWaiting(this.#slots.feedOf(slot))
    if (hasNext) this.#freed.add(slot)
    else this.#prepareNext(slot)
  }

  /** Refused for now: sent again later, else rejected. */
  #deferred(slot: number, reason: string, refusal: Refusal): void {
    if (this.#slots.entry[slot] === NONE) return
    if (this.#putBack.defer(slot, reason, refusal)) this.#use(slot)
    else this.#replied(slot, 'rejected', reason, null)
  }

  /** In a closed loop a slot pauses after each exchange that has ended, answered or not. */
  #rest(slot: number, entry: number, nowMs: number): void {
    if (this.#thinkTime === null) return
    this.#think(slot, nowMs, nowMs + this.#thinkTime(this.#outstanding.index[entry]!))
  }

  /** A timer leaves fractions of a millisecond out and may ring early: then it is waited again, as a pause is never shorter than it was declared. */
  #think(slot: number, nowMs: number, untilMs: number): void {
    this.#slots.thinking[slot] = 1
    this.#clock.after(untilMs - nowMs, () => {
      const rangMs = this.now()
      if (rangMs < untilMs) return this.#think(slot, rangMs, untilMs)
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
    this.#loop.stop()
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.#running && !this.#loop.isArriving && this.#outstanding.count === 0) this.#end()
  }

  #end(): void {
    this.#running = false
    this.endedMs = this.now()
    this.#loop.stop()
    for (const timer of this.#timers) timer.cancel()
    this.#putBack.endAll(this.#options.pinned ? this.#dispatch.links.length : 1)
    this.#loop.countUnreached(this.now())
    if (this.#records !== Number.POSITIVE_INFINITY) this.#options.fates.plan(this.#records)
    this.#finish()
  }
}
