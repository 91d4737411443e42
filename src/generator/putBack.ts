import type { Load } from '../model/scenario.ts'
import { COMMITTED, type Outstanding, TAKEN_BACK } from './outstanding.ts'
import type { Recorder } from './recorder.ts'
import type { Settler } from './settle.ts'
import type { Slots } from './slots.ts'

const NONE = -1

/** Messages that are put back to be sent again, before all that wait, or end as unknown: their link is gone, or they were refused. */
export class PutBack {
  readonly #load: Load
  readonly #slots: Slots
  readonly #outstanding: Outstanding
  readonly #settler: Settler
  readonly #recorder: Recorder

  constructor(load: Load, slots: Slots, outstanding: Outstanding, settler: Settler, recorder: Recorder) {
    this.#load = load
    this.#slots = slots
    this.#outstanding = outstanding
    this.#settler = settler
    this.#recorder = recorder
  }

  /** Takes every slot of the link back. @returns how many messages were in flight on it */
  lose(link: number, reason: string, nowMs: number): number {
    const { window, entry } = this.#slots
    const { index } = this.#outstanding
    const inFlight: number[] = []
    for (let slot = link * window; slot < (link + 1) * window; slot++) {
      this.#slots.withdraw(slot)
      if (entry[slot] !== NONE) inFlight.push(slot)
    }
    inFlight.sort((a, b) => index[entry[b]!]! - index[entry[a]!]!)
    for (const slot of inFlight) this.#loseSlot(slot, reason, nowMs)
    return inFlight.length
  }

  /** Whether the message in flight on a slot had no answer in time. */
  isOverdue(slot: number, nowMs: number): boolean {
    const entry = this.#slots.entry[slot]!
    return entry !== NONE && this.#outstanding.sentMs[entry]! <= nowMs - this.#load.timeoutMs
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

  /** A committed message is the receiver's by then (HL7 v2.5.1 section 2.9.3): it is not sent again. */
  #loseSlot(slot: number, reason: string, nowMs: number): void {
    const entry = this.#slots.entry[slot]!
    const { attempts, committed } = this.#outstanding
    const isCommitted = committed[entry] === COMMITTED
    const why = this.isOverdue(slot, nowMs) ? 'timeout' : reason
    this.#slots.entry[slot] = NONE
    this.#recorder.because(isCommitted ? `${why} after the commit` : why)
    if (this.#load.onUnknown === 'resend' && !isCommitted && attempts[entry]! < this.#load.maxAttempts)
      this.#outstanding.enqueueFirst(this.#slots.feedOf(slot), entry)
    else this.#settler.unanswered(entry, 'unknown')
  }
}
