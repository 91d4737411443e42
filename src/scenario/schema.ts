import { z } from 'zod'
import { DRILLS, MOST_DRILLS } from '../model/drill.ts'
import { DEFAULT_SEED } from '../model/scenario.ts'
import { durationSchema } from './duration.ts'
import { environmentSchema } from './environmentSchema.ts'
import { loadSchema } from './loadSchema.ts'
import { sutSchema } from './sutSchema.ts'

const phasesSchema = z.strictObject({
  warmupMs: durationSchema(0)
    .optional()
    .describe("Excluded start: ms, or text such as '5s'. Default 5 s; 0 with fixed work."),
  measureMs: durationSchema(1)
    .optional()
    .describe(
      'Measured phase; with fixed work (`records`) the longest time it may take. Default 30 s; 10 min with fixed work.',
    ),
  drainMs: durationSchema(0)
    .optional()
    .describe('Longest wait for stragglers after the last arrival; default: the longest timeoutMs.'),
})

const share = (text: string) => z.number().min(0).max(1).describe(`${text}, 0 to 1.`)

const validitySchema = z.strictObject({
  maxLagShare: share(
    "Largest p50 of the generator's lag as a share of the p50 of response; less than 0.2 ms is never too much",
  ).default(0.1),
  minReadyShare: share('Smallest share of due arrivals that were made ready').default(0.99),
  maxPauseMs: durationSchema(1)
    .default(200)
    .describe("Longest pause of the generator's event loop: ms, or text such as '200ms'."),
  maxCpuShare: z
    .number()
    .min(0)
    .max(64)
    .default(0.95)
    .describe(
      'Most CPU time that a closed-loop generator may use or wait for, seconds per second, 0 to 64; also the largest share of the time that its event loop may be busy.',
    ),
  maxStarvedShare: share(
    'Largest share of the measured phase that a generator may have been runnable without a CPU, in pauses of 10 ms and more, or collecting garbage',
  ).default(0.3),
})

const level = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' })

/** What a user writes, key by key. Every complaint about a scenario's shape comes from here. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().describe('JSON Schema of this file, for editors; ignored.'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
      error: 'expected up to 100 letters, digits, ., - and _, the first a letter or a digit',
    })
    .describe('Names the test case in rows and reports.'),
  description: z.string().nullable().default(null).describe('For readers.'),
  environment: environmentSchema
    .prefault({ kind: 'process' })
    .describe("Where the load runs. Default: { kind: 'process' }."),
  sut: sutSchema.prefault({}).describe('What is measured. Default: the built-in targets.'),
  load: z.array(loadSchema).min(1).max(35).describe('Generators that run in parallel, 1 to 35.'),
  phases: phasesSchema.prefault({}).describe('Warm-up, measure, drain.'),
  drills: z
    .array(
      z.strictObject({
        atMs: durationSchema(0).describe("From the start of the measured phase: ms, or text such as '10s'."),
        do: z
          .enum(DRILLS)
          .describe(
            'add-tunnel: a hospital of a hub gets its connection, port and tunnel only then. add-port: one more port of the application is opened for a hospital.',
          ),
      }),
    )
    .max(MOST_DRILLS)
    .default([])
    .describe(`What is done to each clone while it is measured, at most ${MOST_DRILLS}.`),
  slo: z
    .record(z.string(), z.string())
    .default({})
    .describe("Limits by metric path, for instance { 'mllp.response.p99': '< 250 ms', 'audit.lost': '= 0' }."),
  runs: z.int().min(1).max(100_000).default(30).describe('Valid runs wanted per case, 1 to 100,000.'),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(DEFAULT_SEED)
    .describe('Decides order, arrivals and data, 0 to 4,294,967,295.'),
  validity: validitySchema
    .prefault({})
    .describe('Limits beyond which the generator was the bottleneck and a run is invalid.'),
  allowHosts: z
    .array(z.string().min(1))
    .default([])
    .describe('Hosts beyond loopback that may be loaded: exact names or addresses.'),
  vary: z
    .record(z.string(), z.array(level).min(1))
    .default({})
    .describe("Factors: levels by path, for instance { 'load.mllp.window': [1, 4] }; their product is the cases."),
})

/** A scenario as a user writes it. */
export type ScenarioInput = z.input<typeof scenarioSchema>
export type ParsedScenario = z.output<typeof scenarioSchema>
