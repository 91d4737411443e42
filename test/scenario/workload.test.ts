import { expect, test } from 'vitest'
import type { Load } from '../../src/model/scenario.ts'
import { describeWorkload } from '../../src/report/workload.ts'
import { adhocScenario } from '../../src/scenario/adhoc.ts'
import type { ScenarioError } from '../../src/scenario/complaint.ts'
import { loadInput, refusal } from './files.ts'

const load = async (workload: unknown, more: object = {}, phases: object = {}) => {
  const input = { name: 'shapes', load: [{ protocol: 'mllp', feeds: 10, workload, ...more }], phases }
  return (await loadInput(input)).scenario
}

const paths = async (workload: unknown, more: object = {}, phases: object = {}) => {
  const input = { name: 'shapes', load: [{ protocol: 'mllp', feeds: 10, workload, ...more }], phases }
  return (await refusal(loadInput(input))).complaints.map(({ path }) => path.replace('load[0].workload.', ''))
}

test('the measured phase is as long as the stages, unless it is given and longer', async () => {
  const stages = [
    { durationMs: '20s', ratePerSecond: 50 },
    { durationMs: '10s', ratePerSecond: 0 },
  ]
  expect((await load({ kind: 'open', stages, repeat: 2 })).phases).toMatchObject({ warmupMs: 5000, measureMs: 60_000 })
  expect((await load({ kind: 'open', stages }, {}, { measureMs: '1m' })).phases.measureMs).toBe(60_000)
  expect(await paths({ kind: 'open', stages }, {}, { measureMs: '5s' })).toEqual(['stages'])
})

test('bursts and stages that would be millions of pieces are refused at once, with what is possible', async () => {
  const complaintOf = async (workload: object, phases: object) => {
    const input = { name: 'shapes', load: [{ protocol: 'mllp', workload: { kind: 'open', ...workload } }], phases }
    return (await refusal(loadInput(input))).complaints.map(({ path, hint }) => [path.split('.').at(-1), hint])
  }
  const burst = (everyMs: string) => ({ ratePerSecond: 5, burst: { factor: 2, durationMs: '5ms', everyMs } })
  expect(await complaintOf(burst('10ms'), { measureMs: '24h' })).toEqual([
    ['everyMs', 'raise it to at least 864, or lower phases.measureMs'],
  ])
  expect((await load({ kind: 'open', ...burst('864ms') }, {}, { measureMs: '24h' })).phases.measureMs).toBe(86_400_000)
  const stages = Array.from({ length: 1_000 }, () => ({ durationMs: 1, ratePerSecond: 100 }))
  expect(await complaintOf({ stages, repeat: 10_000 }, {})).toEqual([
    ['repeat', 'lower it to at most 200, or use fewer and longer stages'],
  ])
})

test('phases may be 24 days together', async () => {
  const workload = { kind: 'open', ratePerSecond: 5 }
  const phases = { warmupMs: '1h', measureMs: '574h', drainMs: '1h' }
  expect((await load(workload, {}, phases)).phases.measureMs).toBe(574 * 3_600_000)
})

test('a backlog with no rate after it is fixed work; with a rate it is not', async () => {
  const alone = await load({ kind: 'open', backlogPerFeed: 20 })
  expect(alone.load[0]!.workload).toMatchObject({ ratePerSecond: 0, records: 200, maxOutstanding: 10_200 })
  expect(alone.phases).toMatchObject({ warmupMs: 0, measureMs: 600_000 })
  const going = await load({ kind: 'open', ratePerSecond: 5, backlogPerFeed: 20 })
  expect(going.load[0]!.workload).toMatchObject({ ratePerSecond: 5, records: null })
  expect(going.phases).toMatchObject({ warmupMs: 5000, measureMs: 30_000 })
})

test('a plain workload resolves to what it always did, so that its case digest stays', async () => {
  const { workload } = (await load({ kind: 'open', ratePerSecond: 5 })).load[0]!
  expect(Object.keys(workload).sort()).toEqual(['arrivals', 'kind', 'maxOutstanding', 'ratePerSecond', 'records'])
  const closed = (await load({ kind: 'closed', thinkMs: 5 })).load[0]!.workload
  expect(closed).toEqual({ kind: 'closed', thinkMs: 5, records: null })
})

test('a curve by the name of a profile is that profile’s day, and said to be assumed', async () => {
  const [resolved] = (await load({ kind: 'open', ratePerSecond: 5, curve: 'hospital' })).load as [Load]
  expect(resolved.workload).toMatchObject({ curve: expect.objectContaining({ length: 24 }) })
  expect(resolved.assumed).toContain('hourly curve of profile hospital')
})

test.each<[string, unknown, object, readonly string[]]>([
  ['neither rate nor stages nor backlog', { kind: 'open' }, {}, ['ratePerSecond']],
  ['a rate of 0', { kind: 'open', ratePerSecond: 0 }, {}, ['ratePerSecond']],
  ['stages that bring nothing', { kind: 'open', stages: [{ durationMs: 1000, ratePerSecond: 0 }] }, {}, ['stages']],
  ['stages of no length', { kind: 'open', stages: [{ durationMs: 0, ratePerSecond: 5 }] }, {}, ['stages']],
  ['repeat without stages', { kind: 'open', ratePerSecond: 5, repeat: 2 }, {}, ['repeat']],
  [
    'two shapes at once, and a burst longer than its period',
    { kind: 'open', ratePerSecond: 5, curve: [1, 2], burst: { factor: 2, durationMs: '2s', everyMs: '1s' } },
    {},
    ['curve', 'burst.durationMs'],
  ],
  [
    'no burst in the phase',
    { kind: 'open', ratePerSecond: 5, burst: { factor: 2, durationMs: 1, everyMs: '1h' } },
    {},
    ['burst.everyMs'],
  ],
  ['an unknown curve', { kind: 'open', ratePerSecond: 5, curve: 'hospitl' }, {}, ['curve']],
  ['records beside a backlog', { kind: 'open', backlogPerFeed: 2, records: 5, ratePerSecond: 1 }, {}, ['records']],
  ['a backlog without room', { kind: 'open', backlogPerFeed: 20, maxOutstanding: 100 }, {}, ['backlogPerFeed']],
  ['a backlog on uneven generators', { kind: 'open', backlogPerFeed: 2 }, { generators: 3 }, ['backlogPerFeed']],
  ['too much per feed', { kind: 'open', ratePerSecond: 200_000, perFeed: true }, {}, ['perFeed']],
  ['an unknown distribution', { kind: 'closed', thinkMs: 5, think: 'normal' }, {}, ['think']],
])('refused: %s', async (_, workload, more, expected) => {
  expect(await paths(workload, more)).toEqual(expected)
})

test('fixed work of Poisson arrivals has to fit into the measured phase in all but one of 30,000 runs, and the complaint says how', async () => {
  const input = (records: number, measureMs: number, more: object = {}) => ({
    name: 'shapes',
    load: [{ protocol: 'mllp', workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100, records, ...more } }],
    phases: { measureMs },
  })
  const [complaint] = (await refusal(loadInput(input(300, 3000)))).complaints
  expect(complaint).toMatchObject({
    path: 'load[0].workload.records',
    expected: 'at most 230: what surely arrives, of 300 in the mean, within phases.measureMs (3000 ms)',
    hint: 'set phases.measureMs to at least 3778',
  })
  expect((await refusal(loadInput(input(300, 3777)))).complaints).toHaveLength(1)
  await loadInput(input(300, 3778))
  await loadInput(input(230, 3000))
  await loadInput(input(300, 3000, { arrivals: 'constant' }))
})

test('feeds of their own are for MLLP', async () => {
  const workload = { kind: 'open', ratePerSecond: 5, perFeed: true, backlogPerFeed: 2 }
  const input = { name: 'x', load: [{ protocol: 'fhir', workload, operations: [{ search: 'Patient' }] }] }
  expect((await refusal(loadInput(input))).complaints.map(({ path }) => path)).toEqual([
    'load[0].workload.perFeed',
    'load[0].workload.backlogPerFeed',
  ])
})

test('--stage ramps as in k6, and a misspelt one is a complaint that names the flag', () => {
  const { scenario } = adhocScenario(['mllp://127.0.0.1:2575'], { stage: ['30s:200', '1m:200', '500ms:0'] })
  expect(scenario.load[0]!.workload).toMatchObject({
    kind: 'open',
    ratePerSecond: 0,
    stages: [
      { durationMs: 30_000, ratePerSecond: 200 },
      { durationMs: 60_000, ratePerSecond: 200 },
      { durationMs: 500, ratePerSecond: 0 },
    ],
  })
  expect(scenario.phases.measureMs).toBe(90_500)
  try {
    adhocScenario(['mllp://127.0.0.1:2575'], { stage: ['30s:200', 'fast'] })
    expect.unreachable()
  } catch (error) {
    expect((error as ScenarioError).complaints.map(({ file, found }) => [file, found])).toEqual([
      ['flag --stage', '"fast"'],
    ])
  }
})

test('levels of a factor reach into the stages, and shapes tell cases apart', async () => {
  const { cases } = await loadInput({
    name: 'x',
    load: [{ protocol: 'mllp', workload: { kind: 'open', stages: [{ durationMs: '1s', ratePerSecond: 5 }] } }],
    vary: { 'load.mllp.workload.stages.0.ratePerSecond': [10, 20] },
  })
  expect(cases.map(({ id }) => id)).toEqual(['x[ratePerSecond=10]', 'x[ratePerSecond=20]'])
  expect(new Set(cases.map(({ digest }) => digest)).size).toBe(2)
})

test('reports say the shape in words', async () => {
  const words = async (workload: unknown) => describeWorkload((await load(workload)).load[0]!)
  const stages = [
    { durationMs: '20s', ratePerSecond: 50 },
    { durationMs: 0, ratePerSecond: 10 },
  ]
  expect(await words({ kind: 'open', ratePerSecond: 5, stages, repeat: 2 })).toBe(
    'open loop, constant arrivals, stages from 5 msg/s: to 50/s in 20 s, at once to 10/s, 2 times over 10 connections, window 1',
  )
  expect(await words({ kind: 'open', ratePerSecond: 3, perFeed: true, arrivals: 'poisson' })).toBe(
    'open loop, Poisson arrivals, 3 msg/s each of 10 connections on a schedule of its own, window 1',
  )
  expect(await words({ kind: 'open', backlogPerFeed: 200 })).toBe(
    'open loop, constant arrivals, backlog of 200 msg on each of 10 connections, fixed work of 2,000 msg, window 1',
  )
})
