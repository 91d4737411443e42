import type { FeedColumns, FeedFigures, TimeToDrain } from '../model/feeds.ts'
import type { GeneratorResult } from '../model/generator.ts'
import type { LoadResult } from '../model/result.ts'

/** The feeds and the backlog of all generators of a load, where it has them. */
export function feedsAndDrain(
  results: readonly GeneratorResult[],
  aboveMs: number,
): Pick<LoadResult, 'feeds' | 'drain'> {
  const feeds = results.flatMap(result => result.feeds ?? [])
  const drains = results.flatMap(result => result.drain ?? [])
  return {
    ...(feeds.length > 0 && { feeds: mergeFeeds(feeds, aboveMs) }),
    ...(drains.length > 0 && { drain: slowest(drains) }),
  }
}

/** Feed f of the load is feed floor(f / generators) of generator f mod generators: none is in two of them. */
export function mergeFeeds(generators: readonly FeedColumns[], aboveMs: number): FeedFigures {
  const column = <T>(of: (feeds: FeedColumns) => readonly T[]): T[] => interleave(generators.map(of))
  return {
    aboveMs,
    arrivals: column(({ arrivals }) => arrivals),
    accepted: column(({ accepted }) => accepted),
    unanswered: column(({ unanswered }) => unanswered),
    p50Ms: column(({ p50Ms }) => p50Ms),
    p99Ms: column(({ p99Ms }) => p99Ms),
    maxMs: column(({ maxMs }) => maxMs),
  }
}

function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const length = lists.reduce((sum, list) => sum + list.length, 0)
  return Array.from({ length }, (_, at) => lists[at % lists.length]![Math.floor(at / lists.length)]!)
}

/** A backlog is drained when its last part is; one that never was is slower than any that was. */
function slowest(drains: readonly TimeToDrain[]): TimeToDrain {
  const open = drains.flatMap(({ aboveMs }) => aboveMs ?? [])
  return open.length > 0
    ? { ms: null, aboveMs: Math.max(...open) }
    : { ms: Math.max(...drains.map(({ ms }) => ms!)), aboveMs: null }
}
