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
  return moments.flatMap(({ atMs, accepted }, index) => {
    const sinceMs = atMs - (moments[index - 1]?.atMs ?? 0)
    return sinceMs > 0 ? [{ atMs, acceptedPerSecond: (accepted * 1000) / sinceMs }] : []
  })
}

/** Generators tick at nearly the same time, never at the very same: their ticks are added, or each would be a peak of its own. */
function momentsOf(ticks: LoadResult['ticks']): { atMs: number; accepted: number }[] {
  const moments: { fromMs: number; atMs: number; accepted: number }[] = []
  for (const { atMs, accepted } of ticks.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = moments.at(-1)
    if (last === undefined || atMs - last.fromMs >= SAME_MOMENT_MS) moments.push({ fromMs: atMs, atMs, accepted })
    else {
      last.atMs = atMs
      last.accepted += accepted
    }
  }
  return moments
}

function p99(result: LoadResult): number {
  return magnitude({ value: result.quantiles.response.p99.ms, above: null })
}
