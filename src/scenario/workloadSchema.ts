import { z } from 'zod'

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

const open = z.strictObject({
  kind: z.literal('open').describe('Arrivals follow a schedule, whatever the replies.'),
  ratePerSecond: z
    .number()
    .positive()
    .max(1_000_000)
    .describe('Arrivals per second over all connections of the load, above 0 to 1,000,000.'),
  arrivals: z
    .enum(['constant', 'poisson'])
    .default('constant')
    .describe('Gaps between arrivals: equal, or exponential from the seed.'),
  records,
  maxOutstanding: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(10_000)
    .describe(
      'Arrivals that may wait or be in flight at once, 1 to 10,000,000; beyond it an arrival is dropped and counted.',
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
  records,
})

export const workloadSchema = z.discriminatedUnion('kind', [open, closed]).describe('When to send.')
