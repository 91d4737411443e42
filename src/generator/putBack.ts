import type { Load } from '../model/scenario.ts'
import type { Refusal, ReplyOutcome } from '../protocol/link.ts'
import type { Clock, Timer } from './clock.ts'
import type { DriveOptions } from './driveOptions.ts'
import { COMMITTED, type Outstanding, TAKEN_BACK } from './outstanding.ts'
import type { Recorder } from './recorder.ts'
import { Retry } from './retry.ts'
import type { Settler } from './settle.ts'
import type { Slots } from './slots.ts'

const NONE = -1
const UNANSWERED: Refusal = { afterMs: 0, mostAttempts: Number.POSITIVE_INFINITY }

/**
 * Messages that are put back to be sent again, before all that wait, or end as unknown: their link is gone, or they were refused. With a
 * retry policy they wait first: in an open loop their slot is free meanwhile, in a closed one it waits with them. A message is in one
 * place only, so two attempts of it are never in flight.
 */
export class PutBack {
  readonly #load: Load
  readonly #slots: Slots
  readonly #outstanding: Outstanding
  readonly #settler: Settler
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #retry: Retry | null
  readonly #isClosed: boolean
  readonly #use: (slot: number) => void
  readonly #rest: (slot: number, entry: number, nowMs: number) => void
  readonly #waiting = new Map<number, Timer>()

  /**
   * @param use sends the first waiting message of a slot's feed on the slot
   * @param rest has a slot pause on which an exchange ended without an answer
   */
  constructor(
    { load, recorder, clock, seed = 0 }: Pick<DriveOptions, 'load' | 'recorder' | 'clock' | 'seed'>,
    slots: Slots,
    outstanding: Outstanding,
    settler: Settler,
    use: (slot: number) => void,
    rest: (slot: number, entry: number, nowMs: number) => void,
  ) {
    const policy = load.protocol === 'fhir' ? (load.retry ?? null) : null
    this.#load = load
    this.#slots = slots
    this.#outstanding = outstanding
    this.#settler = settler
    this.#recorder = recorder
    this.#clock = clock
    this.#retry = policy && new Retry(policy, load.maxAttempts, seed, () => recorder.arrivals)
    this.#isClosed = load.workload.kind === 'closed'
    this.#use = use
    this.#rest = rest
  }

  /** Takes every slot of the link back. What is sent again at once goes out on other links of its feed that are idle. */
  lose(link: number, reason: string, nowMs: number): void {
    const { window, entry } = this.#slots
    const { index } = this.#outstanding
    const inFlight: number[] = []
    for (let slot = link * window; slot < (link + 1) * window; slot++) {
      this.#slots.withdraw(slot)
      if (entry[slot] !== NONE) inFlight.push(slot)
    }
    inFlight.sort((a, b) => index[entry[b]!]! - index[entry[a]!]!)
    for (const slot of inFlight) this.#loseSlot(slot, reason, nowMs)
    this.#useIdle(this.#slots.feedOf(link * window), inFlight.length)
  }

  /** Links with a message in flight that had no answer in time, each looked at when its turn comes. */
  *overdueLinks(nowMs: number): Generator<number> {
    const { window, entry } = this.#slots
    const { sentMs } = this.#outstanding
    // Not by a function of its own, which the runtime would compile two or three seconds after load began.
    const latestMs = nowMs - this.#load.timeoutMs
    for (let slot = 0; slot < entry.length; slot++)
      if (entry[slot] !== NONE && sentMs[entry[slot]!]! <= latestMs) yield Math.floor(slot / window)
  }

  committed(slot: number, nowMs: number): void {
    const entry = this.#slots.entry[slot]!
    if (entry !== NONE) this.#settler.committed(entry, nowMs)
  }

  entriesRefused(slot: number, places: readonly number[]): void {
    const entry = this.#slots.entry[slot]!
    if (entry !== NONE) this.#settler.entriesRefused(entry, places)
  }

  /**
   * Puts a message back that was rejected and may be sent again.
   * @returns false when it may not, or was sent often enough
   */
  takeBack(slot: number, reason: string | null): boolean {
    const entry = this.#slots.entry[slot]!
    const { attempts, committed } = this.#outstanding
    const isFinal = reason === 'AR' || reason === 'CR' || attempts[entry]! >= this.#load.maxAttempts
    if (isFinal) return false
    this.#recorder.tolerate(`${reason}, sent again`)
    if (committed[entry] === COMMITTED) committed[entry] = TAKEN_BACK
    this.#slots.entry[slot] = NONE
    this.#outstanding.enqueueFirst(this.#slots.feedOf(slot), entry)
    return true
  }

  /**
   * Puts a message off that was refused for now.
   * @returns false when nothing is retried, or it was sent often enough
   */
  defer(slot: number, reason: string, refusal: Refusal): boolean {
    const entry = this.#slots.entry[slot]!
    if (!this.#putOff(slot, entry, refusal)) return false
    this.#recorder.tolerate(`${reason}, sent again`)
    return true
  }

  /** Counts a message that was accepted when it was sent again. Of an attempt before whose fate is unknown only some answers say anything. */
  resolve(entry: number, outcome: ReplyOutcome): void {
    if (this.#retry === null) return
    this.#recorder.countUp('retried-accepted')
    if (this.#outstanding.doubtful[entry] !== 1) return
    if (outcome === 'repeated') this.#recorder.countUp('unknown-had-arrived')
    else if (outcome === 'created') this.#recorder.countUp('unknown-had-not-arrived')
  }

  /** Ends all that is in flight, queued or waiting as unfinished: the run is over. */
  endAll(feeds: number): void {
    for (const [entry, timer] of this.#waiting) {
      timer.cancel()
      this.#settler.unanswered(entry, 'unfinished')
    }
    this.#waiting.clear()
    this.#settler.unfinished(this.#slots.entry, feeds)
    if (this.#retry !== null) this.#recorder.countUp('attempts', this.#recorder.sends)
  }

  /** A committed message is the receiver's by then (HL7 v2.5.1 section 2.9.3): it is not sent again. */
  #loseSlot(slot: number, reason: string, nowMs: number): void {
    const entry = this.#slots.entry[slot]!
    const { committed, sentMs } = this.#outstanding
    const isCommitted = committed[entry] === COMMITTED
    const why = sentMs[entry]! <= nowMs - this.#load.timeoutMs ? 'timeout' : reason
    this.#slots.entry[slot] = NONE
    if (!isCommitted && this.#resends(slot, entry)) return this.#recorder.tolerate(`${why}, sent again`)
    this.#recorder.because(isCommitted ? `${why} after the commit` : why)
    this.#settler.unanswered(entry, 'unknown')
    this.#rest(slot, entry, nowMs)
  }

  /** Has a message of unknown fate sent again, where that is asked for and it was not sent often enough. */
  #resends(slot: number, entry: number): boolean {
    if (this.#load.onUnknown !== 'resend') return false
    this.#outstanding.doubtful[entry] = 1
    if (this.#retry !== null) return this.#putOff(slot, entry, UNANSWERED)
    if (this.#outstanding.attempts[entry]! >= this.#load.maxAttempts) return false
    this.#outstanding.enqueueFirst(this.#slots.feedOf(slot), entry)
    return true
  }

  #putOff(slot: number, entry: number, refusal: Refusal): boolean {
    if (this.#retry === null) return false
    const { index, attempts } = this.#outstanding
    const waitMs = this.#retry.waitMs(index[entry]!, attempts[entry]!, refusal)
    if (typeof waitMs === 'string') {
      this.#recorder.countUp(waitMs)
      return false
    }
    this.#recorder.countUp('retries')
    this.#slots.entry[slot] = NONE
    if (this.#isClosed) this.#slots.thinking[slot] = 1
    const timer = this.#clock.after(waitMs, () => {
      this.#waiting.delete(entry)
      if (this.#isClosed) this.#slots.thinking[slot] = 0
      this.#outstanding.enqueueFirst(this.#slots.feedOf(slot), entry)
      // In a closed loop its own slot waited with it.
      if (this.#isClosed) this.#use(slot)
      this.#useIdle(this.#slots.feedOf(slot), 1)
    })
    this.#waiting.set(entry, timer)
    return true
  }

  #useIdle(feed: number, most: number): void {
    for (let used = 0; used < most; used++) {
      const slot = this.#slots.take(feed)
      if (slot === NONE) return
      this.#use(slot)
    }
  }
}
