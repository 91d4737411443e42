import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, cells, heldPort, place, serve, start } from './support.ts'

const SHORT = ['--runs', '1', '--duration', '250ms', '--warmup', '50ms', ...ANY_MACHINE_FLAGS]

test('an address is measured without any file, in an open loop with --rate', async () => {
  const here = place()
  const address = await serve(here, 'mllp')
  const flags = ['--rate', '40', '--connections', '3', '--name', 'by-hand']
  const ended = await hl7bench(here, ['run', address, ...flags, ...SHORT, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('40 msg/s over 3 connections')
  expect(cells(here.results)[0]!['Test Case ID']).toBe('by-hand')
  expect(rowsOf(here)[0]!.audit.evidence).toBe('acknowledgements')
})

test('without --rate the loop is closed', async () => {
  const here = place()
  const address = await serve(here, 'fhir', ['--population', '5', '--service-time', '5'])
  const ended = await hl7bench(here, ['run', address, '--connections', '2', ...SHORT, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toMatch(/fhir: closed loop.* 2 connections/)
})

test('MLLP and FHIR are loaded at once when both addresses are given', async () => {
  const here = place()
  const [mllp, fhir] = await Promise.all([serve(here, 'mllp'), serve(here, 'fhir', ['--population', '5'])])
  const ended = await hl7bench(here, ['run', mllp, fhir, '--rate', '20', ...SHORT, '--results', here.results, '--json'])
  expect(ended.code, ended.stderr).toBe(0)
  const [report] = JSON.parse(ended.stdout).cases
  expect(report.loads.map(({ protocol }: { protocol: string }) => protocol)).toEqual(['mllp', 'fhir'])
})

test('serve --json prints the address for another program, and SIGINT ends it well', async () => {
  const here = place()
  const started = start(here, ['serve', 'fhir', '--port', '0', '--json'])
  const [line] = await started.printed(/\{.*\}/)
  expect(JSON.parse(line)).toEqual({
    schema: 'hl7bench.serving/1',
    address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/fhir$/),
  })
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(0)
})

test('serve on a port that is taken ends with 100 and says what to do', async () => {
  const here = place()
  const held = await heldPort()
  const ended = await hl7bench(here, ['serve', 'mllp', '--port', String(held.port)]).finally(held.close)
  expect(ended.code).toBe(100)
  expect(ended.stderr).toMatch(new RegExp(`${held.port} is in use.*give another port`))
})

test('a target that cannot be reached ends with 100 after one attempt, with the remedy', async () => {
  const here = place()
  const { port, close } = await heldPort()
  await close()
  const args = [`mllp://127.0.0.1:${port}`, '--rate', '10', ...SHORT, '--runs', '5', '--results', here.results]
  const ended = await hl7bench(here, ['run', ...args])
  expect(ended.code, ended.stderr).toBe(100)
  const text = ended.stdout.replace(/\s+/g, ' ')
  expect(text).toContain('exit 100: no target could be loaded: the attached server does not answer')
  expect(text).toContain('check host, port, path and firewall')
  expect(rowsOf(here).map(({ state }) => state)).toEqual(['failed'])
})

test('a host that is not loopback is refused with 104 and the remedy', async () => {
  const here = place()
  const ended = await hl7bench(here, ['run', 'mllp://192.0.2.7:2575', '--rate', '10', '--results', here.results])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toContain('--allow-host 192.0.2.7')
  expect(rowsOf(here)).toEqual([])
})
