import type { FeedFigures } from '../model/feeds.ts'
import type { LoadResult } from '../model/result.ts'
import { magnitude, median, sortFigures } from './estimate.ts'
import type { Figure } from './experiment.ts'

/** The feeds of a load over its valid runs: what they have in common, and the worst of them. Bounded, however many there are. */
export interface FeedsReport {
  readonly feeds: number
  readonly runs: number
  /** Feeds without an arrival in any run. */
  readonly idle: number
  /** Feeds with an arrival that was not accepted in any run. */
  readonly withFailures: number
  /** Arrivals of the median feed in a run: what its p99 rests on. */
  readonly arrivalsEach: number
  /** Response p99 of feeds, each feed's median over its runs: of the feed so far from the best; null = nothing arrived. */
  readonly p99: Readonly<Record<'p10' | 'p50' | 'p90' | 'worst', Figure>> | null
  /** p99 of the worst feed over that of the median feed; null where the median is unknown or 0. */
  readonly worstToMedian: Figure | null
  /** The slowest, and those with most failures; the slowest first. */
  readonly worst: readonly FeedReport[]
}

export interface FeedReport {
  /** Number of its connection, from 0. */
  readonly feed: number
  /** Over all runs, like the counts that follow. */
  readonly arrivals: number
  readonly accepted: number
  readonly unanswered: number
  /** Response: median over the runs. */
  readonly p50: Figure
  readonly p99: Figure
  /** Largest of all runs. */
  readonly max: Figure
}

/** Slowest feeds that are kept, and likewise feeds with most failures. */
const KEPT = 5

/** @returns undefined where no run has feeds */
export function summarizeFeeds(valid: readonly LoadResult[]): FeedsReport | undefined {
  const runs = valid.flatMap(({ feeds }) => feeds ?? [])
  const count = Math.max(0, ...runs.map(({ arrivals }) => arrivals.length))
  if (count === 0) return undefined
  const all = Array.from({ length: count }, (_, feed) => overRuns(feed, runs))
  const busy = all.filter(({ arrivals }) => arrivals > 0).sort(bySlowness)
  const at = (share: number) => busy[busy.length - Math.max(1, Math.ceil(share * busy.length))]!.p99
  const p99 = busy.length === 0 ? null : { p10: at(0.1), p50: at(0.5), p90: at(0.9), worst: at(1) }
  return {
    feeds: count,
    runs: runs.length,
    idle: count - busy.length,
    withFailures: busy.filter(feed => failuresOf(feed) > 0).length,
    arrivalsEach: Math.round(busy.length === 0 ? 0 : medianOf(busy.map(({ arrivals }) => arrivals)) / runs.length),
    p99,
    worstToMedian: p99 && ratioOf(p99.worst, p99.p50),
    worst: worstOf(busy),
  }
}

function overRuns(feed: number, runs: readonly FeedFigures[]): FeedReport {
  const sum = (of: (run: FeedFigures) => readonly number[]) =>
    runs.reduce((total, run) => total + (of(run)[feed] ?? 0), 0)
  // A run in which nothing arrived on this feed says nothing of its times.
  const busy = runs.filter(({ arrivals }) => (arrivals[feed] ?? 0) > 0)
  const times = (of: (run: FeedFigures) => readonly (number | null)[]) =>
    sortFigures(busy.map(run => figureOf(of(run)[feed]!, run.aboveMs)))
  const [p50s, p99s, largest] = [times(run => run.p50Ms), times(run => run.p99Ms), times(run => run.maxMs)]
  const none = { value: null, above: null }
  return {
    feed,
    arrivals: sum(({ arrivals }) => arrivals),
    accepted: sum(({ accepted }) => accepted),
    unanswered: sum(({ unanswered }) => unanswered),
    p50: p50s.length === 0 ? none : median(p50s),
    p99: p99s.length === 0 ? none : median(p99s),
    max: largest.at(-1) ?? none,
  }
}

const figureOf = (ms: number | null, aboveMs: number): Figure =>
  ms === null ? { value: null, above: aboveMs } : { value: ms, above: null }

const failuresOf = ({ arrivals, accepted }: FeedReport): number => arrivals - accepted

/** The slowest first; of feeds that are as slow, the one with more failures, then the first. */
function bySlowness(a: FeedReport, b: FeedReport): number {
  return magnitude(b.p99) - magnitude(a.p99) || failuresOf(b) - failuresOf(a) || a.feed - b.feed
}

/** @param busy the slowest first */
function worstOf(busy: readonly FeedReport[]): readonly FeedReport[] {
  const failing = busy.filter(feed => failuresOf(feed) > 0).toSorted((a, b) => failuresOf(b) - failuresOf(a))
  const kept = new Set([...busy.slice(0, KEPT), ...failing.slice(0, KEPT)])
  return busy.filter(feed => kept.has(feed))
}

function ratioOf(worst: Figure, typical: Figure): Figure | null {
  if (typical.value === null || typical.value === 0) return null
  return worst.value === null
    ? { value: null, above: worst.above! / typical.value }
    : { value: worst.value / typical.value, above: null }
}

function medianOf(values: readonly number[]): number {
  return median(sortFigures(values.map(value => ({ value, above: null })))).value!
}
