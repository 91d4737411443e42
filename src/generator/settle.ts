import type { Fates } from '../ledger/fate.ts'
import type { MessageTimes } from '../ledger/messageTimes.ts'
import type { Outcome } from '../model/exchange.ts'
import type { ScheduleShare } from '../workload/arrivals.ts'
import type { Backlog } from './backlog.ts'
import type { DriveOptions } from './driveOptions.ts'
import type { FeedRecorder } from './feedRecorder.ts'
import { COMMITTED, NOT_COMMITTED, type Outstanding } from './outstanding.ts'
import type { Recorder } from './recorder.ts'
import { positionOf } from './share.ts'
import type { ClientStage } from './stage.ts'

const NONE = -1

/** Ends arrivals: each goes once into the recorder and once into the ledger, so that the two never differ. */
export class Settler {
  readonly #recorder: Recorder
  readonly #fates: Fates
  readonly #outstanding: Outstanding
  readonly #share: ScheduleShare
  readonly #intended: MessageTimes | null
  readonly #timed: NonNullable<DriveOptions['timed']> | null
  readonly #isPinned: boolean
  readonly #feeds: FeedRecorder | null
  readonly #backlog: Backlog | null
  readonly #stage: ClientStage | null

  constructor(
    options: Pick<
      DriveOptions,
      'recorder' | 'fates' | 'share' | 'intended' | 'pinned' | 'timed' | 'feeds' | 'backlog' | 'stage'
    >,
    outstanding: Outstanding,
  ) {
    this.#recorder = options.recorder
    this.#fates = options.fates
    this.#outstanding = outstanding
    this.#share = options.share
    this.#intended = options.intended ?? null
    this.#timed = options.timed ?? null
    this.#isPinned = options.pinned
    this.#feeds = options.feeds ?? null
    this.#backlog = options.backlog ?? null
    this.#stage = options.stage
  }

  begin(index: number, intendedMs: number, readyMs: number, feed: number): void {
    const position = positionOf(index, this.#share)
    this.#fates.plan(position + 1)
    if (this.#intended !== null) this.#intended.set(position, intendedMs)
    this.#recorder.arrived(intendedMs, readyMs)
    if (this.#feeds !== null) this.#feeds.arrived(feed, intendedMs)
    // A message of a feed belongs to its link before it is sent.
    if (this.#isPinned) this.#timed?.links.set(position, feed)
  }

  goesBy(entry: number, link: number): void {
    this.#timed?.links.set(positionOf(this.#outstanding.index[entry]!, this.#share), link)
  }

  answered(entry: number, outcome: 'accepted' | 'rejected', nowMs: number): void {
    const { index, feed, intendedMs, readyMs, sentMs } = this.#outstanding
    this.#timed?.responses.set(positionOf(index[entry]!, this.#share), nowMs - intendedMs[entry]!)
    this.#recorder.answered(outcome, intendedMs[entry]!, readyMs[entry]!, sentMs[entry]!, nowMs)
    if (this.#feeds !== null) this.#feeds.answered(feed[entry]!, outcome, intendedMs[entry]!, nowMs)
    if (this.#backlog !== null) this.#backlog.answered(positionOf(index[entry]!, this.#share), nowMs)
    this.#close(entry, outcome)
  }

  entriesRefused(entry: number, places: readonly number[]): void {
    this.#fates.refuseEntries(positionOf(this.#outstanding.index[entry]!, this.#share), places)
  }

  /** A message that was sent again after a refusal keeps the time of its first commit. */
  committed(entry: number, nowMs: number): void {
    const { committed, intendedMs, sentMs } = this.#outstanding
    if (committed[entry] === NOT_COMMITTED) this.#recorder.committed(intendedMs[entry]!, sentMs[entry]!, nowMs)
    committed[entry] = COMMITTED
  }

  unanswered(entry: number, outcome: 'mismatched' | 'unknown' | 'unfinished' | 'dropped'): void {
    const { feed, intendedMs } = this.#outstanding
    this.#recorder.unansweredAs(outcome, intendedMs[entry]!)
    if (this.#feeds !== null) this.#feeds.unanswered(feed[entry]!, intendedMs[entry]!)
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
  neverSent(index: number, outcome: 'dropped' | 'unfinished', intendedMs: number, feed: number): void {
    this.#recorder.unansweredAs(outcome, intendedMs)
    if (this.#feeds !== null) this.#feeds.unanswered(feed, intendedMs)
    this.#fates.set(positionOf(index, this.#share), outcome, 0)
  }

  /** An arrival that was due at `dueMs` and that the run ended before: it was looked at no sooner than `seenMs`. */
  unreached(index: number, dueMs: number, seenMs: number, feed: number): void {
    this.begin(index, dueMs, seenMs, feed)
    this.neverSent(index, 'unfinished', dueMs, feed)
  }

  #close(entry: number, outcome: Outcome): void {
    const { index, attempts } = this.#outstanding
    this.#fates.set(positionOf(index[entry]!, this.#share), outcome, outcome === 'dropped' ? 0 : attempts[entry]!)
    this.#outstanding.release(entry)
    if (this.#stage !== null) this.#stage.settled(index[entry]!)
  }
}
