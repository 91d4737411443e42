import type { Link } from '../protocol/link.ts'
import type { DriveOptions } from './driveOptions.ts'
import type { Outstanding } from './outstanding.ts'
import type { Recorder } from './recorder.ts'
import type { Settler } from './settle.ts'
import type { Slots } from './slots.ts'

/** Puts messages on the slots of links: prepared first, sent when they are written. */
export class Dispatch {
  readonly #recorder: Recorder
  readonly #slots: Slots
  readonly #outstanding: Outstanding
  readonly #settler: Settler
  readonly #now: () => number
  links: readonly Link[] = []

  /** @param now ms since the start of the run */
  constructor(
    { recorder }: Pick<DriveOptions, 'recorder'>,
    slots: Slots,
    outstanding: Outstanding,
    settler: Settler,
    now: () => number,
  ) {
    this.#recorder = recorder
    this.#slots = slots
    this.#outstanding = outstanding
    this.#settler = settler
    this.#now = now
  }

  isOpen(slot: number): boolean {
    return this.links[Math.floor(slot / this.#slots.window)]!.isOpen
  }

  /** @returns bytes of the message */
  prepare(slot: number, entry: number): number {
    const { window } = this.#slots
    this.#slots.entry[slot] = entry
    return this.links[Math.floor(slot / window)]!.prepare(slot % window, this.#outstanding.index[entry]!)
  }

  /** Writes what was prepared for the slot: it is sent now. */
  write(slot: number): void {
    const { window } = this.#slots
    const { attempts, readyMs, sentMs } = this.#outstanding
    const entry = this.#slots.entry[slot]!
    const link = Math.floor(slot / window)
    const nowMs = this.#now()
    if (attempts[entry]! > 0) this.#recorder.resends++
    else if (Number.isNaN(readyMs[entry]!)) this.#arrive(entry, nowMs)
    this.#settler.goesBy(entry, link)
    this.#recorder.sends++
    attempts[entry] = Math.min(255, attempts[entry]! + 1)
    sentMs[entry] = nowMs
    this.links[link]!.write(slot % window)
  }

  send(slot: number, entry: number): void {
    this.prepare(slot, entry)
    this.write(slot)
  }

  /**
   * A message that waited for no slot is ready when it is made, so that to make it is lag, the generator's own doing, and no part of its queue.
   * In a closed loop it arrives only then: the client's own work is no part of its response.
   */
  #arrive(entry: number, nowMs: number): void {
    const { index, intendedMs, readyMs, feed } = this.#outstanding
    if (Number.isNaN(intendedMs[entry]!)) intendedMs[entry] = nowMs
    readyMs[entry] = nowMs
    this.#settler.begin(index[entry]!, intendedMs[entry]!, nowMs, feed[entry]!)
  }
}
