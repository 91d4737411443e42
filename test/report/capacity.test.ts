import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { CapacityTrial } from '../../src/model/capacity.ts'
import type { RunResult } from '../../src/model/result.ts'
import { boundOver } from '../../src/report/capacity/bound.ts'
import { renderCapacityMarkdown } from '../../src/report/capacity/markdown.ts'
import type { Measured } from '../../src/report/capacity/measured.ts'
import { renderCapacity } from '../../src/report/capacity/terminal.ts'
import { trialText } from '../../src/report/capacity/wording.ts'
import { capacitySchema } from '../../src/report/capacitySchema.ts'
import { renderCapacityHtml } from '../../src/report/html/capacityPage.ts'
import { renderCapacityJson } from '../../src/report/json.ts'
import { calibratedAt, carried, type Found, gateway, reported, search, six, withResults } from './capacity.fixture.ts'
import {
  ASSETS,
  audit,
  failedRun,
  loadResult,
  PLAIN,
  plannedRun,
  slo,
  testCase,
  validRun,
} from './experiment.fixture.ts'

test('the capacity is the median over the clones with its order-statistic interval, of both bounds', () => {
  const [only] = reported(six()).cases
  expect(only!.lower).toEqual({ median: 402.5, interval: { lower: 400, upper: 405 } })
  expect(only!.upper).toEqual({ median: 412.5, interval: { lower: 410, upper: 415 } })
  expect(reported(six().slice(0, 5)).cases[0]!.lower).toEqual({ median: 402, interval: null })
})

test('a bound that is not known on some clones lies below or above all others', () => {
  expect(boundOver([null, 2, 3], 'below', 'rate').median).toBe(2)
  expect(boundOver([null, null, 3], 'below', 'rate').median).toBe(null)
  expect(boundOver([1, 2, null], 'above', 'rate').median).toBe(2)
  expect(boundOver([1, 2, 3, 4, 5, null], 'above', 'rate').interval).toEqual({ lower: 1, upper: null })
  expect(boundOver([], 'above', 'rate')).toEqual({ median: null, interval: null })
})

test('what is weaker than a capacity is never called one', () => {
  const answer = (changes: Found) => reported(six(changes)).answer
  expect(answer({})).toBe('demo carries 403 msg/s [400, 405] (6 clones).')
  expect(answer({ upper: null, ended: 'open' })).toContain('at least 403 msg/s [400, unknown] (6 clones): raise --most')
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
  const link = { host: 'gw', device: 'wan0', rateMbit: 2, mbitPerSecondOut: 1.9, mbitPerSecondIn: 0.2 }
  const full = withResults(six({ perSecond: 200, cpuShare: 0.2 }), result => ({ ...result, limited: [link] }))
  expect(reported(full).cases[0]!.bottleneck).toMatchObject({
    what: 'link',
    evidence: expect.stringMatching(/^wan0 of gw carried 1.90 Mbit/),
  })
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
  expect(report.cases[0]!.price).toMatchObject({ pairs: 6, kind: 'exact' })
  expect(report.cases[0]!.price!.ratio).toBeCloseTo(0.5)
  expect(report.answer).not.toContain('direct')
})

test('a price of which one side is a lower bound is told in the direction that it bounds, and of two lower bounds none', () => {
  const cases = [testCase(), testCase({}, 'demo[topology=direct]')]
  const open = { upper: null, ended: 'open' } as const
  const told = (own: Found, reference: Found) => {
    const direct = six(reference).map(each => ({ ...each, caseId: cases[1]!.id, lower: 2 * each.lower! }))
    const options = { cases, references: { demo: cases[1]!.id }, aim: { mostLoad: 900 } }
    const report = reported([...six(own), ...direct], options)
    return { price: report.cases[0]!.price!, text: plain(renderCapacityMarkdown(report)), report }
  }
  const most = told({}, open)
  expect(most.price).toMatchObject({ kind: 'at most', interval: { lower: null } })
  expect(most.text).toContain('price of the VPN: at most 0.500 times the capacity of demo\\[topology=direct\\]')
  expect(most.text).toContain('without it nothing up to --most 900 was too much; raise --most')
  const least = told(open, {})
  expect(least.price).toMatchObject({ kind: 'at least', interval: { upper: null } })
  expect(least.text).toContain('price of the VPN: at least 0.500 times')
  const neither = told(open, open)
  expect(neither.price).toMatchObject({ kind: 'not told', ratio: null, interval: null })
  expect(neither.text).toContain('price of the VPN: not told: with it and without it')
  expect(neither.text).toContain('nothing up to --most 900 was too much; raise --most')
  expect(renderCapacityHtml(neither.report, ASSETS)).toContain('<td>not told</td>')
  const limited = told({ upper: null, ended: 'generator-bound' }, open)
  expect(limited.text).toContain('the limit was the generator, or nothing up to --most 900 was too much; give the load')
  expect(limited.text).toContain('more generators, or run on more cores, or raise --most')
  // One clone without a bound on either side leaves nothing to say.
  const mixed = [...six(), ...six().map(each => ({ ...each, caseId: cases[1]!.id }))].map(each =>
    each.clone === (each.caseId === 'demo' ? 0 : 1) ? { ...each, ...open } : each,
  )
  const report = reported(mixed, { cases, references: { demo: cases[1]!.id } })
  expect(report.cases[0]!.price).toMatchObject({ kind: 'not told' })
})

test('the headline tells the rate that passed where it is below the load, and headroom goes by it', () => {
  const passing = (accepted: number) =>
    withResults(six(), result => ({
      ...result,
      loads: result.loads.map(each => ({ ...each, intendedPerSecond: 403, acceptedInPhase: accepted })),
    }))
  // Of 400 messages due.
  const short = reported(passing(360), { peakPerSecond: 402.5, aim: { lossRatio: 0.1 } })
  expect(short.answer).toBe('demo carries 403 msg/s [400, 405] (6 clones), of which 363 msg/s passed.')
  expect(short.cases[0]!.headroom).toBeCloseTo(0.9)
  const whole = reported(passing(398), { peakPerSecond: 402.5 })
  expect(whole.answer).toBe('demo carries 403 msg/s [400, 405] (6 clones).')
  expect(whole.cases[0]!.headroom).toBe(1)
  const feeds = reported(passing(360), { aim: { over: 'feeds' } })
  expect(feeds.answer).toContain('402 feeds [400, 405] (6 clones), 403 msg/s, of which 363 msg/s passed')
})

test('a peak that the search did not get to is not shown, instead of so much short', () => {
  const text = (changes: Found, aim = {}) =>
    plain(renderCapacityMarkdown(reported(six(changes), { peakPerSecond: 805, aim: { mostLoad: 402, ...aim } })))
  expect(text({})).toContain('planned peak 805 msg/s: 50 % short of it')
  const open = text({ upper: null, ended: 'open' })
  expect(open).toContain('planned peak 805 msg/s: not shown: search ended at --most 402 \\< --peak 805; raise --most')
  expect(open).not.toContain('short of it')
  expect(text({ upper: null, ended: 'open' }, { over: 'feeds' })).toContain('ended at --most 402 feeds, 400 msg/s, ')
  expect(text({ upper: null, ended: 'generator-bound' })).toContain(
    'not shown: beyond 403 msg/s the generator was the limit',
  )
})

test('a peak is shown to be carried by the lower end of the interval, not by the median', () => {
  const told = (peakPerSecond: number, changes: object = {}) => {
    const report = reported(six(), { peakPerSecond, ...changes })
    return { ...report.cases[0]!, text: plain(renderCapacityMarkdown(report)) }
  }
  const between = told(402)
  expect(between.headroom).toBeGreaterThan(1)
  expect(between.headroomShown).toBeCloseTo(400 / 402)
  expect(between.text).toContain(
    'planned peak 402 msg/s: not shown: the interval of the capacity begins at 400 msg/s \\< --peak 402; give more --clones',
  )
  const shown = told(400)
  expect(shown.headroomShown).toBe(1)
  expect(shown.text).toContain('0.625 % above it is left, 0 % by the lower end of the interval')
  const feeds = withResults(six(), result => ({ ...result, loads: [carried(result.run.order < 2 ? 390 : 400)] }))
  const over = { peakPerSecond: 395, aim: { over: 'feeds' } } as const
  expect(reported(feeds, over).cases[0]!.headroomShown).toBeCloseTo(390 / 395)
})

test('without an interval a peak is shown only where every clone carried it, and the text says that none stands behind it', () => {
  const told = (count: number, peakPerSecond: number, changes: Found = {}) => {
    const searches = [...six().slice(1, count), search(0, changes)]
    const report = reported(searches, { peakPerSecond })
    return { ...report.cases[0]!, text: plain(renderCapacityMarkdown(report)) }
  }
  const short = told(4, 401)
  expect(short.headroom).toBeGreaterThan(1)
  expect(short.headroomShown).toBeLessThan(1)
  expect(short.text).toContain(
    'not shown: the least of 4 clones carried 400 msg/s \\< --peak 401; give --clones 6 or more',
  )
  const alone = told(1, 320)
  expect(alone.headroomShown).toBe(1.25)
  expect(alone.text).toContain(
    '25 % above it is left, 25 % by the least of 1 clone; no interval stands behind it, that needs 6',
  )
  const lost = told(5, 100, { lower: null })
  expect(lost.headroomShown).toBe(0)
  expect(lost.text).toContain('not shown: the least of 5 clones carried below the least load \\< --peak 100')
})

test('every SLO is told with what the search does with it: missed by trials, without a figure, not held to', () => {
  const slos = [
    slo('mllp.response.p99', '<', 250, '< 250 ms'),
    slo('mllp.response.p50', '<', 1, '< 1 ms'),
    slo('audit.lost', '=', 0, '= 0'),
    slo('mllp.throughput', '>', 1e6, '> 1000000'),
  ]
  const unaudited = withResults(six(), result => ({ ...result, audit: audit({ evidence: 'acknowledgements' }) }))
  const missed = unaudited.map(each => ({
    ...each,
    trials: each.trials.map(trial => (trial.isKept ? trial : { ...trial, missed: ['mllp.response.p50 < 1 ms'] })),
  }))
  const report = reported(missed, { cases: [testCase({ slo: slos })] })
  const terminal = renderCapacity(report, { style: PLAIN, glyphs: 'ascii', width: 80 })
  for (const text of [terminal, renderCapacityMarkdown(report).replaceAll('\\', '')].map(plain)) {
    expect(text).toContain(
      'later than mllp.response.p99 < 250 ms, mllp.response.p50 < 1 ms, audit.lost = 0, and a backlog',
    )
    expect(text).toContain('; not held to, as the search raises it itself: mllp.throughput > 1000000')
    expect(text).toContain('SLOs missed by trials: mllp.response.p50 < 1 ms (6)')
    expect(text).toContain('SLO not measured: audit.lost = 0 (the target keeps no record of arrivals)')
  }
})

test('a trial is told with what passed, and with why it was not kept up with or does not count', () => {
  const [good] = search(0).trials
  const aim = { ...reported(six()).aim, trialSeconds: 1 }
  const told = (changes: Partial<CapacityTrial>, goal = {}) =>
    trialText(testCase(), { ...good!, ...changes }, { ...aim, ...goal })
  const figures = '(400 msg/s passed, p99 10 ms)'
  expect(told({})).toBe(`demo at 400 msg/s for 1 s: kept up with ${figures}`)
  expect(told({}, { trialSeconds: 4 })).toContain(`: in time so far ${figures}`)
  expect(told({ isKept: false, isSustained: false })).toContain(`: not kept up with, its backlog grew ${figures}`)
  expect(told({ isKept: false, missed: ['audit.lost = 0'] })).toContain(': not kept up with, missed audit.lost = 0 (')
  expect(told({ isKept: false, lossRatio: 0.25 })).toContain(': not kept up with, 25 % lost or late')
  const result = { ...good!.result, state: 'invalid', reasons: ['paused for 300 ms'] } as RunResult
  expect(told({ result })).toContain(`kept up with ${figures}, though the generator was limited: paused for 300 ms`)
  expect(told({ result, isKept: false, lossRatio: null })).toContain('does not count, the generator was limited')
  expect(told({ result: failedRun(0, 'it died') })).toContain('it died')
})

test('the page says of a trial that its backlog grew', () => {
  const searches = six().map(each => ({
    ...each,
    trials: each.trials.map(trial => ({ ...trial, lossRatio: 0, isKept: false, isSustained: false })),
  }))
  expect(renderCapacityHtml(reported(searches), ASSETS)).toContain('not: its backlog grew')
})

test('the page says of a trial which SLO it missed', () => {
  const searches = six().map(each => ({
    ...each,
    trials: each.trials.map(trial => ({ ...trial, isKept: false, missed: ['audit.lost = 0'] })),
  }))
  expect(renderCapacityHtml(reported(searches), ASSETS)).toContain('not: missed audit.lost = 0')
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

/** Searches whose trials last so many seconds. */
const lasting = (seconds: number) =>
  six().map(each => ({ ...each, trials: each.trials.map(trial => ({ ...trial, seconds })) }))

test('the page shows every trial with its load, p99 and answer, and the limit of the SLO', () => {
  const page = renderCapacityHtml(reported(lasting(60)), ASSETS)
  const rows = [...page.matchAll(/<td class="number">(kept up with|not)<\/td>/g)].map(([, answer]) => answer)
  expect(rows.filter(answer => answer === 'not')).toHaveLength(6)
  expect(rows.filter(answer => answer === 'kept up with')).toHaveLength(6)
  expect(page).toContain('"name":"limit of the SLO","unit":"ms","values":[250,')
  expect(page).toContain('class="limit"')
})

test('a trial that is shorter than those that decide is not drawn as an answer', () => {
  const page = renderCapacityHtml(reported(lasting(15)), ASSETS)
  expect(page).toContain('>in time so far</td>')
  expect(page).not.toContain('>kept up with</td>')
  expect(page).toContain('"name":"p99, in time so far (a shorter trial)"')
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

test('packets are those of a message times the messages of a second, link by link', () => {
  // 400 messages in the run, and 400 a second.
  const link = { host: 'app', device: 'lan0', packetsIn: 800, packetsOut: 400, bytesIn: 500_000, bytesOut: 50_000 }
  const searches = withResults(six(), result => ({ ...result, links: [link] }))
  const [only] = reported(searches).cases
  expect(only!.atAnswer!.links).toEqual([
    {
      ...{ host: 'app', device: 'lan0', packetsPerSecondIn: 800, packetsPerSecondOut: 400 },
      ...{ mbitPerSecondIn: 4, mbitPerSecondOut: 0.4 },
    },
  ])
  expect(renderCapacityMarkdown(reported(searches))).toContain('on lan0 of app: 800 packets/s in and 400 out')
})

test('what a VPN adds to the response is told at a load that both kept up with', () => {
  const cases = [testCase(), testCase({}, 'demo[topology=direct]')]
  const slower = (ms: number) => (result: Measured) => ({ ...result, loads: [loadResult([ms, ms, ms])] })
  const own = withResults(six(), slower(14))
  const direct = withResults(six(), slower(10)).map(each => ({ ...each, caseId: cases[1]!.id }))
  const { added } = reported([...own, ...direct], { cases, references: { demo: cases[1]!.id } }).cases[0]!
  expect(added).toMatchObject({ p50Ms: { pairs: 1 } })
  expect(added!.p50Ms!.ms).toBeCloseTo(4, 0)
  const shared = [...own, ...direct].map(each => ({
    ...each,
    trials: each.trials.map(trial => ({ ...trial, load: trial.lossRatio === 0 ? 100 : 200 })),
  }))
  const found = reported(shared, { cases, references: { demo: cases[1]!.id } }).cases[0]!.added!
  expect(found).toMatchObject({ load: 100, p50Ms: { pairs: 6 } })
  expect(found.p50Ms!.interval!.lower).toBeCloseTo(4, 0)
  expect(reported(own).cases[0]!.added).toBe(null)
})

test('tunnels are told by their number, and their memory by its slope', () => {
  const searches = six().map((each, at) => ({
    ...each,
    trials: each.trials.map((trial, place) => {
      const tunnels = 10 * (1 + at)
      const facts = { topology: 'hub', hospitals: tunnels, tunnels, mechanisms: {}, tunnelsUpMs: 100, checks: [] }
      const gateways = [{ ...gateway(0.1), residentBytes: 20e6 + 50e3 * tunnels }]
      return {
        ...trial,
        result: { ...trial.result, cloneId: `c${at}-${place}`, network: facts, gateways } as RunResult,
      }
    }),
  }))
  const report = reported(searches, { aim: { over: 'tunnels' } })
  const { tunnels } = report.cases[0]!
  expect(tunnels!.at.map(each => [each.tunnels, each.clones, each.perSecond])).toEqual(
    [10, 20, 30, 40, 50, 60].map(count => [count, 2, 10 * count]),
  )
  expect(tunnels!.bytesPerTunnel!.estimate).toBeCloseTo(50e3)
  const text = renderCapacityMarkdown(report)
  expect(text).toContain('20 tunnels: all up in 100 ms (200 a second), largest daemon 21 MB (2 clones)')
  expect(text).toContain('50 kB a tunnel')
  expect(text).not.toContain('hub: 10 hospitals')
  expect(reported(six()).cases[0]!.tunnels).toBe(null)
})

test("a capacity near the generator's own ceiling is the generator's", () => {
  const at = (perSecond: number) => reported(six({ perSecond: 200 }), { calibration: calibratedAt(perSecond) })
  expect(at(210).cases[0]!.bottleneck).toMatchObject({ what: 'generator' })
  expect(at(210).cases[0]!.bottleneck.evidence).toContain('generator-bound')
  expect(at(1_000).cases[0]!.bottleneck.what).not.toBe('generator')
  expect(renderCapacityMarkdown(at(1_000))).toContain(
    "20 % of the generator's own ceiling, 1,000 msg/s when calibrated",
  )
  expect(renderCapacityMarkdown(reported(six()))).toContain('hl7bench calibrate')
})

test('the scalability law is a hint, over feeds and tunnels, from six loads on', () => {
  // X(N) = 100 N / (1 + 0.1 (N - 1))
  const over = (loads: readonly number[]) =>
    loads.map((load, clone) => {
      const { trials, ...rest } = search(clone, { perSecond: (100 * load) / (1 + 0.1 * (load - 1)) })
      return { ...rest, trials: [{ ...trials[0]!, load }] }
    })
  const loads = [1, 2, 4, 8, 16, 32]
  const report = reported(over(loads), { aim: { over: 'feeds' } })
  expect(report.cases[0]!.scalability!.lambda).toBeCloseTo(100, 0)
  expect(report.cases[0]!.scalability!.sigma).toBeCloseTo(0.1, 2)
  expect(renderCapacityMarkdown(report)).toContain('hint only, never a capacity: Universal Scalability Law over feeds')
  expect(reported(over(loads.slice(1)), { aim: { over: 'feeds' } }).cases[0]!.scalability).toBe(null)
  expect(reported(over(loads)).cases[0]!.scalability).toBe(null)
})
