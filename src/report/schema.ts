import { z } from 'zod'
import { DRILL_STEPS } from '../model/drill.ts'
import { COMPARISON_SCHEMA, SCHEMA } from './json.ts'
import { load } from './loadSchema.ts'
import { figure, nullable, number, text } from './schemaAtoms.ts'

const level = z.union([text, number, z.boolean()])
const unit = z.enum(['ms', '/s', 'ratio', 'count']).describe('`ratio` is 0 to 1.')
const counts = z.record(text, nullable(number))

const estimate = z.strictObject({
  n: number.describe('Valid runs that measured it.'),
  median: figure,
  interval: nullable(z.strictObject({ lower: figure, upper: figure, level: number, coverage: number })),
  mean: nullable(
    z.strictObject({
      n: number,
      estimate: number,
      lower: number,
      upper: number,
      level: number,
      zeroVariance: z.boolean(),
    }),
  ),
  marked: number.describe("Runs whose figure is an upper bound: the generator's own lag is a large part of it."),
})

const reading = z.strictObject({ runId: text, valid: z.boolean(), value: figure, marked: z.boolean() })
const metric = z.strictObject({ path: text, unit, estimate: nullable(estimate), readings: z.array(reading) })

const slo = z.strictObject({
  slo: z.strictObject({ metric: text, operator: z.enum(['<', '<=', '=', '>=', '>']), limit: number, text }),
  metric: text,
  unit,
  verdict: z.enum(['met', 'missed', 'not measured']),
  measured: nullable(figure),
  uncertain: z.boolean(),
  reason: nullable(text),
})

const audit = z.strictObject({
  runs: number,
  evidence: z.enum(['receiver', 'acknowledgements']),
  planned: number,
  acknowledged: counts,
  terms: counts,
  foreign: nullable(number),
  repeats: nullable(number),
  balanced: z.boolean(),
  downstream: z
    .array(
      z.strictObject({
        name: text,
        declared: number,
        missing: number,
        extra: number,
        misrouted: number,
        foreign: number,
        altered: nullable(number).describe('null = bodies are not compared.'),
      }),
    )
    .optional()
    .describe('Arrivals at the receivers behind a SUT that forwards.'),
  examples: z.record(text, z.array(text)),
})

const count = z.strictObject({ load: text, name: text, count: number, runs: number })

const validity = z.strictObject({
  wanted: number,
  valid: number,
  invalid: z.array(z.strictObject({ runId: text, reasons: z.array(text) })),
  failed: z.array(
    z.strictObject({ runId: text, stage: text, error: text, fault: z.enum(['target', 'environment', 'harness']) }),
  ),
  missing: number,
})

const felt = z.strictObject({
  exchanges: number,
  unanswered: number,
  p99: nullable(figure).describe('Response, ms: median over runs; null = there were no exchanges.'),
})

export const network = z.strictObject({
  topology: text,
  hospitals: number,
  tunnels: number,
  mechanisms: z.record(text, text).describe('How this machine did it: `esp: libipsec`.'),
  provisionMs: nullable(number),
  tunnelsUpMs: nullable(number),
  checks: z.array(z.strictObject({ name: text, clones: number, evidence: text })),
  gateways: z.array(
    z.strictObject({ host: text, daemon: text, cpuShare: number, residentBytes: number }).describe('Medians.'),
  ),
  limited: z
    .array(
      z.strictObject({
        ...{ host: text, device: text, rateMbit: number, mbitPerSecondIn: number, mbitPerSecondOut: number },
      }),
    )
    .optional()
    .describe('Links of a limited rate in the measured phase, the fullest first: medians.'),
  rekeys: z
    .strictObject({
      seen: number,
      runs: number,
      around: z.array(
        z.strictObject({
          ...{ load: text, windowMs: number, runs: number, within: felt, rest: felt },
        }),
      ),
    })
    .optional()
    .describe('Keys renewed during valid runs, and what exchanges close to it felt: medians.'),
  drills: z
    .array(
      z.strictObject({
        ...{ do: text, port: number, closedBefore: text, runs: number, failed: number, error: nullable(text) },
        steps: z
          .partialRecord(z.enum(DRILL_STEPS), nullable(number))
          .describe('null = not come to; absent = the drill has no such step.'),
        felt: z.array(z.strictObject({ load: text, windowMs: number, during: felt, before: felt })),
      }),
    )
    .optional()
    .describe('What was done to clones while they were measured: ms since each began, medians.'),
})

const price = z.strictObject({
  referenceId: text,
  metrics: z.array(
    z.strictObject({
      path: text,
      unit,
      pairs: number.describe('Blocks in which one of the two at least has a figure.'),
      aboveTimeout: z
        .strictObject({ testCase: number, reference: number })
        .describe('Of them, those in which the other lies above the timeout, and counts as slower than any answer.'),
      bothAbove: number.describe('Blocks in which both do, left out.'),
      ratio: nullable(number).describe(
        'Case / reference, Hodges-Lehmann on logarithms; null = beyond any figure, as too many lie above the timeout.',
      ),
      interval: nullable(z.strictObject({ lower: nullable(number), upper: nullable(number) })).describe(
        '95 %; a bound of null lies beyond any figure.',
      ),
    }),
  ),
})

const testCase = z.strictObject({
  id: text,
  levels: z.record(text, level),
  digest: text,
  sut: text,
  phases: text,
  loads: z.array(load),
  metrics: z.array(metric),
  slos: z.array(slo),
  audit: nullable(audit),
  alarms: z.array(count),
  reasons: z.array(count),
  ackErrors: z.array(count).describe('Coded errors of rejections, and what was wrong with replies at which byte.'),
  refusals: z.array(count).describe('Failed dials by code.'),
  tolerated: z.array(count).describe('What peers did that harmed no exchange.'),
  handshakes: z.array(count).describe('TLS handshakes: full, and resumed.'),
  counts: z.array(count).describe('What FHIR loads count beyond outcomes.'),
  validity,
  network: network.optional().describe('Clones with networks of their own.'),
  price: price.optional().describe('Set against the same without a VPN, run beside it.'),
})

export const common = {
  id: text.describe('Of the experiment.'),
  name: text,
  description: nullable(text),
  answer: text.describe('The result in one sentence.'),
  startedAt: text,
  wholeMs: number,
  seed: number,
  environmentId: text,
  provenance: z.strictObject({
    branch: nullable(text),
    commit: nullable(text),
    dirty: z.boolean(),
    version: nullable(text),
    harness: z.strictObject({ version: text, commit: nullable(text) }),
    host: z.record(text, z.union([text, number, z.null()])),
  }),
  files: z.strictObject({ rows: nullable(text), folder: nullable(text), html: nullable(text) }),
  commands: z.strictObject({ repeat: text, next: nullable(text) }),
  exit: z.strictObject({ code: number, reason: text }),
  leaks: z.array(text),
}

const fitted = z.strictObject({ estimate: number, lower: number, upper: number })
const most = z.union([number, z.enum(['below', 'above'])])

const hashFit = z.strictObject({
  title: text,
  rungs: z.array(z.strictObject({ iterations: number, n: number, secondsPerRecord: number, hashShare: number })),
  answer: nullable(
    z.strictObject({
      n: number,
      intercept: fitted,
      slope: fitted,
      r2: number,
      rungs: z.array(z.strictObject({ iterations: number, n: number, medianSeconds: number })),
      allowedSeconds: number,
      most,
      mostWithTen: most,
      ruleOfCms: nullable(number),
    }),
  ),
})

/** The JSON that `run` prints and `report.json` holds. Times in ms, rates per second. */
export const reportSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  ...common,
  verdict: z.enum(['met', 'missed', 'not measured', 'none']),
  cases: z.array(testCase),
  hash: nullable(hashFit),
})

const verdict = z.enum(['slower', 'faster', 'same', 'inconclusive', 'insufficient', 'invalid'])
const change = z.strictObject({ estimate: number, lower: nullable(number), upper: nullable(number) })

const judgement = z.strictObject({
  outcome: verdict,
  reason: nullable(text),
  n: number,
  change: nullable(change),
  pSlower: nullable(number),
  pFaster: nullable(number),
  alpha: number,
})

const arm = z.strictObject({
  name: z.enum(['baseline', 'candidate']),
  label: text,
  branch: nullable(text),
  commit: nullable(text),
  version: nullable(text),
  checkout: nullable(text),
})

/** The JSON that `compare` prints. Ratios are candidate / baseline. */
export const comparisonSchema = z.strictObject({
  schema: z.literal(COMPARISON_SCHEMA),
  ...common,
  verdict,
  baseline: arm,
  candidate: arm,
  settings: z.strictObject({
    alpha: number,
    gatedMetrics: number,
    minEffect: number,
    minErrorDifference: number,
    margin: number,
    minRuns: number,
  }),
  stages: z.union([z.literal(1), z.literal(2)]),
  cases: z.array(
    z.strictObject({
      id: text,
      digest: text,
      metrics: z.array(
        z.strictObject({
          path: text,
          unit,
          better: z.enum(['lower', 'higher']),
          kind: z.enum(['ratio', 'difference']),
          gated: z.boolean(),
          verdict,
          stage: z.union([z.literal(1), z.literal(2)]),
          pairs: number,
          baseline: nullable(estimate),
          candidate: nullable(estimate),
          change: nullable(change),
          pSlower: nullable(number),
          pFaster: nullable(number),
          remark: nullable(text),
          detectable: nullable(number),
          runsNeeded: nullable(number),
          flags: z.array(text),
          judgements: z.tuple([judgement, nullable(judgement)]),
        }),
      ),
      baseline: testCase,
      candidate: testCase,
    }),
  ),
})
