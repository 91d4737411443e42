import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COLUMNS } from '../../src/model/row.ts'
import { experimentFolders, hl7bench } from '../fixtures/commandLine.ts'
import { cells, filesBelow, MLLP, place, small, write } from './support.ts'

test('ten mistakes in one scenario are told all ten, each with its file and path, and nothing is created', async () => {
  const here = place()
  const file = write(
    here,
    'ten.json',
    small({
      name: '',
      enviroment: {},
      load: [
        { ...MLLP, fedds: 3, window: 0, timeoutMs: 'soon', messages: { mix: { 'ADT^A99': 1 } } },
        { protocol: 'mpls', workload: { kind: 'open' } },
      ],
      phases: { warmupMs: -1, measureMs: 250 },
      slo: { 'mllp.reponse.p99': '< 1 ms' },
      runs: 'many',
      seed: 1.5,
    }),
  )
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code).toBe(104)
  const told = [
    'name',
    'enviroment',
    'load[0].fedds',
    'load[0].window',
    'load[0].timeoutMs',
    'load[0].messages.mix',
    'load[1].protocol',
    'phases.warmupMs',
    'slo',
    'runs',
    'seed',
  ]
  for (const path of told) expect(ended.stderr, path).toContain(path)
  expect(ended.stderr.match(/ten\.json/g)!.length).toBeGreaterThanOrEqual(10)
  expect(ended.stderr.match(/^ {2}expected /gm)!.length).toBeGreaterThanOrEqual(10)
  expect(ended.stdout).toBe('')
  expect(filesBelow(here.folder)).toEqual([file])
})

test('an unknown flag ends with 104 and points to the help', async () => {
  const here = place()
  const ended = await hl7bench(here, ['run', 'x.ts', '--rnus', '3'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toContain("unknown option '--rnus'")
  expect(ended.stderr).toContain('--runs')
  expect(ended.stderr).toContain('--help')
})

test.each([
  [[], 'begin with hl7bench init'],
  [['missing.ts'], 'missing.ts does not exist'],
  [['localhost:2575'], 'mllp://localhost:2575'],
  [['a.ts', 'b.ts'], 'one scenario file at a time'],
  [['mllp://127.0.0.1:1', '--max-duration', 'soon'], 'write a time such as 10m'],
  [['mllp://127.0.0.1:1', '--max-duration', '600h'], 'at most 576h'],
  [['mllp://127.0.0.1:1', '--tag', 'novalue'], 'write name=value'],
  [['mllp://127.0.0.1:1', '--abort-on', 'luck'], 'use slo, invalid'],
  [['mllp://127.0.0.1:1', '--rate', '5', '--out', 'csv=x'], 'write ndjson=FILE'],
])('run %j is bad input and told with the remedy', async (args, remedy) => {
  const here = place()
  const ended = await hl7bench(here, ['run', ...args])
  expect(ended.code, ended.stderr).toBe(104)
  expect(ended.stderr).toContain(remedy)
  expect(ended.stderr).not.toMatch(/\n {4}at /)
})

test('a results file with foreign columns is refused before any load and stays as it was', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const foreign = 'when,what,how much\n2020-01-01,boots,3\n'
  const results = write(here, 'foreign.csv', foreign)
  for (const more of [[], ['--dry-run']]) {
    const ended = await hl7bench(here, ['run', file, '--results', results, ...more])
    expect(ended.code, ended.stderr).toBe(104)
    expect(ended.stderr).toContain('found when, what, how much')
    expect(ended.stderr).toContain('name another file with --results')
  }
  expect(readFileSync(results, 'utf8')).toBe(foreign)
  expect(filesBelow(here.folder).sort()).toEqual([results, file].sort())
})

test('a results file below a plain file is refused before any load', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const plain = write(here, 'plain', 'not a folder\n')
  const ended = await hl7bench(here, ['run', file, '--results', join(plain, 'deep', 'r.csv')])
  expect(ended.code, ended.stderr).toBe(104)
  expect(ended.stderr).toContain('cannot be written')
  expect(ended.stderr).toContain('--results')
  expect(filesBelow(here.folder).sort()).toEqual([plain, file].sort())
})

test("rows are appended to another tool's file of the eleven columns without touching what is there", async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1 }))
  mkdirSync(join(here.folder, 'results'))
  const history = `${COLUMNS.join(',')}\r\n"load, old",main,abc,1.0,lab,2019-01-01T00:00:00Z,1,60000,10,5,"{""note"": ""two\r\nlines""}"\r\n`
  const results = write(here, 'results/benchmark-data.csv', history)
  const ended = await hl7bench(here, ['run', file, '--results', results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(readFileSync(results, 'utf8').startsWith(history)).toBe(true)
  expect(cells(results).map(row => row['Test Case ID'])).toEqual(['load, old', 'small'])
})

test('an unreadable message file is refused with its name, line and reason', async () => {
  const here = place()
  write(here, 'good.hl7', 'MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|1|T|2.5.1\rPID|1\r')
  write(here, 'bad.hl7', 'MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|1|T|2.5.1\nPID|1\nthis is no segment\n')
  const file = write(here, 's.json', small({ load: [{ ...MLLP, messages: { files: '*.hl7' } }] }))
  for (const command of ['run', 'validate']) {
    const more = command === 'run' ? ['--results', here.results] : []
    const ended = await hl7bench(here, [command, file, ...more])
    expect(ended.code, ended.stderr).toBe(104)
    expect(ended.stderr).toMatch(/bad\.hl7:3/)
    expect(ended.stderr).not.toContain('good.hl7')
  }
  expect(experimentFolders(here)).toEqual([])
})

test('a state folder that cannot be used is told with its remedy before anything is created', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const blocked = { ...here, env: { ...here.env, XDG_STATE_HOME: join(file, 'state') } }
  const ended = await hl7bench(blocked, ['run', file, '--results', here.results])
  expect(ended.code).toBe(100)
  expect(ended.stderr).toMatch(/the state folder .* cannot be used: .*; make it writable, or set XDG_STATE_HOME/)
  expect(experimentFolders(here)).toEqual([])
  expect((await hl7bench(blocked, ['env', 'ls'])).stdout).toBe('nothing exists\n')
})
