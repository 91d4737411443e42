import { z } from 'zod'

const { string: text, number } = z
const at = text().describe('ISO 8601 UTC.')
const interval = z.strictObject({ lower: number(), upper: number() }).nullable().describe('95 %; null = too few runs.')
const ratio = z.strictObject({ estimate: number(), interval }).nullable()

const protocol = z
  .strictObject({
    at,
    isDisturbed: z
      .boolean()
      .describe('At least half of the closed-loop runs were disturbed, or the machine stayed busy to the end.'),
    closed: z.strictObject({
      connections: number(),
      measureMs: number(),
      throughputs: z.array(number()).describe('Accepted per second, by run.'),
      throughputPerSecond: number().describe('Median.'),
      interval,
      cpuUsPerExchange: number().describe('Of the generator.'),
      generatorCpuShare: number().describe('CPU seconds per second.'),
      receiverCpuShare: number().nullable().describe('null = not told, or the runs were too short.'),
      limit: z.enum(['generator', 'receiver', 'both', 'neither', 'unknown']),
      disturbed: number().describe('Runs in which the generator was paused or had to wait for a CPU.'),
      failed: number(),
    }),
    open: z.strictObject({
      serviceMs: number().describe('What the target takes for each.'),
      connections: number(),
      ratePerSecond: number().nullable().describe('Highest constant rate at which runs were valid and answered.'),
      beyondPerSecond: number().nullable(),
      irregular: z.boolean(),
      trials: number(),
      disturbed: number().describe('Trials not kept while other programs used the machine, and tried again.'),
      isWhole: z.boolean().describe('false = the machine stayed busy, and the search ended with what it had.'),
      reason: text().nullable().describe('What was wrong in the last trial that failed.'),
    }),
  })
  .nullable()

/** What `calibrate --json` prints. */
export const calibrationSchema = z
  .strictObject({
    schema: z.literal('hl7bench.calibration/1'),
    file: text().describe('Where it is stored.'),
    machine: z.strictObject({ cpuModel: text(), cores: number(), kernel: text(), node: text(), harness: text() }),
    mllp: protocol,
    fhir: protocol,
    agreement: z
      .strictObject({
        at,
        connections: number(),
        serviceMs: number(),
        pairs: number(),
        pairsWanted: number(),
        discarded: number(),
        margin: number(),
        latencyP50: ratio.describe('Own engine / autocannon.'),
        throughput: ratio,
        verdict: z.enum(['agree', 'differ', 'inconclusive', 'insufficient']),
      })
      .nullable(),
    notStored: z
      .array(z.enum(['mllp', 'fhir', 'agreement']))
      .describe('Parts that were disturbed this time: what was stored of them undisturbed stays stored.'),
  })
  .describe(
    'What the generators of a machine can do, and whether our FHIR engine agrees with autocannon; parts that were never measured are null.',
  )
