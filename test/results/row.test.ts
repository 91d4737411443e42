import { expect, test } from 'vitest'
import type { Audit } from '../../src/model/audit.ts'
import { QUANTILES, type Quantiles, type QuantileValue, TIMES, type Time } from '../../src/model/exchange.ts'
import type { Case } from '../../src/model/experiment.ts'
import type { GeneratorHealth } from '../../src/model/generator.ts'
import type { LoadResult, RunResult } from '../../src/model/result.ts'
import { type RowContext, rowOf } from '../../src/results/row.ts'

const all = (value: QuantileValue) => Object.fromEntries(QUANTILES.map(name => [name, value])) as Quantiles
const quantiles = Object.fromEntries(
  TIMES.map(time => [time, all({ ms: 1.23456789, aboveMs: null, marked: false })]),
) as Record<Time, Quantiles>
const health = (changes: Partial<GeneratorHealth>) =>
  ({
    due: 10,
    ready: 9,
    localErrors: { EMFILE: 1 },
    starvedShare: null,
    stolenShare: null,
    cpuShare: 0.2,
    loopBusyShare: 0.5,
    ...changes,
  }) as GeneratorHealth

const load = (changes: Partial<LoadResult>): LoadResult =>
  ({
    load: 'mllp',
    protocol: 'mllp',
    acceptedInPhase: 100,
    measuredMs: 999.7,
    errorRatio: null,
    tolerated: {},
    ackErrors: {},
    refusals: {},
    quantiles,
    generators: [health({}), health({ stolenShare: 0.1, cpuShare: 0.4 })],
    ...changes,
  }) as LoadResult

const audit: Audit = {
  evidence: 'acknowledgements',
  planned: 1,
  acknowledged: { accepted: 1, rejected: 0, unknown: 0, unsent: 0 },
  terms: {
    once: null,
    duplicated: null,
    lost: null,
    corrupted: null,
    rejected: 0,
    unknownArrived: null,
    unknownAbsent: null,
    unsent: 0,
  },
  foreign: null,
  repeats: null,
  cells: [],
  examples: {},
  balanced: true,
}

const header = {
  run: {
    id: 'r0007',
    caseId: 'demo',
    arm: 'only' as const,
    stage: 1 as const,
    block: 3,
    order: 6,
    execution: 4,
    seed: 42,
    key: 'abcdef',
    replacement: 0,
  },
  startedAt: '2026-11-22T21:05:00.000Z',
  cloneId: 'c0003',
  timings: { provisionMs: 5, startMs: 6, releaseMs: null, wholeMs: 2000 },
}

const context = (...loads: { protocol: string; population?: number; assumed?: string[] }[]): RowContext => ({
  provenance: {
    branch: 'main',
    commit: 'abc',
    dirty: false,
    version: null,
    harness: { version: '1', commit: null },
    host: { cores: 2 } as RowContext['provenance']['host'],
  },
  experimentId: 'e',
  case: {
    id: 'demo[x=1]',
    scenario: {
      load: loads.map(each => ({ name: each.protocol, assumed: [], ...each })),
    } as unknown as Case['scenario'],
    levels: { x: 1 },
    digest: 'd',
  },
  environmentId: 'process-cpu-2c',
  tags: { team: 'a' },
  concurrency: 1,
})

test('a valid run has the longest load as duration, all accepted records, and its population', () => {
  const result: RunResult = {
    ...header,
    state: 'valid',
    audit,
    loads: [load({}), load({ measuredMs: 1500, acceptedInPhase: 11 })],
  }
  const row = rowOf(result, context({ protocol: 'mllp' }, { protocol: 'fhir', population: 1000 }))
  expect(row).toMatchObject({
    testCaseId: 'demo[x=1]',
    execution: 4,
    durationMs: 1500,
    records: 111,
    beneficiaries: 1000,
    timestamp: header.startedAt,
    version: null,
  })
  expect(row.data).toMatchObject({
    schema: 'hl7bench.row/1',
    experiment: 'e',
    run: 'r0007',
    clone: 'c0003',
    block: 3,
    order: 6,
    arm: 'only' as const,
    seed: 42,
    digest: 'd',
    levels: { x: 1 },
    state: 'valid',
    concurrency: 1,
    tags: { team: 'a' },
  })
})

test('an unanswered quantile says what it lies above, and one without a sample is null', () => {
  const response = {
    ...all({ ms: 1.23456789, aboveMs: null, marked: true }),
    p99: { ms: null, aboveMs: 30_000, marked: false },
    max: { ms: null, aboveMs: null, marked: false },
  }
  const row = rowOf(
    { ...header, state: 'valid', audit, loads: [load({ quantiles: { ...quantiles, response } })] },
    context(),
  )
  const [data] = row.data.loads as { quantiles: { response: unknown } }[]
  expect(data?.quantiles.response).toMatchObject({
    p50: { ms: 1.2346, marked: true },
    p99: { above: 30_000, marked: false },
    max: null,
  })
})

test('generators are summed, the worst kept, and what no machine told is null', () => {
  const row = rowOf({ ...header, state: 'valid', audit, loads: [load({}), load({ generators: [] })] }, context())
  const [two, none] = row.data.loads as { generators: unknown }[]
  expect(two?.generators).toMatchObject({
    count: 2,
    due: 20,
    ready: 18,
    localErrors: { EMFILE: 2 },
    cpuShare: 0.4,
    loopBusyShare: 0.5,
    stolenShare: 0.1,
    starvedShare: null,
  })
  expect(none?.generators).toBeNull()
})

test('an invalid run keeps its numbers and its reasons', () => {
  const row = rowOf(
    { ...header, state: 'invalid', reasons: ['starved'], audit, loads: [load({})] },
    context({ protocol: 'mllp' }),
  )
  expect(row).toMatchObject({
    durationMs: 1000,
    records: 100,
    beneficiaries: null,
    data: { state: 'invalid', reasons: ['starved'], audit: { terms: { lost: null } } },
  })
})

test('a failed run has blanks, its stage and whose fault it was', () => {
  const row = rowOf(
    { ...header, state: 'failed', stage: 'start', error: 'no answer', fault: 'target' },
    context({ protocol: 'fhir', population: 5 }),
  )
  expect(row).toMatchObject({
    durationMs: null,
    records: null,
    beneficiaries: null,
    data: { state: 'failed', stage: 'start', error: 'no answer', fault: 'target' },
  })
  expect(row.data).not.toHaveProperty('loads')
})

test('what a load took for granted stays with its row', () => {
  const result: RunResult = { ...header, state: 'valid', audit, loads: [load({})] }
  const assuming = context({ protocol: 'mllp', assumed: ['message mix of profile hospital'] }, { protocol: 'fhir' })
  expect(rowOf(result, assuming).data).toMatchObject({ assumed: { mllp: ['message mix of profile hospital'] } })
  expect(rowOf(result, context({ protocol: 'mllp' })).data).not.toHaveProperty('assumed')
})
