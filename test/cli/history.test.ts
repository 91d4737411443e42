import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COLUMNS } from '../../src/model/row.ts'
import { headerLine, lineOf } from '../../src/results/csv.ts'
import { hl7bench } from '../fixtures/commandLine.ts'
import { cells, place, small, write } from './support.ts'

/** A line that another tool wrote: text or other JSON in the last column. */
const foreign = (execution: number, duration: number, data: string) =>
  lineOf(
    [
      'load',
      'master',
      'f00',
      '1.0',
      'aws',
      '2016-10-01T00:00:00Z',
      String(execution),
      String(duration),
      '3672',
      '1000',
      data,
    ],
    '\n',
  )

test('a history is listed, shown, checked and exported from the rows that run wrote', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  for (const seed of ['1', '2'])
    expect((await hl7bench(here, ['run', file, '--seed', seed, '--quiet', '--results', here.results])).code).toBe(0)
  const results = ['--results', here.results]
  const listed = await hl7bench(here, ['history', 'ls', ...results])
  expect(listed.stdout).toMatch(/small on process-.*\n.*2 experiments from .*, 4 valid/)
  const shown = await hl7bench(here, ['history', 'show', 'small', '--metric', 'mllp.response.p50', ...results])
  expect(shown.stdout.match(/n 2 /g)).toHaveLength(2)
  expect((await hl7bench(here, ['history', 'check', ...results])).stdout).toContain('no lasting change seen')
  const exported = await hl7bench(here, ['history', 'export', '--format', 'bmf', ...results])
  expect(JSON.parse(exported.stdout)).toHaveProperty(['small', 'mllp.response.p99', 'value'])
  const json = JSON.parse((await hl7bench(here, ['history', 'ls', '--json', ...results])).stdout) as {
    schema: string
    history: unknown[]
  }
  expect(json).toMatchObject({
    schema: 'hl7bench.history/1',
    history: [{ testCase: 'small', headline: 'mllp.response.p99' }],
  })
}, 60_000)

test('rows of a build server are merged once, byte for byte, also those of another tool', async () => {
  const here = place()
  const into = write(here, 'into.csv', headerLine('\n') + foreign(1, 900, 'not json'))
  const other = write(
    here,
    'other.csv',
    headerLine('\n') + foreign(1, 900, 'not json') + foreign(2, 950, '{"a": 1.50}'),
  )
  const merged = await hl7bench(here, ['history', 'merge', other, '--into', into])
  expect(merged.stdout).toContain('1 rows added, 1 there already')
  const again = await hl7bench(here, ['history', 'merge', other, '--into', into])
  expect(again.stdout).toContain('0 rows added, 2 there already')
  expect(readFileSync(into, 'utf8')).toBe(
    headerLine('\n') + foreign(1, 900, 'not json') + foreign(2, 950, '{"a": 1.50}'),
  )
  const shown = await hl7bench(here, ['history', 'show', 'load', '--results', into])
  expect(shown.stdout).toContain('master@f00  n 2  925 ms')
}, 30_000)

test('records that are no rows stop a merge with their places, or are left out when told so', async () => {
  const here = place()
  const conflicted = write(
    here,
    'conflict.csv',
    `${headerLine('\n')}${foreign(1, 900, '')}<<<<<<< HEAD\n${foreign(2, 950, '')}`,
  )
  const into = join(here.folder, 'new.csv')
  const refused = await hl7bench(here, ['history', 'merge', conflicted, '--into', into])
  expect(refused.code).toBe(104)
  expect(refused.stderr).toMatch(/conflict\.csv:3: a conflict marker of git/)
  expect(refused.stderr).toContain('nothing was merged')
  const merged = await hl7bench(here, ['history', 'merge', conflicted, '--into', into, '--skip-malformed'])
  expect(merged.code).toBe(0)
  expect(cells(into)).toHaveLength(2)
}, 30_000)

test('check tells damaged lines, and fails on a slowdown when asked to', async () => {
  const here = place()
  const rows = Array.from({ length: 40 }, (_, at) => {
    const experiment = Math.floor(at / 4)
    const cellsOf = [
      'load',
      'main',
      String(experiment).repeat(7),
      '1',
      'box',
      `2026-10-${String(experiment + 10)}T00:00:00Z`,
      '1',
      String((experiment < 5 ? 1_000 : 1_300) + at),
      '10',
      '',
      '',
    ]
    return lineOf(cellsOf, '\n')
  })
  const file = write(here, 'rows.csv', headerLine('\n') + rows.join(''))
  appendFileSync(file, 'torn,line\n')
  const checked = await hl7bench(here, ['history', 'check', '--results', file, '--fail-on', 'change'])
  expect(checked.code, checked.stderr).toBe(111)
  expect(checked.stdout).toContain(`rows.csv:42: expected ${COLUMNS.length} cells, found 2`)
  expect(checked.stdout.replace(/\n {2}/g, ' ')).toMatch(
    /load on box: duration slower \+3\d %.*since main@5555555 \(2026-10-15\)/,
  )
  expect((await hl7bench(here, ['history', 'check', '--results', file])).code).toBe(0)
}, 30_000)

test('an unknown case and an unknown metric are bad input, with what there is', async () => {
  const here = place()
  const file = write(here, 'rows.csv', headerLine('\n') + foreign(1, 900, ''))
  const unknown = await hl7bench(here, ['history', 'show', 'nothing', '--results', file])
  expect(unknown.code).toBe(104)
  expect(unknown.stderr).toContain('see hl7bench history ls')
  const metric = await hl7bench(here, ['history', 'show', 'load', '--metric', 'x', '--results', file])
  expect(metric.stderr).toContain('it has duration')
}, 30_000)

test('a file that is not there, a day that is none and a metric that no row has are bad input, not a history in which all is well', async () => {
  const here = place()
  const file = write(here, 'rows.csv', headerLine('\n') + foreign(1, 900, ''))
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await hl7bench(here, ['history', ...args])
    expect(code, args.join(' ')).toBe(104)
    expect(stdout).toBe('')
    return stderr
  }
  const missing = await refused('check', '--fail-on', 'change', '--results', file, '--results', 'nothere.csv')
  expect(missing).toContain('nothere.csv: no such file; name CSV files of hl7bench')
  expect(missing).not.toContain(file)
  for (const command of [['ls'], ['show', 'load'], ['export']])
    expect(await refused(...command, '--results', 'nothere.csv')).toContain('nothere.csv: no such file')
  for (const day of ['banana', '30.11.2026', '2026-02-30'])
    expect(await refused('ls', '--results', file, '--since', day)).toContain('write a day such as 2026-11-01')
  expect(await refused('export', '--metric', 'durations', '--results', file)).toContain(
    '--metric durations: no row has it; did you mean duration?',
  )
  expect(await refused('export', '--metric', 'nonsense', '--results', file)).toContain('the metrics here are duration')
}, 60_000)

test('a day or a time narrows to the rows from then on', async () => {
  const here = place()
  const file = write(here, 'rows.csv', headerLine('\n') + foreign(1, 900, ''))
  for (const [since, shown] of [
    ['2016-10-01', 'load on aws'],
    ['2016-10-01T00:00Z', 'load on aws'],
    ['2016-10-01T00:00:01Z', 'no rows'],
    ['2016-10-02', 'no rows'],
  ] as const)
    expect((await hl7bench(here, ['history', 'ls', '--results', file, '--since', since])).stdout).toContain(shown)
}, 30_000)
