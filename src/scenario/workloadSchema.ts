import { z } from 'zod'
import { durationSchema } from './duration.ts'

/** One byte of state is kept for each planned message: this bounds it to 1 GB. */
export const MOST_RECORDS = 1_000_000_000

const records = z
  .int()
  .min(1)
  .max(MOST_RECORDS)
  .nullable()
  .default(null)
  .describe(
    'Fixed work: stop after that many, 1 to 1,000,000,000; the duration is then the measurement. null = run for the measured phase.',
  )

const rate = z.number().min(0).max(1_000_000)

const stage = z.strictObject({
  durationMs: durationSchema(0).describe("Length: ms, or text such as '30s'; 0 = a step."),
  ratePerSecond: rate.describe('Rate at the end of the stage, reached in a straight line, 0 to 1,000,000.'),
})

const burst = z.strictObject({
  factor: z.number().min(0).max(1_000).describe('Multiple of the rate, 0 (a pause) to 1,000.'),
  durationMs: durationSchema(1).describe('Length of a burst, shorter than the period.'),
  everyMs: durationSchema(1).describe('Period; its last part is the burst.'),
})

const open = z.strictObject({
  kind: z.literal('open').describe('Arrivals follow a schedule, whatever the replies.'),
  ratePerSecond: rate
    .optional()
    .describe(
      'Arrivals per second over all connections of the load (perFeed: of each), above 0 to 1,000,000; with stages the rate before the first, default 0; with a backlog the rate that goes on, default 0.',
    ),
  stages: z
    .array(stage)
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      'Linear ramps of the rate, one after the other, from the start of the measured phase; then the last rate is kept.',
    ),
  repeat: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Times that the stages are gone through, 1 to 10,000. Default 1.'),
  burst: burst.optional().describe('Regular bursts.'),
  curve: z
    .union([z.string().min(1), z.array(z.number().min(0).max(1_000)).min(2).max(10_000)], {
      error: 'expected a list of 2 to 10,000 multiples of the rate, or the name of a profile that has an hourly curve',
    })
    .optional()
    .describe(
      'Multiples of the rate, each for an equal part of the measured phase; or the name of a profile (its 24 hours).',
    ),
  perFeed: z.literal(true).optional().describe('mllp: rates are of each feed, and each has a schedule of its own.'),
  backlogPerFeed: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'mllp: messages of each feed that wait for the start of the measured phase and are due at once, 1 to 1,000,000.',
    ),
  arrivals: z
    .enum(['constant', 'poisson'])
    .default('constant')
    .describe('Gaps between arrivals: equal, or exponential from the seed.'),
  records,
  maxOutstanding: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      'Arrivals that may wait or be in flight at once, 1 to 10,000,000; beyond it an arrival is dropped and counted. Default 10,000, and the backlog.',
    ),
})

const closed = z.strictObject({
  kind: z.literal('closed').describe('The next send of a connection waits for its reply.'),
  thinkMs: z
    .number()
    .min(0)
    .max(3_600_000)
    .default(0)
    .describe('Pause between a reply and the next send, ms, 0 to 3,600,000.'),
  think: z
    .enum(['constant', 'exponential'])
    .default('constant')
    .describe('Every pause the same, or exponential with that mean, from the seed.'),
  records,
})

export const workloadSchema = z.discriminatedUnion('kind', [open, closed]).describe('When to send.')

export type ParsedWorkload = z.output<typeof workloadSchema>
export type ParsedOpenWorkload = z.output<typeof open>
