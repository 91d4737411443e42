import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { CapacitySearch, CapacityTrial } from '../../src/model/capacity.ts'
import type { GatewayUsage } from '../../src/model/environment.ts'
import type { LoadResult, RunResult } from '../../src/model/result.ts'
import { boundOver } from '../../src/report/capacity/bound.ts'
import { renderCapacityMarkdown } from '../../src/report/capacity/markdown.ts'
import type { CapacityInput } from '../../src/report/capacity/report.ts'
import { summarizeCapacity } from '../../src/report/capacity/summarize.ts'
import { renderCapacity } from '../../src/report/capacity/terminal.ts'
import { capacitySchema } from '../../src/report/capacitySchema.ts'
import { renderCapacityJson } from '../../src/report/json.ts'
import { audit, input as experiment, loadResult, PLAIN, plannedRun, testCase, validRun } from './experiment.fixture.ts'

const responses = Array.from({ length: 400 }, () => 10)
const health = { connectionsWanted: 8 } as LoadResult['generators'][number]
const carried = (perSecond: number): LoadResult => ({
  ...loadResult(responses),
  throughputPerSecond: perSecond,
  bytesOut: 400_000,
  bytesIn: 40_000,
  generators: [health],
})
const gateway = (cpuShare: number): GatewayUsage => ({ host: 'gw', daemon: 'charon', cpuShare, residentBytes: 1e7 })

interface Found extends Partial<CapacitySearch> {
  readonly cpuShare?: number
  readonly perSecond?: number
}

function search(clone: number, { cpuShare, perSecond = 400, ...changes }: Found = {}): CapacitySearch {
  const [lower, upper] = [400 + clone, 410 + clone]
  const result = (order: number): RunResult => ({
    ...validRun(order, [carried(perSecond)]),
    ...(cpuShare !== undefined && { gateways: [gateway(cpuShare)] }),
  })
  const trial = (load: number, lossRatio: number): CapacityTrial => ({
    ...{ load, seconds: 1, lossRatio, isGeneratorBound: false, result: result(2 * clone + lossRatio) },
  })
  const trials = [trial(lower, 0), trial(upper, 1)]
  return { caseId: 'demo', clone, lower, upper, irregular: false, trials, ended: 'found', ...changes }
}

const six = (changes: Found = {}) => Array.from({ length: 6 }, (_, clone) => search(clone, changes))

function reported(searches: readonly CapacitySearch[], changes: Partial<CapacityInput> = {}) {
  const { plan, startedAt, wholeMs, environmentId, provenance } = experiment([])
  const aim: CapacityInput['aim'] = {
    over: 'rate',
    ...{ load: 'mllp', own: 100, leastLoad: 1, firstLoad: 100, mostLoad: 10_000 },
    ...{ lossRatio: 0, trialSeconds: 60, sumSeconds: 60, exceedRatio: 0, widthRatio: 0.02, clones: 6 },
  }
  return summarizeCapacity(
    {
      ...{ id: plan.id, aim, cases: [testCase()], references: new Map(), searches, peakPerSecond: null, seed: 1 },
      ...{ missingMs: null, interrupted: false, startedAt, wholeMs, environmentId, provenance, leaks: [] },
      ...{ files: { rows: 'rows.csv', folder: 'x' }, repeat: 'npx hl7bench capacity x' },
      ...changes,
    },
    () => ({ code: 0, reason: 'searched' }),
  )
}

test('the capacity is the median over the clones with its order-statistic interval, of both bounds', () => {
  const [only] = reported(six()).cases
  expect(only!.lower).toEqual({ median: 402.5, interval: { lower: 400, upper: 405 } })
  expect(only!.upper).toEqual({ median: 412.5, interval: { lower: 410, upper: 415 } })
  expect(reported(six().slice(0, 5)).cases[0]!.lower).toEqual({ median: 402, interval: null })
})

test('a bound that is not known on some clones lies below or above all others', () => {
  expect(boundOver([null, 2, 3], 'below').median).toBe(2)
  expect(boundOver([null, null, 3], 'below').median).toBe(null)
  expect(boundOver([1, 2, null], 'above').median).toBe(2)
  expect(boundOver([1, 2, 3, 4, 5, null], 'above').interval).toEqual({ lower: 1, upper: null })
  expect(boundOver([], 'above')).toEqual({ median: null, interval: null })
})

test('what is weaker than a capacity is never called one', () => {
  const answer = (changes: Found) => reported(six(changes)).answer
  expect(answer({})).toBe('demo carries 403 msg/s [400, 405] (6 clones).')
  expect(answer({ upper: null, ended: 'open' })).toContain('at least 403 msg/s')
  expect(answer({ upper: null, ended: 'generator-bound' })).toContain('generator-bound')
  expect(answer({ lower: null })).toContain('does not keep up with 1 msg/s, the least load tried')
  expect(answer({ irregular: true })).toContain('6 of them irregular')
  expect(answer({ ended: 'cut short' })).toContain('was not searched to an end')
})

test('the bottleneck is named from evidence, or not at all', () => {
  const bottleneck = (changes: Found) => reported(six(changes)).cases[0]!.bottleneck
  expect(bottleneck({ cpuShare: 0.97 })).toEqual({ what: 'gateway', evidence: 'charon of gw used 97 % of a core' })
  // 8 connections and 10 ms for each reply carry 800 a second.
  expect(bottleneck({ perSecond: 760 })).toMatchObject({ what: 'target' })
  expect(bottleneck({ perSecond: 760, cpuShare: 0.2 }).evidence).toContain('and of the way to it')
  expect(bottleneck({ perSecond: 200, cpuShare: 0.2 })).toMatchObject({ what: 'not told' })
  const trials = search(0).trials.map(each => ({
    ...each,
    isGeneratorBound: each.lossRatio === 1,
    result: { ...each.result, state: 'invalid', reasons: ['paused for 300 ms'] } as RunResult,
  }))
  expect(bottleneck({ ended: 'generator-bound', upper: null, trials })).toEqual({
    what: 'generator',
    evidence: 'paused for 300 ms',
  })
})

test('the price of a VPN is the ratio of capacities, paired by clone', () => {
  const cases = [testCase(), testCase({}, 'demo[topology=direct]')]
  const direct = six().map(each => ({ ...each, caseId: cases[1]!.id, lower: 2 * each.lower! }))
  const report = reported([...six(), ...direct], { cases, references: new Map([['demo', cases[1]!.id]]) })
  expect(report.cases[0]!.price).toMatchObject({ pairs: 6, isBounded: false })
  expect(report.cases[0]!.price!.ratio).toBeCloseTo(0.5)
  expect(report.answer).not.toContain('direct')
  const bounded = direct.map(each => ({ ...each, ended: 'generator-bound' as const }))
  const other = reported([...six(), ...bounded], { cases, references: new Map([['demo', cases[1]!.id]]) })
  expect(other.cases[0]!.price).toMatchObject({ isBounded: true })
})

test('throughput is in messages and bits, and the peak has its headroom', () => {
  const [only] = reported(six(), { peakPerSecond: 805 }).cases
  expect(only!.headroom).toBe(0.5)
  // 1,000 bytes a message at 400 messages a second.
  expect(only!.atAnswer).toMatchObject({ messagesPerSecond: 400, mbitPerSecondOut: 3.2, mbitPerSecondIn: 0.32 })
})

test('JSON is what the shipped schema says, and every text begins with the answer', () => {
  const report = reported(six({ cpuShare: 0.9 }), { peakPerSecond: 300, missingMs: 120_000 })
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(z.toJSONSchema(capacitySchema))
  validate(JSON.parse(renderCapacityJson(report)))
  expect(validate.errors ?? []).toEqual([])
  const terminal = renderCapacity(report, { style: PLAIN, glyphs: 'ascii', width: 80 })
  expect(terminal).toMatch(/^hl7bench: demo carries 403 msg\/s/)
  for (const text of [terminal, renderCapacityMarkdown(report)].map(each => each.replace(/\s+/g, ' '))) {
    expect(text).toContain('time ran out: about 2 min more would complete it')
    expect(text).toContain('bottleneck: gateway; charon of gw used 90 % of a core')
    expect(text).toContain('34.2 % above it is left')
  }
})

test("without a receiver's record the report says that losses were not looked for", () => {
  const searches = six().map(each => ({
    ...each,
    trials: each.trials.map(trial => ({
      ...trial,
      result: { ...validRun(0, [carried(1)], audit({ evidence: 'acknowledgements' })), run: plannedRun(0) },
    })),
  }))
  const text = renderCapacityMarkdown(reported(searches))
  expect(text).toContain("no receiver's record")
})
