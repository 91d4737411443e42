import type { Fates } from '../ledger/fate.ts'
import type { MessageLinks } from '../ledger/messageLinks.ts'
import type { MessageTimes } from '../ledger/messageTimes.ts'
import type { Load, Phases } from '../model/scenario.ts'
import type { ArrivalCursor, ScheduleShare } from '../workload/arrivals.ts'
import type { Backlog } from './backlog.ts'
import type { Clock } from './clock.ts'
import type { FeedRecorder } from './feedRecorder.ts'
import type { Recorder } from './recorder.ts'
import type { ClientStage } from './stage.ts'

export interface DriveOptions {
  readonly load: Load
  /** Links of this generator. */
  readonly links: number
  /** Whether a message belongs to one link (a feed), or goes to whichever link is idle. */
  readonly pinned: boolean
  /** This generator's share of the stream. */
  readonly share: ScheduleShare
  /** Arrivals of the open workload, this generator's share only; null = closed loop. */
  readonly arrivals: ArrivalCursor | null
  readonly phases: Phases
  readonly spinShare: number
  readonly clock: Clock
  readonly recorder: Recorder
  readonly fates: Fates
  /** Where the intended time of every message is kept; absent = nowhere. */
  readonly intended?: MessageTimes
  /** What each feed did; absent = the load has no feeds of its own. */
  readonly feeds?: FeedRecorder
  /** Absent = there is none. */
  readonly backlog?: Backlog
  /** Where the response and the link of every message are kept; absent = nowhere. */
  readonly timed?: { readonly responses: MessageTimes; readonly links: MessageLinks }
  /** Seed of the waits before messages are sent again and of think times; absent = 0. */
  readonly seed?: number
  /** Work of the client that a message of a closed loop waits for before it arrives; null = none. */
  readonly stage: ClientStage | null
}
