import type { Audit } from '../../src/model/audit.ts'
import type { Quantiles } from '../../src/model/exchange.ts'
import type { Arm, ArmName, Case, PlannedRun } from '../../src/model/experiment.ts'
import type { LoadResult, RunResult } from '../../src/model/result.ts'
import type { Load, Scenario, Slo } from '../../src/model/scenario.ts'
import type { ReportInput } from '../../src/report/experiment.ts'
import { createHistogram, encode, quantilesOf, recordMs } from '../../src/stats/histogram.ts'
import { NO_TERMS } from '../audit/noTerms.ts'

/** An arm of which nothing matters but its name. */
export const arm = (name: ArmName): Arm => ({
  name,
  label: name,
  branch: null,
  commit: null,
  version: null,
  checkout: null,
})

const NO_QUANTILES = quantilesOf(createHistogram(), 0, 10_000, null, 1)

const ONLY = [{ name: 'only', label: 'main', branch: 'main', commit: 'abc', version: '1.2.3', checkout: null }] as const

export const PLAIN = {
  bold: (text: string) => text,
  good: (text: string) => text,
  bad: (text: string) => text,
  warning: (text: string) => text,
  dim: (text: string) => text,
}

/** What stands for uPlot where no page is looked at. */
export const ASSETS = { script: '/* uPlot */', stylesheet: '/* uPlot */', sha256: () => 'digest' }

export function load(overrides: Partial<Load> = {}): Load {
  return {
    name: 'mllp',
    protocol: 'mllp',
    transport: 'mllp',
    path: '/',
    checksum: 'xor',
    acknowledgement: 'original',
    onRejected: 'drop',
    connections: 8,
    window: 1,
    generators: 1,
    workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100, records: null, maxOutstanding: 10_000 },
    timeoutMs: 10_000,
    onUnknown: 'drop',
    maxAttempts: 1,
    pacing: 'auto',
    tls: null,
    assumed: [],
    messages: {
      kind: 'mix',
      version: '2.5.1',
      mix: { 'ADT^A01': 1 },
      sizes: 'template',
      charset: 'ascii',
      population: 100,
      skew: 0,
    },
    ...overrides,
  } as Load
}

export function slo(metric: string, operator: Slo['operator'], limit: number, text: string): Slo {
  return { metric, operator, limit, text }
}

export function scenario(overrides: Partial<Scenario> = {}): Scenario {
  const behaviour = { serviceTime: { distribution: 'constant', meanMs: 10, cv: 0 }, faults: [] } as const
  return {
    name: 'demo',
    description: null,
    environment: { kind: 'process', parallel: 1 },
    sut: {
      start: null,
      build: null,
      env: {},
      cwd: '.',
      readyTimeoutMs: 10_000,
      repository: null,
      downstream: null,
      version: null,
      fhirBasePath: '/fhir',
      builtin: { mllp: behaviour, fhir: behaviour },
    },
    load: [load()],
    phases: { warmupMs: 200, measureMs: 1_000, drainMs: 1_000 },
    slo: [slo('mllp.response.p99', '<', 250, '< 250 ms'), slo('audit.lost', '=', 0, '= 0')],
    runs: 3,
    seed: 1,
    validity: { maxLagShare: 0.1, minReadyShare: 0.99, maxPauseMs: 100, maxCpuShare: 0.9, maxStarvedShare: 0.2 },
    allowHosts: [],
    file: null,
    ...overrides,
  }
}

export function testCase(overrides: Partial<Scenario> = {}, id = 'demo'): Case {
  return { id, scenario: scenario(overrides), levels: {}, digest: 'abc123def456' }
}

export function plannedRun(order: number, caseId = 'demo'): PlannedRun {
  const id = `r${String(order + 1).padStart(4, '0')}`
  return {
    id,
    caseId,
    arm: 'only',
    stage: 1,
    block: order,
    order,
    execution: order + 1,
    seed: order,
    key: '000000',
    replacement: 0,
  }
}

/** Answered exchanges by response time in ms, and arrivals without an answer. */
export function loadResult(responsesMs: readonly number[], unanswered = 0, lagMs = 0, name = 'mllp'): LoadResult {
  const response = createHistogram()
  const lag = createHistogram()
  for (const ms of responsesMs) recordMs(response, ms)
  for (const _ of responsesMs) recordMs(lag, lagMs)
  const quantiles = quantilesOf(response, unanswered, 10_000, lag, 0.1)
  const none: Quantiles = quantilesOf(lag, 0, 10_000, null, 0.1)
  const counts = {
    accepted: responsesMs.length,
    rejected: 0,
    mismatched: 0,
    unknown: unanswered,
    dropped: 0,
    unfinished: 0,
  }
  return {
    load: name,
    protocol: 'mllp',
    workload: 'open',
    intendedPerSecond: 100,
    measured: counts,
    total: counts,
    throughputPerSecond: responsesMs.length,
    acceptedInPhase: responsesMs.length,
    measuredMs: 1_000,
    errorRatio: responsesMs.length + unanswered === 0 ? null : unanswered / (responsesMs.length + unanswered),
    quantiles: { response: quantiles, lag: none, queue: none, service: quantiles, commit: NO_QUANTILES },
    meanResponseMs: null,
    histograms: {
      response: encode(response),
      lag: encode(lag),
      queue: encode(lag),
      service: encode(response),
      commit: encode(createHistogram()),
    },
    reasons: {},
    alarms: {},
    tolerated: {},
    ackErrors: {},
    refusals: {},
    resends: 0,
    redials: 0,
    handshakes: null,
    resumed: null,
    hash: null,
    bytesOut: 0,
    bytesIn: 0,
    generators: [],
    ticks: [500, 1_000, 1_500].map(atMs => ({
      atMs,
      phase: 'measure',
      arrivals: 50,
      accepted: 50,
      failed: 0,
      outstanding: 0,
      p50Ms: 10,
      p99Ms: 14,
    })),
  }
}

export function audit(overrides: Partial<Audit> = {}): Audit {
  return {
    evidence: 'receiver',
    planned: 1_504,
    acknowledged: { accepted: 1_504, rejected: 0, unknown: 0, unsent: 0 },
    terms: { ...NO_TERMS, once: 1_504 },
    foreign: 0,
    repeats: 0,
    cells: [],
    examples: {},
    balanced: true,
    ...overrides,
  }
}

function header(run: PlannedRun) {
  const timings = { provisionMs: 1, startMs: 1, releaseMs: 1, wholeMs: 2_000 }
  return { run, startedAt: '2026-11-22T21:05:00Z', cloneId: 'c0001', timings }
}

export function validRun(order: number, loads: readonly LoadResult[], runAudit = audit(), caseId = 'demo'): RunResult {
  return { ...header(plannedRun(order, caseId)), state: 'valid', loads, audit: runAudit }
}

export function invalidRun(order: number, loads: readonly LoadResult[], reasons: readonly string[]): RunResult {
  return { ...header(plannedRun(order)), state: 'invalid', loads, audit: audit(), reasons }
}

export function failedRun(order: number, error: string): RunResult {
  return { ...header(plannedRun(order)), state: 'failed', stage: 'start', error, fault: 'target' }
}

export function input(results: readonly RunResult[], cases: readonly Case[] = [testCase()]): ReportInput {
  return {
    plan: { id: '20261122T210500Z-demo-3f9a2c', seed: 1, cases, arms: ONLY, runs: results.map(({ run }) => run) },
    results,
    startedAt: '2026-11-22T21:05:00Z',
    wholeMs: 60_000,
    environmentId: 'process, Some CPU, 2 cores',
    provenance: {
      branch: 'main',
      commit: 'abc',
      dirty: false,
      version: '1.2.3',
      harness: { version: '0.1.0', commit: null },
      host: {
        cpuModel: 'Some CPU',
        cores: 2,
        memoryBytes: 4 * 2 ** 30,
        os: 'Debian 12',
        kernel: '6.1',
        arch: 'x64',
        node: 'v24.0.0',
        virtualization: null,
      },
    },
    files: {
      rows: 'results/benchmark-data.csv',
      folder: 'results/experiments/x',
      html: 'results/experiments/x/report.html',
    },
    commands: { repeat: 'hl7bench run demo.ts --seed 1', next: 'hl7bench compare demo.ts' },
    exit: { code: 0, reason: 'all SLOs met' },
    leaks: [],
  }
}
