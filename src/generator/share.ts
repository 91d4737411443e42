import type { ScheduleShare } from '../workload/arrivals.ts'

/** Place of message `index` in a generator's own share of the stream, from 0. */
export function positionOf(index: number, share: ScheduleShare): number {
  return (index - share.index) / share.of
}

/** Index in the whole stream of the message at `position` of a generator's share. */
export function indexAt(position: number, share: ScheduleShare): number {
  return share.index + position * share.of
}

/** How many of `records` messages are in a generator's share; without a limit infinitely many. */
export function countOf(records: number | null, share: ScheduleShare): number {
  return records === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil((records - share.index) / share.of))
}
