import type { Fates } from '../ledger/fate.ts'
import type { IntendedTimes } from '../ledger/intended.ts'
import type { Outcome } from '../model/exchange.ts'
import type { ScheduleShare } from '../workload/arrivals.ts'
import type { DriveOptions } from './driveOptions.ts'
import { COMMITTED, NOT_COMMITTED, type Outstanding } from './outstanding.ts'
import type { Recorder } from './recorder.ts'
import { positionOf } from './share.ts'

const NONE = -1

/** Ends arrivals: each goes once into the recorder and once into the ledger, so that the two never differ. */
export class Settler {
  readonly #recorder: Recorder
  readonly #fates: Fates
  readonly #outstanding: Outstanding
  readonly #share: ScheduleShare
  readonly #intended: IntendedTimes | null

  constructor(
    { recorder, fates, share, intended }: Pick<DriveOptions, 'recorder' | 'fates' | 'share' | 'intended'>,
    outstanding: Outstanding,
  ) {
    this.#recorder = recorder
    this.#fates = fates
    this.#outstanding = outstanding
    this.#share = share
    this.#intended = intended ?? null
  }

  begin(index: number, intendedMs: number, readyMs: number): void {
    const position = positionOf(index, this.#share)
    this.#fates.plan(position + 1)
    if (this.#intended !== null) this.#intended.set(position, intendedMs)
    this.#recorder.arrived(intendedMs, readyMs)
  }

  answered(entry: number, outcome: 'accepted' | 'rejected', nowMs: number): void {
    const { intendedMs, readyMs, sentMs } = this.#outstanding
    this.#recorder.answered(outcome, intendedMs[entry]!, readyMs[entry]!, sentMs[entry]!, nowMs)
    this.#close(entry, outcome)
  }

  /** A message that was sent again after a refusal keeps the time of its first commit. */
  committed(entry: number, nowMs: number): void {
    const { committed, intendedMs, sentMs } = this.#outstanding
    if (committed[entry] === NOT_COMMITTED) this.#recorder.committed(intendedMs[entry]!, sentMs[entry]!, nowMs)
    committed[entry] = COMMITTED
  }

  unanswered(entry: number, outcome: 'mismatched' | 'unknown' | 'unfinished' | 'dropped'): void {
    this.#recorder.unansweredAs(outcome, this.#outstanding.intendedMs[entry]!)
    this.#close(entry, outcome)
  }

  /** Ends what is in flight on slots, and what waits for one: the run is over. */
  unfinished(inFlight: Int32Array, feeds: number): void {
    for (const entry of inFlight) if (entry !== NONE) this.unanswered(entry, 'unfinished')
    inFlight.fill(NONE)
    for (let feed = 0; feed < feeds; feed++) {
      for (let waiting = this.#outstanding.dequeue(feed); waiting !== NONE; waiting = this.#outstanding.dequeue(feed)) {
        this.unanswered(waiting, 'unfinished')
      }
    }
  }

  /** An arrival that never got an entry: `dropped` for want of room, `unfinished` when the run ended before it was made ready. */
  neverSent(index: number, outcome: 'dropped' | 'unfinished', intendedMs: number): void {
    this.#recorder.unansweredAs(outcome, intendedMs)
    this.#fates.set(positionOf(index, this.#share), outcome, 0)
  }

  #close(entry: number, outcome: Outcome): void {
    const { index, attempts } = this.#outstanding
    this.#fates.set(positionOf(index[entry]!, this.#share), outcome, outcome === 'dropped' ? 0 : attempts[entry]!)
    this.#outstanding.release(entry)
  }
}
