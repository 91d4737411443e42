import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CapacityReport } from '../../src/report/capacity/report.ts'
import { canIpsec, WHAT } from '../environment/netns/support.ts'
import {
  ANY_MACHINE,
  experimentFolders,
  hl7bench,
  journalOf,
  type RowData,
  rowsOf,
  writeScenario,
} from '../fixtures/commandLine.ts'
import { needs } from '../needs.ts'
import { place, settled, start } from './support.ts'

/** One message in flight and 10 ms for each: never more than 100 a second, whatever the machine. */
const known = {
  name: 'known',
  sut: { builtin: { mllp: { serviceTime: { distribution: 'constant', meanMs: 10 } } } },
  load: [
    {
      protocol: 'mllp',
      feeds: 1,
      window: 1,
      workload: { kind: 'open', arrivals: 'constant', ratePerSecond: 25, maxOutstanding: 5 },
      messages: { sizes: 'template' },
      timeoutMs: 5_000,
    },
  ],
  phases: { warmupMs: 200, measureMs: 1_000, drainMs: '5s' },
  slo: { 'mllp.response.p99': '< 250 ms', 'audit.lost': '= 0' },
  validity: ANY_MACHINE,
}
const QUICK = ['--trial', '1s', '--width', '60%', '--loss', '30%', '--clones', '2', '--json', '-q']

test('a capacity is searched on each clone, with a row for every trial', async () => {
  const here = place()
  const ended = await hl7bench(here, ['capacity', writeScenario(here, known), ...QUICK, '--peak', '1'])
  expect([0, 99], ended.stderr + ended.stdout).toContain(ended.code)
  const report = JSON.parse(ended.stdout) as CapacityReport
  const [only] = report.cases
  expect(only!.searches).toHaveLength(2)
  for (const { ended: how, lower, upper, trials } of only!.searches) {
    expect(how).toBe('found')
    // A second holds 100 replies, and 5 wait when it is over: 70 % of 151 is more than that.
    if (lower !== null) expect(lower).toBeLessThan(151)
    expect(upper).not.toBeNull()
    expect(trials.length).toBeGreaterThan(1)
  }
  const rows = rowsOf(here) as (RowData & { levels: Record<string, number>; digest: string })[]
  const trials = only!.searches.flatMap(each => each.trials)
  expect(rows.map(({ run, levels }) => [run, levels['load.mllp.workload.ratePerSecond']])).toEqual(
    trials.toSorted((a, b) => (a.runId < b.runId ? -1 : 1)).map(({ runId, load }) => [runId, load]),
  )
  expect(new Set(rows.map(({ digest }) => digest)).size).toBe(new Set(trials.map(({ load }) => load)).size)
  expect(JSON.parse(readFileSync(join(experimentFolders(here)[0]!, 'report.json'), 'utf8'))).toEqual(report)
  expect(await settled(here)).toEqual([])
  const told = await hl7bench(here, ['report', experimentFolders(here)[0]!, '--json'])
  expect((JSON.parse(told.stdout) as CapacityReport).cases).toEqual(report.cases)
}, 120_000)

test('a search that is killed goes on from the trials on record, and none is tried twice', async () => {
  const here = place()
  const file = writeScenario(here, known)
  const started = start(here, ['capacity', file, ...QUICK.filter(flag => flag !== '-q'), '--results', here.results])
  await started.printed(/at 50 msg\/s for/)
  started.child.kill('SIGKILL')
  await started.ended
  expect(await settled(here)).toEqual([])
  const [folder] = experimentFolders(here)
  const before = finishedIn(folder!)
  expect(before.length).toBeGreaterThanOrEqual(2)
  const ended = await hl7bench(here, ['resume', folder!, '--json', '-q'])
  expect([0, 99], ended.stderr + ended.stdout).toContain(ended.code)
  const report = JSON.parse(ended.stdout) as CapacityReport
  const { searches } = report.cases[0]!
  expect(searches.map(each => each.ended)).toEqual(['found', 'found'])
  const tried = searches.flatMap(({ trials }) => trials.map(({ runId }) => runId))
  expect(tried.slice(0, before.length)).toEqual(before)
  expect(rowsOf(here).map(({ run }) => run)).toEqual(tried)
  expect(finishedIn(folder!)).toEqual(tried)
  expect(searches[0]!.clones).toBe(2)
  expect(await settled(here)).toEqual([])
}, 120_000)

const finishedIn = (folder: string) =>
  journalOf(folder).flatMap(({ type, result }) =>
    type === 'finished' ? [(result as { run: { id: string } }).run.id] : [],
  )

test('out of time it ends in good order with what is missing', async () => {
  const here = place()
  const args = [...QUICK, '--clones', '50', '--max-duration', '3s', '--peak', '1']
  const ended = await hl7bench(here, ['capacity', writeScenario(here, known), ...args])
  const report = JSON.parse(ended.stdout) as CapacityReport
  expect(report.missingMs).toBeGreaterThan(0)
  // A peak is not shown by the clones that were searched before.
  expect([99, 113]).toContain(ended.code)
  expect(report.cases[0]!.searches.some(each => each.ended === 'cut short')).toBe(true)
  expect(report.commands.next).toContain('hl7bench resume')
  expect(await settled(here)).toEqual([])
}, 60_000)

test('bad input gets every complaint at once, before anything is made', async () => {
  const here = place()
  const load = [{ ...known.load[0], workload: { kind: 'closed' } }]
  const file = writeScenario(here, { ...known, load, slo: {} })
  const ended = await hl7bench(here, ['capacity', file, '--from', '100', '--least', '200', '--over', 'tunnels'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toContain('a search needs an open workload of one rate')
  expect(ended.stderr).toContain("give the scenario an SLO such as 'mllp.response.p99': '< 250 ms'")
  expect(ended.stderr).toContain("topology: 'hub'")
  expect(ended.stderr).toContain('give loads above 0 in that order')
  const closed = await hl7bench(here, ['capacity', writeScenario(here, { ...known, load }), '--peak', '60'])
  expect(closed.stderr.trim().split('\n')).toHaveLength(1)
  const short = ['--trial', '400ms', '--most', '50', '--peak', '60']
  const refused = await hl7bench(here, ['capacity', writeScenario(here, known), ...short])
  expect(refused.code).toBe(104)
  expect(refused.stderr).toContain('give 4 times the limit or more, --trial 1s, or the SLO a lower limit')
  expect(refused.stderr).toContain('--most 50 < --peak 60')
  expect(refused.stderr).toContain('give --most 60 or more')
  const feeds = ['--over', 'feeds', '--most', '2', '--peak', '60']
  expect((await hl7bench(here, ['capacity', writeScenario(here, known), ...feeds])).stderr).toContain(
    '--most 2 feeds, 50 msg/s, < --peak 60: the search would end below the peak and never show it; give --most 3 or more',
  )
  const several = { ...known, load: [...known.load, { ...known.load[0], name: 'other' }] }
  const raised = { ...several, load: [{ ...known.load[0], name: 'mllp' }, several.load[1]] }
  const beside = await hl7bench(here, ['capacity', writeScenario(here, raised), '--load', 'mllp', ...feeds])
  expect(beside.stderr).toContain('--most 2 feeds, 50 msg/s, < --peak 60')
  const environment = { kind: 'netns', topology: 'hub', hospitals: 6 }
  const drilled = { ...known, environment, sut: {}, drills: [{ atMs: 500, do: 'add-tunnel' }] }
  const drills = await hl7bench(here, ['capacity', writeScenario(here, drilled), '--over', 'tunnels'])
  expect([drills.code, drills.stderr.trim().split('\n').length]).toEqual([104, 1])
  expect(drills.stderr).toContain('drills: a search does not perform them')
  expect(drills.stderr).toContain('leave them out, or measure them with hl7bench run')
  expect(rowsOf(here)).toEqual([])
}, 30_000)

needs(canIpsec, `${WHAT} strongSwan`)(
  'a VPN is searched beside the same without it, and has its price and its CPU',
  async () => {
    const here = place()
    const file = writeScenario(here, { ...known, environment: { kind: 'netns' }, sut: {}, slo: { ...known.slo } })
    // So few loads that the machine carries them all, or none.
    const ended = await hl7bench(here, ['capacity', file, ...QUICK, '--trial', '2s', '--most', '50'])
    expect([0, 99], ended.stderr + ended.stdout).toContain(ended.code)
    const report = JSON.parse(ended.stdout) as CapacityReport
    expect(report.cases.map(({ id }) => id)).toEqual(['known', 'known[topology=direct]'])
    expect(report.cases.map(({ network }) => network?.topology)).toEqual(['site-to-site', 'direct'])
    const [vpn] = report.cases
    expect(vpn!.atAnswer!.gateways.some(({ daemon }) => daemon === 'charon')).toBe(true)
    for (const { atAnswer } of report.cases)
      expect(atAnswer!.links.find(({ host }) => host === 'app')!.packetsPerSecondIn).toBeGreaterThan(1)
    expect(vpn!.atAnswer!.links.map(({ host, device }) => `${host} ${device}`).toSorted()).toEqual([
      ...['app lan0', 'gw lan0', 'gw wan0'],
    ])
    expect(vpn!.added).toMatchObject({ p50Ms: { pairs: 2 } })
    expect(vpn!.tunnels!.at).toMatchObject([{ tunnels: 1, clones: 2 }])
    expect(vpn!.price).toMatchObject({ referenceId: 'known[topology=direct]', pairs: 2 })
    const areOpen = report.cases.every(({ searches }) => searches.some(({ upper }) => upper === null))
    if (areOpen) expect(vpn!.price).toMatchObject({ kind: 'not told', ratio: null })
    expect(await settled(here)).toEqual([])
  },
  180_000,
)
