import type { Dispatch } from './dispatch.ts'
import type { DriveOptions } from './driveOptions.ts'
import type { Outstanding } from './outstanding.ts'
import type { Settler } from './settle.ts'
import type { Slots } from './slots.ts'

/** What makes the messages of a load arrive: a schedule (open loop), or slots that got their answer (closed loop). */
export interface Loop {
  /** Whether further messages may arrive. */
  readonly isArriving: boolean
  /** Whether an answer has the next message arrive. */
  readonly followsAnswers: boolean
  /** The run begins at `startMs` on its clock, and all links that are open were offered their slots. */
  begin(startMs: number): void
  /** Time so far spent waiting for arrivals with the clock in hand, ms. */
  readonly spunMs: number
  /** Has a message arrive on a free slot for which none waits, and prepares it. @returns its bytes, or -1 when there is none: the slot idles */
  prepareNext(slot: number): number
  /** No further message arrives. */
  stop(): void
  /** The run is over at `nowMs` after its start: what was due and never made ready is an arrival all the same. */
  countUnreached(nowMs: number): void
}

/** What a loop works with. */
export interface LoopParts {
  readonly options: DriveOptions
  readonly slots: Slots
  readonly outstanding: Outstanding
  readonly settler: Settler
  readonly dispatch: Dispatch
  /** Messages of this generator at most; Infinity = as time allows. */
  readonly records: number
  /** When the measured phase ends, ms since the start of the run. */
  readonly endMs: number
  /** ms since the start of the run. */
  readonly now: () => number
  /** Sends the next message of a free slot, if there is one. */
  readonly use: (slot: number) => void
  /** Told when no further message arrives. */
  readonly ended: () => void
}
