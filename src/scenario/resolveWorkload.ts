import type { OpenWorkload, Workload } from '../model/scenario.ts'
import type { Place } from './finding.ts'
import { readProfile } from './profile.ts'
import type { ParsedOpenWorkload, ParsedWorkload } from './workloadSchema.ts'

const OUTSTANDING = 10_000

/** Whether a workload ends by itself when its messages are sent: a number of records, or a backlog and nothing after it. */
export function isFixedWork(workload: ParsedWorkload): boolean {
  return workload.records !== null || (workload.kind === 'open' && isBacklogAlone(workload))
}

function isBacklogAlone({ backlogPerFeed, ratePerSecond = 0, stages }: ParsedOpenWorkload): boolean {
  return backlogPerFeed !== undefined && ratePerSecond === 0 && stages === undefined
}

/** @param curve multiples of the rate, read from a profile where the workload names one */
export function resolveWorkload(
  workload: ParsedWorkload,
  connections: number,
  curve: readonly number[] | undefined,
): Workload {
  if (workload.kind === 'closed') {
    const { think, ...rest } = workload
    return think === 'exponential' ? { ...rest, think } : rest
  }
  const { kind, arrivals, ratePerSecond = 0, records, stages, repeat, burst, perFeed, backlogPerFeed } = workload
  const backlog = (backlogPerFeed ?? 0) * connections
  return {
    kind,
    arrivals,
    ratePerSecond,
    records: isBacklogAlone(workload) ? backlog : records,
    maxOutstanding: workload.maxOutstanding ?? OUTSTANDING + backlog,
    ...(stages && { stages }),
    ...(repeat && { repeat }),
    ...(burst && { burst }),
    ...(curve && { curve }),
    ...(perFeed && { perFeed }),
    ...(backlogPerFeed && { backlogPerFeed }),
  } satisfies OpenWorkload
}

/** What the hourly curve of a profile takes for granted. */
export function assumedCurve(workload: ParsedWorkload, place: Place): string[] {
  if (workload.kind === 'closed' || typeof workload.curve !== 'string') return []
  const answer = readProfile(workload.curve, place.resolve)
  return 'profile' in answer && answer.profile.assumed ? [`hourly curve of profile ${answer.profile.name}`] : []
}

/** Multiples of the rate; undefined without a curve, or where its profile has none. */
export function curveOf(workload: ParsedWorkload, place: Place): readonly number[] | undefined {
  if (workload.kind === 'closed') return undefined
  const { curve } = workload
  if (typeof curve !== 'string') return curve
  const answer = readProfile(curve, place.resolve)
  return 'profile' in answer ? answer.profile.hourly : undefined
}
