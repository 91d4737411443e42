import { z } from 'zod'
import { figure, nullable, number, text } from './schemaAtoms.ts'

const feed = z.strictObject({
  feed: number.describe('Number of its connection, from 0.'),
  arrivals: number,
  accepted: number,
  unanswered: number,
  p50: figure,
  p99: figure,
  max: figure,
})

const feeds = z.strictObject({
  feeds: number,
  runs: number,
  idle: number.describe('Feeds without an arrival.'),
  withFailures: number.describe('Feeds with an arrival that was not accepted.'),
  arrivalsEach: number.describe('Of the median feed in a run.'),
  p99: nullable(z.strictObject({ p10: figure, p50: figure, p90: figure, worst: figure })).describe(
    "Of the feed a tenth, half and nine tenths of the way from the best, and of the worst: each feed's median over its runs.",
  ),
  worstToMedian: nullable(figure).describe('p99 of the worst feed over that of the median feed.'),
  worst: z.array(feed).describe('The slowest, and those with most failures, ten at most.'),
})

/** What a report says of a load. */
export const load = z.strictObject({
  name: text,
  protocol: z.enum(['mllp', 'fhir']),
  model: z
    .enum(['open', 'closed'])
    .describe('Response counts from the intended time (open) or from the send (closed).'),
  workload: text,
  assumed: z.array(text).describe('What was taken for granted without a source.'),
  curve: z.array(z.strictObject({ quantile: number, ms: nullable(number) })),
  series: nullable(
    z.strictObject({
      runId: text,
      points: z.array(
        z.strictObject({ atMs: number, acceptedPerSecond: number, p50Ms: nullable(number), p99Ms: nullable(number) }),
      ),
    }),
  ),
  feeds: feeds.optional().describe('An MLLP load over several connections, feed by feed.'),
  endToEnd: z
    .strictObject({ arrived: number, missing: number, clockOffsetMs: number, clockUncertaintyMs: number })
    .optional()
    .describe('What the end-to-end figures of a SUT that forwards rest on.'),
  calibrated: z
    .strictObject({ at: text, workload: z.enum(['open', 'closed']), perSecond: number, share: number })
    .optional()
    .describe('Median throughput over what one generator did when this machine was calibrated: a hint.'),
  silence: text.optional().describe('Of an MLLP load that never got a byte back: what may be the matter.'),
})
