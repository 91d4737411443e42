import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { calibrationSchema } from '../../src/report/calibration/schema.ts'
import { experimentFolders, hl7bench } from '../fixtures/commandLine.ts'
import { place, settled, small, start, write } from './support.ts'

const TINY = ['--runs', '1', '--duration', '100ms', '--quick']

test('calibrate measures, stores and answers; doctor and the report of a run say it', async () => {
  const here = place()
  const absent = await hl7bench(here, ['doctor'])
  expect(absent.stdout).toMatch(/calibration: not calibrated\n +hl7bench calibrate/)
  const ended = await hl7bench(here, ['calibrate', ...TINY, '--only', 'mllp', '--json'])
  expect(ended.code, ended.stderr).toBe(0)
  const stored = calibrationSchema.parse(JSON.parse(ended.stdout))
  expect(stored.mllp!.closed.throughputs).toHaveLength(1)
  expect(stored).toMatchObject({ fhir: null, agreement: null, notStored: [] })
  expect(ended.stderr).toContain('MLLP closed loop: run 1/1')
  expect(await settled(here)).toEqual([])
  // Nothing but the hint is left where the runs were.
  expect(readdirSync(join(here.folder, 'state', 'hl7bench'))).toEqual(['calibration.json'])
  const doctor = await hl7bench(here, ['doctor'])
  expect(doctor.stdout).toMatch(/calibration: MLLP closed [\d,.]+ \/s, /)
  const scenario = write(
    here,
    'small.json',
    small({ load: [{ protocol: 'mllp', feeds: 2, workload: { kind: 'closed' } }] }),
  )
  const run = await hl7bench(here, ['run', scenario, '--results', here.results])
  const hint = /mllp: [\d,.]+ % of what this machine's generator did when\s+calibrated/
  expect(run.stdout, run.stderr).toMatch(hint)
  const [folder] = experimentFolders(here)
  for (const name of ['report.md', 'report.html'])
    expect(readFileSync(join(folder!, name), 'utf8')).toMatch(/did when calibrated/)
  const report = JSON.parse(readFileSync(join(folder!, 'report.json'), 'utf8'))
  expect(report.cases[0].loads[0].calibrated).toMatchObject({
    workload: 'closed',
    perSecond: stored.mllp!.closed.throughputPerSecond,
  })
}, 120_000)

test('the FHIR engine and autocannon are set against each other, the answer first', async () => {
  const here = place()
  const ended = await hl7bench(here, ['calibrate', ...TINY, '--only', 'agreement'])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toMatch(/^hl7bench: FHIR engine and autocannon: (agree|differ|inconclusive|insufficient) /)
  expect(ended.stdout).toContain('target 20 ms')
  expect(await settled(here)).toEqual([])
}, 120_000)

test('an interrupt ends in good order with 105, and stores nothing', async () => {
  const here = place()
  const started = start(here, ['calibrate', '--only', 'mllp', '--runs', '500', '--duration', '100ms'])
  await started.printed(/run 1\/500/)
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(105)
  expect(await settled(here)).toEqual([])
  expect(existsSync(join(here.folder, 'state', 'hl7bench', 'calibration.json'))).toBe(false)
}, 60_000)

test('a kill leaves no process, and the next command removes what is left on disk', async () => {
  const here = place()
  const started = start(here, ['calibrate', '--only', 'mllp', '--runs', '500', '--duration', '100ms'])
  await started.printed(/run 1\/500/)
  started.child.kill('SIGKILL')
  await started.ended
  expect(await settled(here)).toEqual([])
  expect((await hl7bench(here, ['env', 'sweep'])).code).toBe(0)
  expect(readdirSync(join(here.folder, 'state', 'hl7bench'))).toEqual([])
}, 60_000)

test('parts and durations that make no sense are bad input', async () => {
  const here = place()
  const ended = await hl7bench(here, ['calibrate', '--only', 'ftp'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toContain('mllp, fhir, agreement')
  expect((await hl7bench(here, ['calibrate', '--duration', 'soon'])).code).toBe(104)
  expect((await hl7bench(here, ['calibrate', '--runs', '0'])).code).toBe(104)
}, 30_000)
