import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/model/result.ts'
import { hl7bench } from '../fixtures/commandLine.ts'
import { cells, filesBelow, place, small, write } from './support.ts'

interface Report {
  readonly cases: readonly [
    {
      readonly audit: { readonly evidence: string; readonly planned: number; readonly terms: Record<string, number> }
      readonly metrics: readonly { readonly path: string; readonly estimate: { readonly median: { value: number } } }[]
      readonly loads: readonly [{ readonly feeds: { readonly feeds: number; readonly withFailures: number } }]
    },
  ]
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** Runs one run of a load on the built-in receiver, and gives its report, its row and what the journal holds of it. */
async function runOf(load: object, phases: object) {
  const here = place()
  const slo = { 'audit.lost': '= 0', 'audit.duplicated': '= 0', 'audit.foreign': '= 0' }
  const scenario = small({ load: [{ protocol: 'mllp', ...load }], phases, runs: 1, slo })
  const file = write(here, 's.json', scenario)
  const ended = await hl7bench(here, ['run', file, '--json', '--results', `${here.folder}/out/rows.csv`])
  expect(ended.code, ended.stderr).toBe(0)
  const rows = filesBelow(here.folder).find(each => each.endsWith('rows.csv'))!
  const journal = filesBelow(dirname(rows)).find(each => each.endsWith('journal.jsonl'))!
  const entries = readFileSync(journal, 'utf8').trim().split('\n')
  const { result } = entries.map(line => JSON.parse(line)).find(entry => 'result' in entry) as { result: RunResult }
  if (result.state !== 'valid') throw new Error(`the run is ${result.state}`)
  const [{ audit, metrics, loads }] = (JSON.parse(ended.stdout) as Report).cases
  const row = JSON.parse(cells(rows)[0]!['Test Case Execution Data']).loads[0]
  return { audit, metrics, feeds: loads[0].feeds, load: result.loads[0]!, row }
}

test('200 feeds at 3 messages a second each: nothing is lost or sent twice, and each feed has figures of its own', async () => {
  const workload = { kind: 'open', arrivals: 'poisson', ratePerSecond: 3, perFeed: true }
  const { audit, load, feeds, row } = await runOf(
    { feeds: 200, workload },
    { warmupMs: 200, measureMs: 2_000, drainMs: 5_000 },
  )
  const each = load.feeds!
  expect(audit.evidence).toBe('receiver')
  expect(audit.terms.once).toBe(audit.planned)
  for (const column of [each.arrivals, each.accepted, each.p50Ms, each.p99Ms, each.maxMs])
    expect(column).toHaveLength(200)
  // 1,200 expected, with a standard deviation of 35: schedules of their own, so that not all feeds have as many.
  expect(sum(each.arrivals)).toBe(load.measured.accepted)
  expect(sum(each.arrivals)).toBeGreaterThan(1_000)
  expect(sum(each.arrivals)).toBeLessThan(1_400)
  expect(new Set(each.arrivals).size).toBeGreaterThan(5)
  expect(each.accepted).toEqual(each.arrivals)
  for (const [feed, arrivals] of each.arrivals.entries()) {
    expect(each.p99Ms[feed] === null).toBe(arrivals === 0)
    if (arrivals > 0) expect(each.p50Ms[feed]!).toBeLessThanOrEqual(each.maxMs[feed]!)
  }
  expect(feeds).toMatchObject({ feeds: 200, withFailures: 0 })
  expect(row.feeds).toMatchObject({ feeds: 200, withFailures: 0 })
}, 60_000)

test('a backlog of 100 feeds x 20 messages is drained: each once, each feed its twenty, and the time that it took in report and row', async () => {
  const { audit, metrics, load, row } = await runOf(
    { feeds: 100, workload: { kind: 'open', backlogPerFeed: 20 } },
    { warmupMs: 0, measureMs: 20_000, drainMs: 5_000 },
  )
  expect([audit.evidence, audit.planned, audit.terms.once]).toEqual(['receiver', 2_000, 2_000])
  expect(load.feeds!.arrivals).toEqual(Array(100).fill(20))
  expect(load.feeds!.accepted).toEqual(Array(100).fill(20))
  const drainMs = load.drain!.ms!
  // The backlog is drained with its last answer, of whichever feed.
  expect(Math.abs(drainMs / Math.max(...load.feeds!.maxMs.map(ms => ms!)) - 1)).toBeLessThan(0.01)
  expect(metrics.find(({ path }) => path === 'mllp.drain')!.estimate.median.value).toBeCloseTo(drainMs, 3)
  expect(row.drain.ms).toBeCloseTo(drainMs, 2)
}, 60_000)
