import type { LoadResult, RunResult } from '../model/result.ts'
import { magnitude } from './estimate.ts'
import type { Series } from './experiment.ts'

/** Throughput over time of the valid run whose response p99 is the median of this load; null without a valid run. */
export function typicalSeries(load: string, results: readonly RunResult[]): Series | null {
  const ranked = results
    .flatMap(result => (result.state === 'valid' ? result.loads.map(found => ({ runId: result.run.id, found })) : []))
    .filter(({ found }) => found.load === load)
    .toSorted((a, b) => p99(a.found) - p99(b.found) || 0)
  const typical = ranked[ranked.length >> 1]
  return typical === undefined ? null : { runId: typical.runId, points: throughputPoints(typical.found) }
}

/** Accepted per second in each interval between two ticks; ticks of several generators at one time are added. */
function throughputPoints({ ticks }: LoadResult): Series['points'] {
  const acceptedAt = new Map<number, number>()
  for (const tick of ticks) acceptedAt.set(tick.atMs, (acceptedAt.get(tick.atMs) ?? 0) + tick.accepted)
  const ordered = [...acceptedAt].toSorted(([a], [b]) => a - b)
  return ordered.flatMap(([atMs, accepted], index) => {
    const sinceMs = atMs - (ordered[index - 1]?.[0] ?? 0)
    return sinceMs > 0 ? [{ atMs, acceptedPerSecond: (accepted * 1000) / sinceMs }] : []
  })
}

function p99(result: LoadResult): number {
  return magnitude({ value: result.quantiles.response.p99.ms, above: null })
}
