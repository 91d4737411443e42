import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ANY_MACHINE, experimentFolders, hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { cells, FHIR, MLLP, place, small, start, write } from './support.ts'

/** No generator works without any CPU time. */
const NEVER_VALID = {
  load: [{ ...MLLP, workload: { kind: 'closed', thinkMs: 10 } }],
  validity: { ...ANY_MACHINE, maxCpuShare: 0 },
}

test('a scenario is run from a folder elsewhere, and its rows go to the repository of the scenario', async () => {
  const here = place()
  const project = join(here.folder, 'project')
  mkdirSync(project)
  execFileSync('git', ['init', '--quiet', '-b', 'trunk', project])
  write(here, 'project/own.json', small({ name: 'own', load: [MLLP, FHIR] }))
  const ended = await hl7bench(here, ['run', 'project/own.json'])
  expect(ended.code, ended.stderr).toBe(0)
  const rows = cells(join(project, 'results', 'benchmark-data.csv'))
  expect(rows.map(row => row['Test Case Execution Number'])).toEqual(['1', '2'])
  expect(rows.every(row => row['Test Case ID'] === 'own')).toBe(true)
  expect(existsSync(here.results)).toBe(false)
  expect(ended.stdout).toMatch(/^hl7bench: own carried .*, 2 of 2 runs valid: no SLO to judge by\.\n\n/s)
  expect(ended.stderr.match(/^valid {3}run \d\/2 /gm)).toHaveLength(2)
})

test('--json prints the report on standard output and nothing else there, and --quiet nothing about progress', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const ended = await hl7bench(here, ['run', file, '--results', here.results, '--json', '--quiet', '--runs', '1'])
  const report = JSON.parse(ended.stdout)
  expect(report).toMatchObject({ schema: 'hl7bench.report/1', name: 'small', seed: 7, exit: { code: 0 } })
  expect(report.cases[0].validity).toMatchObject({ wanted: 1, valid: 1 })
  expect(ended.stderr).not.toMatch(/run 1\/1/)
})

test('flags beat the file: --runs, --seed, --set, --tag, --environment-id and --results are in the rows', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const args = ['--runs', '1', '--seed', '11', '--set', 'load.mllp.window=3', '--tag', 'who=me', '--tag', 'why=a=b']
  const more = ['--environment-id', 'lab 1', '--results', here.results, '--json']
  const ended = await hl7bench(here, ['run', file, ...args, ...more])
  expect(ended.code, ended.stderr).toBe(0)
  const rows = cells(here.results)
  expect(rows).toHaveLength(1)
  expect(rows[0]!['Environment ID']).toBe('lab 1')
  expect(JSON.parse(rows[0]!['Test Case Execution Data'])).toMatchObject({ tags: { who: 'me', why: 'a=b' } })
  const report = JSON.parse(ended.stdout)
  expect(report.seed).toBe(11)
  expect(report.cases[0].loads[0].workload).toContain('window 3')
  expect(report.commands.repeat).toContain('--seed 11')
})

test('--dry-run prints the plan and creates nothing', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 5, vary: { 'load.mllp.window': [1, 2] } }))
  const before = readdirSync(here.folder)
  const args = ['run', file, '--dry-run', '--results', here.results]
  const ended = await hl7bench(here, args)
  expect(ended.code).toBe(0)
  expect(ended.stdout).toMatch(/2 cases, 10 runs, seed 7/)
  expect(ended.stdout).toMatch(/about \d+ s/)
  expect(ended.stdout).toContain(`rows would go to ${here.results}`)
  const plan = JSON.parse((await hl7bench(here, [...args, '--json'])).stdout)
  expect(plan).toMatchObject({ schema: 'hl7bench.plan/1', resultsFile: here.results })
  expect(plan.runs).toHaveLength(10)
  expect(readdirSync(here.folder)).toEqual(before)
})

test('ticks arrive in the ndjson file while the experiment runs', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1, phases: { warmupMs: 50, measureMs: 4_000, drainMs: 500 } }))
  const out = join(here.folder, 'ticks.ndjson')
  const started = start(here, ['run', file, '--results', here.results, '--out', `ndjson=${out}`])
  const lines = () => (existsSync(out) ? readFileSync(out, 'utf8').trim().split('\n') : [])
  while (!lines().some(line => line.includes('"type":"tick"')) && started.child.exitCode === null) await sleep(20)
  expect(started.child.exitCode, started.text()).toBe(null)
  expect((await started.ended).code).toBe(0)
  const events = lines().map(line => JSON.parse(line))
  expect(events[0]).toMatchObject({ type: 'started', run: { id: 'r0001' } })
  expect(events.find(event => event.type === 'tick')).toMatchObject({ run: 'r0001', load: 'mllp' })
  expect(events.at(-1)).toMatchObject({ type: 'finished', result: { state: 'valid' } })
})

test('the report is exported as JSON, Markdown and one HTML file', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1 }))
  const exports = ['--export-json', 'r.json', '--export-markdown', 'r.md', '--export-html', 'r.html']
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...exports])
  expect(ended.code, ended.stderr).toBe(0)
  const read = (name: string) => readFileSync(join(here.folder, name), 'utf8')
  expect(JSON.parse(read('r.json')).schema).toBe('hl7bench.report/1')
  expect(read('r.md')).toContain('small carried')
  expect(read('r.html')).toMatch(/^<!doctype html>/i)
})

test('outputs that cannot be written are told all at once, before any load', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const outputs = ['--export-json', 'nowhere/r.json', '--export-html', '.', '--out', 'ndjson=nowhere/t']
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...outputs])
  expect(ended.code).toBe(104)
  for (const named of ['--export-json nowhere/r.json', '--export-html .', '--out nowhere/t'])
    expect(ended.stderr).toContain(named)
  expect(ended.stderr).toContain('name a file that can be written')
  expect(experimentFolders(here)).toEqual([])
})

test('a missed SLO ends with 99; --no-slo measures the same and ends with 0', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1, slo: { 'mllp.throughput': '> 100000' } }))
  const missed = await hl7bench(here, ['run', file, '--results', here.results])
  expect(missed.code, missed.stderr).toBe(99)
  expect(missed.stdout).toContain('exit 99: 1 of 1 SLO not met')
  const unjudged = await hl7bench(here, ['run', file, '--results', here.results, '--no-slo'])
  expect(unjudged.code).toBe(0)
  expect(unjudged.stdout).toMatch(/no\s+SLO\s+to\s+judge\s+by/)
  expect(rowsOf(here)).toHaveLength(2)
})

test('--abort-on slo ends after the first run that misses one', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 5, slo: { 'mllp.throughput': '> 100000' } }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, '--abort-on', 'slo'])
  expect(ended.code, ended.stderr).toBe(99)
  expect(rowsOf(here)).toHaveLength(1)
  expect(ended.stdout).toContain('4 not run')
})

test('--abort-on invalid ends after the first invalid run, with 113 when none was valid', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 5, ...NEVER_VALID }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, '--abort-on', 'invalid'])
  expect(ended.code, ended.stderr).toBe(113)
  expect(rowsOf(here).map(({ state }) => state)).toEqual(['invalid'])
  expect(ended.stderr).toMatch(/invalid run 1\/5 .*\n {8}mllp generator 0: used or waited for a CPU \d+ % of the time/)
})

test('invalid runs are replaced by fresh ones up to a fifth, and 113 says that none counts', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 2, ...NEVER_VALID }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(113)
  expect(ended.stdout).toContain('exit 113: no valid run of small')
  expect(rowsOf(here).map(({ state }) => state)).toEqual(['invalid', 'invalid', 'invalid'])
})
