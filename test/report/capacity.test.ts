import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { RunResult } from '../../src/model/result.ts'
import { boundOver } from '../../src/report/capacity/bound.ts'
import { renderCapacityMarkdown } from '../../src/report/capacity/markdown.ts'
import { renderCapacity } from '../../src/report/capacity/terminal.ts'
import { capacitySchema } from '../../src/report/capacitySchema.ts'
import { renderCapacityHtml } from '../../src/report/html/capacityPage.ts'
import { renderCapacityJson } from '../../src/report/json.ts'
import { carried, type Found, reported, search, six } from './capacity.fixture.ts'
import { ASSETS, audit, failedRun, PLAIN, plannedRun, testCase, validRun } from './experiment.fixture.ts'

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
  expect(answer({ ended: 'cut short' })).toContain('so far it keeps up with 405 msg/s, not with 410')
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
  const report = reported([...six(), ...direct], { cases, references: { demo: cases[1]!.id } })
  expect(report.cases[0]!.price).toMatchObject({ pairs: 6, isBounded: false })
  expect(report.cases[0]!.price!.ratio).toBeCloseTo(0.5)
  expect(report.answer).not.toContain('direct')
  const bounded = direct.map(each => ({ ...each, ended: 'generator-bound' as const }))
  const other = reported([...six(), ...bounded], { cases, references: { demo: cases[1]!.id } })
  expect(other.cases[0]!.price).toMatchObject({ isBounded: true })
})

test('throughput is in messages and bits, and the peak has its headroom', () => {
  const [only] = reported(six(), { peakPerSecond: 805 }).cases
  expect(only!.headroom).toBe(0.5)
  // 1,000 bytes a message at 400 messages a second.
  expect(only!.atAnswer).toMatchObject({ messagesPerSecond: 400, mbitPerSecondOut: 3.2, mbitPerSecondIn: 0.32 })
})

const plain = (text: string) => text.replace(/\s+/g, ' ')

test('JSON is what the shipped schema says, and every text begins with the answer', () => {
  const report = reported(six({ cpuShare: 0.9 }), { peakPerSecond: 300, missingMs: 120_000 })
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(z.toJSONSchema(capacitySchema))
  validate(JSON.parse(renderCapacityJson(report)))
  expect(validate.errors ?? []).toEqual([])
  const terminal = renderCapacity(report, { style: PLAIN, glyphs: 'ascii', width: 80 })
  expect(terminal).toMatch(/^hl7bench: demo carries 403 msg\/s/)
  expect(renderCapacityHtml(report, ASSETS)).toContain('<h1 class="met">hl7bench: demo carries 403 msg/s')
  for (const text of [terminal, renderCapacityMarkdown(report), renderCapacityHtml(report, ASSETS)].map(plain)) {
    expect(text).toContain('not complete: about 2 min more would complete it')
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

test('the page shows every trial with its load, p99 and answer, and the limit of the SLO', () => {
  const page = renderCapacityHtml(reported(six()), ASSETS)
  const rows = [...page.matchAll(/<td class="number">(kept up with|not)<\/td>/g)].map(([, answer]) => answer)
  expect(rows.filter(answer => answer === 'not')).toHaveLength(6)
  expect(rows.filter(answer => answer === 'kept up with')).toHaveLength(6)
  expect(page).toContain('"name":"limit of the SLO","unit":"ms","values":[250,')
  expect(page).toContain('class="limit"')
})

test('trials that do not count, and runs that failed, are in no chart', () => {
  const failed = six().map(each => ({ ...each, trials: [{ ...each.trials[0]!, result: failedRun(0, 'it died') }] }))
  const uncounted = six().map(each => ({ ...each, trials: [{ ...each.trials[0]!, lossRatio: null }] }))
  for (const searches of [failed, uncounted])
    expect(renderCapacityHtml(reported(searches), ASSETS)).not.toContain('<figure')
})

test('capacity is drawn against a factor whose levels are numbers, a line for each level of the others', () => {
  const at = (cipher: string, hospitals: number) => ({
    ...testCase({}, `${cipher} ${hospitals}`),
    levels: { 'environment.vpn.cipher': cipher, 'environment.hospitals': hospitals },
  })
  const cases = ['x', 'y'].flatMap(cipher => [1, 10].map(hospitals => at(cipher, hospitals)))
  const searches = cases.flatMap(({ id }) => six().map(each => ({ ...each, caseId: id })))
  const page = renderCapacityHtml(reported(searches, { cases }), ASSETS)
  expect(page).toContain('Capacity in msg/s against hospitals')
  expect(page).not.toContain('against cipher')
  expect(page).toContain('"name":"cipher y"')
})
