import type { LoadResult, RunResult } from '../model/result.ts'
import { magnitude } from './estimate.ts'
import type { Series } from './experiment.ts'

/** Less than half of the time between two ticks of a generator. */
const SAME_MOMENT_MS = 100

/** Throughput over time of the valid run whose response p99 is the median of this load; null without a valid run. */
export function typicalSeries(load: string, results: readonly RunResult[]): Series | null {
  const ranked = results
    .flatMap(result => (result.state === 'valid' ? result.loads.map(found => ({ runId: result.run.id, found })) : []))
    .filter(({ found }) => found.load === load)
    .toSorted((a, b) => p99(a.found) - p99(b.found) || 0)
  const typical = ranked[ranked.length >> 1]
  return typical === undefined ? null : { runId: typical.runId, points: throughputPoints(typical.found) }
}

/** Accepted per second in each interval between two ticks. */
function throughputPoints({ ticks }: LoadResult): Series['points'] {
  const moments = momentsOf(ticks)
  return moments.flatMap(({ atMs, accepted, p50Ms, p99Ms }, index) => {
    const sinceMs = atMs - (moments[index - 1]?.atMs ?? 0)
    return sinceMs > 0 ? [{ atMs, acceptedPerSecond: (accepted * 1000) / sinceMs, p50Ms, p99Ms }] : []
  })
}

interface Moment {
  readonly fromMs: number
  atMs: number
  accepted: number
  p50Ms: number | null
  p99Ms: number | null
}

/** Generators tick at nearly the same time, never at the very same: their ticks are added, or each would be a peak of its own. */
function momentsOf(ticks: LoadResult['ticks']): Moment[] {
  const moments: Moment[] = []
  for (const { atMs, accepted, p50Ms, p99Ms } of ticks.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = moments.at(-1)
    if (last === undefined || atMs - last.fromMs >= SAME_MOMENT_MS)
      moments.push({ fromMs: atMs, atMs, accepted, p50Ms, p99Ms })
    else {
      last.atMs = atMs
      last.accepted += accepted
      last.p50Ms = slower(last.p50Ms, p50Ms)
      last.p99Ms = slower(last.p99Ms, p99Ms)
    }
  }
  return moments
}

const slower = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

function p99(result: LoadResult): number {
  return magnitude({ value: result.quantiles.response.p99.ms, above: null })
}
