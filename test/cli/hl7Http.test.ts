import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, MLLP, place, serve, small, write } from './support.ts'

const SHORT = ['--runs', '1', '--duration', '250ms', '--warmup', '50ms', ...ANY_MACHINE_FLAGS]

test.each([
  ['HTTP', false],
  ['HTTPS', { mutual: true }],
])('the built-in receiver is loaded by HL7 over %s, and what it took is audited', async (_, tls) => {
  const here = place()
  const faults = [{ kind: 'reject', every: 4 }]
  const load = [{ ...MLLP, transport: 'http', path: '/hl7', tls }]
  const file = write(here, 's.json', small({ load, sut: { builtin: { mllp: { faults } } }, runs: 1 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain('HL7 over HTTP')
  const { audit, loads } = rowsOf(here)[0]!
  expect(audit).toMatchObject({ evidence: 'receiver', balanced: true, foreign: 0 })
  expect(audit.terms).toMatchObject({ lost: 0, corrupted: 0, duplicated: 0 })
  expect(loads[0]!.reasons).toEqual({ AE: expect.any(Number) })
})

test('a server is loaded by its address alone', async () => {
  const here = place()
  const address = await serve(here, 'mllp', ['--transport', 'http', '--path', '/in', '--tls-make', 'certs'])
  expect(address).toMatch(/^hl7\+https:\/\/127\.0\.0\.1:\d+\/in$/)
  const args = ['run', address, '--tls-ca', 'certs/ca.pem', '--rate', '40', '--connections', '2', ...SHORT]
  const ended = await hl7bench(here, [...args, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain('TLS 1.2 or 1.3, HL7 over HTTP')
  expect(rowsOf(here)[0]!.loads[0]!.total).toMatchObject({ rejected: 0, mismatched: 0, unknown: 0 })
})

test('serve refuses faults that HTTP cannot have', async () => {
  const ended = await hl7bench(place(), ['serve', 'mllp', '--transport', 'http', '--fault', 'no-vt:2'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toMatch(/no receiver of HL7 over HTTP knows it/)
})
