import type { Calibration } from '../../src/model/calibration.ts'
import type { CapacityAim, CapacitySearch, CapacityTrial } from '../../src/model/capacity.ts'
import type { GatewayUsage } from '../../src/model/environment.ts'
import type { Case } from '../../src/model/experiment.ts'
import type { LoadResult, RunResult } from '../../src/model/result.ts'
import type { Measured } from '../../src/report/capacity/measured.ts'
import type { CapacityInput } from '../../src/report/capacity/report.ts'
import { summarizeCapacity } from '../../src/report/capacity/summarize.ts'
import { input as experiment, loadResult, testCase, validRun } from './experiment.fixture.ts'

const responses = Array.from({ length: 400 }, () => 10)
const health = { connectionsWanted: 8 } as LoadResult['generators'][number]
export const carried = (perSecond: number): LoadResult => ({
  ...loadResult(responses),
  intendedPerSecond: perSecond,
  throughputPerSecond: perSecond,
  bytesOut: 400_000,
  bytesIn: 40_000,
  generators: [health],
})
export const gateway = (cpuShare: number): GatewayUsage => ({
  host: 'gw',
  daemon: 'charon',
  cpuShare,
  residentBytes: 1e7,
})

export interface Found extends Partial<CapacitySearch> {
  readonly cpuShare?: number
  readonly perSecond?: number
}

export function search(clone: number, { cpuShare, perSecond = 400, ...changes }: Found = {}): CapacitySearch {
  const [lower, upper] = [400 + clone, 410 + clone]
  const result = (order: number): RunResult => ({
    ...validRun(order, [carried(perSecond)]),
    ...(cpuShare !== undefined && { gateways: [gateway(cpuShare)] }),
  })
  const trial = (load: number, lossRatio: number): CapacityTrial => ({
    ...{
      load,
      seconds: 1,
      lossRatio,
      isSustained: true,
      missed: [],
      isKept: lossRatio === 0,
      isGeneratorBound: false,
      result: result(2 * clone + lossRatio),
    },
  })
  const trials = [trial(lower, 0), trial(upper, 1)]
  return { caseId: 'demo', clone, lower, upper, irregular: false, trials, ended: 'found', ...changes }
}

export const six = (changes: Found = {}) => Array.from({ length: 6 }, (_, clone) => search(clone, changes))

/** The same searches with other results. */
export const withResults = (
  searches: readonly CapacitySearch[],
  change: (result: Measured) => RunResult,
): readonly CapacitySearch[] =>
  searches.map(each => ({
    ...each,
    trials: each.trials.map(trial => ({ ...trial, result: change(trial.result as Measured) })),
  }))

/** A machine whose generator did so much. */
export function calibratedAt(ratePerSecond: number): Calibration {
  const machine = { cpuModel: 'x', cores: 2, kernel: '6', node: 'v24', harness: '0' }
  return {
    machine,
    mllp: { at: '2026-11-20T00:00:00Z', open: { ratePerSecond } },
    fhir: null,
    agreement: null,
  } as never
}

interface Changes extends Partial<Omit<CapacityInput, 'plan'>> {
  readonly cases?: readonly Case[]
  readonly references?: Readonly<Record<string, string>>
  readonly aim?: Partial<CapacityAim>
}

export function reported(
  searches: readonly CapacitySearch[],
  { cases = [testCase()], references = {}, aim: changed = {}, ...changes }: Changes = {},
) {
  const { plan, startedAt, wholeMs, environmentId, provenance } = experiment([])
  const aim: CapacityAim = {
    over: 'rate',
    ...{ load: 'mllp', own: 100, leastLoad: 1, firstLoad: 100, mostLoad: 10_000 },
    ...{ lossRatio: 0, trialSeconds: 60, sumSeconds: 60, exceedRatio: 0, widthRatio: 0.02, clones: 6 },
    ...changed,
  }
  return summarizeCapacity(
    {
      ...{ plan: { ...plan, cases, search: { aim, references } }, searches, peakPerSecond: null, calibration: null },
      ...{ missingMs: null, interrupted: false, startedAt, wholeMs, environmentId, provenance, leaks: [] },
      ...{
        files: { rows: 'rows.csv', folder: 'x', html: 'x/report.html' },
        commands: { repeat: 'npx hl7bench capacity x', next: null },
      },
      ...changes,
    },
    () => ({ code: 0, reason: 'searched' }),
  )
}
