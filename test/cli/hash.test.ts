import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { experimentFolders, hl7bench, PROJECT, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, cells, place, settled, start } from './support.ts'

const PEPPER = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

test('hash answers from runs here and in a clone, one row for each, and never shows the pepper', async () => {
  const plain = place()
  const here = { ...plain, env: { ...plain.env, HL7BENCH_SECRET_PEPPER: PEPPER } }
  const args = [
    'hash',
    '--runs',
    '3',
    '--run-time',
    '5ms',
    '--iterations',
    '1000,4000,16000',
    '--records',
    '1000000',
    '--budget',
    '1h',
    '--results',
    here.results,
  ]
  const ended = await hl7bench(here, args)
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toMatch(/^hl7bench: 1,000,000 records in 1 h on \d+ cores can/)
  expect(ended.stdout).toContain('in a clone, all cores')
  expect(ended.stderr).toContain('iterations 1000, 4000, 16000; 3 runs of each')
  const rows = cells(here.results)
  expect(rows).toHaveLength(18)
  expect(new Set(rows.map(row => row['Test Case ID']))).toEqual(
    new Set(['hash[iterations=1000]', 'hash[iterations=4000]', 'hash[iterations=16000]']),
  )
  const everything = readdirSync(here.folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  for (const text of [ended.stdout, ended.stderr, ...everything]) expect(text.includes(PEPPER)).toBe(false)
  expect(await settled(here)).toEqual([])
  expect((await hl7bench(here, ['history', 'ls', '--results', here.results])).stdout).toContain('hash[iterations=1000]')
}, 60_000)

test('a pepper below 128 bits is refused, and so are rungs below the floor', async () => {
  const plain = place()
  const weak = { ...plain, env: { ...plain.env, HL7BENCH_SECRET_PEPPER: 'weak-secret' } }
  const refused = await hl7bench(weak, ['hash', '--results', plain.results])
  expect(refused.code).toBe(104)
  expect(refused.stderr).toMatch(/less than 128 bits/)
  expect(refused.stderr).not.toContain('weak-secret')
  const floor = await hl7bench(plain, ['hash', '--iterations', '500,1000'])
  expect(floor.code).toBe(104)
  expect(floor.stderr).toMatch(/none below 1,000/)
}, 30_000)

test('a budget of nothing and one without a unit are refused before anything is measured', async () => {
  const here = place()
  for (const budget of ['0s', '0d', '5']) {
    const refused = await hl7bench(here, ['hash', '--budget', budget, '--results', here.results])
    expect(refused.code).toBe(104)
    expect(refused.stderr).toContain('write a time above 0 with its unit: 5d, 12h or 90m.')
  }
}, 30_000)

test('an interrupt ends in good order with 105, what was measured kept', async () => {
  const here = place()
  const started = start(here, [
    'hash',
    '--runs',
    '500',
    '--run-time',
    '20ms',
    '--iterations',
    '1000,2000',
    '--results',
    here.results,
  ])
  await started.printed(/run 10:/)
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(105)
  expect(cells(here.results).length).toBeGreaterThanOrEqual(10)
  expect(await settled(here)).toEqual([])
}, 60_000)

test('the scenario hash-iterations loads, finds and audits every record, and its line is shown beside that of hash', async () => {
  const here = place()
  const scenario = join(PROJECT, 'scenarios', 'hash-iterations.ts')
  const args = [
    'run',
    scenario,
    '--runs',
    '2',
    '--results',
    here.results,
    '--set',
    'load.fhir.workload.records=80',
    ...ANY_MACHINE_FLAGS,
  ]
  const ended = await hl7bench(here, args)
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(ended.stderr).toContain('no HL7BENCH_SECRET_PEPPER is set')
  expect(ended.stdout).toContain('hash-iterations: load time against iterations')
  expect(ended.stdout).toContain('time per record = ')
  for (const { audit } of rowsOf(here)) {
    expect(audit).toMatchObject({ evidence: 'receiver', planned: 80, terms: { once: 80 }, balanced: true })
  }
  const [folder] = experimentFolders(here)
  expect(readFileSync(join(folder!, 'report.html'), 'utf8')).toContain('Load time against iterations')
  const beside = await hl7bench(here, [
    'hash',
    '--runs',
    '3',
    '--run-time',
    '2ms',
    '--iterations',
    '1000,4000',
    '--with-load',
    folder!,
    '--results',
    here.results,
  ])
  expect(beside.code, beside.stderr).toBe(0)
  expect(beside.stdout).toContain('hash-iterations: load time against iterations')
  expect(beside.stdout).toContain('In the load,')
}, 90_000)

test('an initial load that would create a record and never search it is bad input', async () => {
  const here = place()
  const scenario = join(PROJECT, 'scenarios', 'hash-iterations.ts')
  const ended = await hl7bench(here, ['validate', scenario, '--set', 'load.fhir.workload.records=11'])
  expect(ended.code).toBe(104)
  expect(ended.stderr + ended.stdout).toMatch(/an even number: each record is created and searched/)
}, 30_000)
