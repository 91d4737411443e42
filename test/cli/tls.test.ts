import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, MLLP, place, serve, small, write } from './support.ts'

const SHORT = ['--runs', '1', '--duration', '250ms', '--warmup', '50ms', ...ANY_MACHINE_FLAGS]
const TRUSTED = ['--tls-ca', 'certs/ca.pem']
const KNOWN = [...TRUSTED, '--tls-cert', 'certs/client.pem', '--tls-key', 'certs/client-key.pem']

test('servers that demand a client certificate are loaded by address, and handshakes are counted', async () => {
  const here = place()
  const mllp = await serve(here, 'mllp', ['--tls-make', 'certs', '--tls-mutual'])
  expect(mllp).toMatch(/^mllps:/)
  const ended = await hl7bench(here, [
    'run',
    mllp,
    ...KNOWN,
    '--rate',
    '40',
    '--connections',
    '2',
    ...SHORT,
    '--results',
    here.results,
  ])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('mutual TLS 1.2 or 1.3')
  expect(ended.stdout).toMatch(/mllp TLS handshakes: (full|resumed) \d/)
  expect(rowsOf(here)[0]!.loads[0]).toMatchObject({ handshakes: 2 })
  expect(JSON.stringify(rowsOf(here)) + ended.stdout + ended.stderr).not.toContain('PRIVATE KEY')
})

test('a FHIR server is loaded over https, from version 1.3 on, by another name', async () => {
  const here = place()
  const fhir = await serve(here, 'fhir', ['--population', '5', '--tls-make', 'certs', '--tls-min-version', 'TLSv1.3'])
  const how = [...TRUSTED, '--tls-server-name', 'localhost', '--tls-min-version', 'TLSv1.3', '--connections', '2']
  const ended = await hl7bench(here, ['run', fhir, ...how, ...SHORT, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('TLS 1.3')
})

test('without the authority, or without a client certificate, nothing is sent and the exit is 100', async () => {
  const here = place()
  const mllp = await serve(here, 'mllp', ['--tls-make', 'certs', '--tls-mutual', '--arrivals', 'arrivals.bin'])
  for (const [how, told] of [
    [[], /authority that is trusted here.*--tls-ca/],
    [TRUSTED, /client certificate.*--tls-cert/],
  ] as const) {
    const ended = await hl7bench(here, ['run', mllp, ...how, '--rate', '40', ...SHORT, '--results', here.results])
    expect(ended.code).toBe(100)
    expect(ended.stderr).toMatch(told)
  }
  expect(existsSync(here.results)).toBe(false)
})

test('where a load without TLS is never answered, the report asks whether the server speaks TLS', async () => {
  const here = place()
  const address = (await serve(here, 'mllp', ['--tls-make', 'certs'])).replace('mllps:', 'mllp:')
  const flags = ['--rate', '40', '--connections', '2', ...SHORT, '--results', here.results]
  const ended = await hl7bench(here, ['run', address, ...flags, '--export-markdown', 'r.md'])
  expect(ended.code).toBe(99)
  const told = /nothing was ever answered; does the server speak TLS \(mllps:/
  expect(ended.stdout + ended.stderr).toMatch(told)
  expect(readFileSync(join(here.folder, 'r.md'), 'utf8')).toMatch(told)
})

test('a scenario of the built-in targets speaks mutual TLS without any preparation, and is audited', async () => {
  const here = place()
  const file = write(here, 's.json', small({ load: [{ ...MLLP, tls: { mutual: true } }], runs: 1 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code, ended.stderr).toBe(0)
  expect(rowsOf(here)[0]!.audit.evidence).toBe('receiver')
  expect(rowsOf(here)[0]!.loads[0]!.handshakes).toBeGreaterThan(0)
})

test('a connection that was lost resumes its session when it is dialled again', async () => {
  const here = place()
  const faults = [{ kind: 'disconnect', every: 3 }]
  const load = [{ ...MLLP, feeds: 1, tls: true }]
  const file = write(here, 's.json', small({ load, sut: { builtin: { mllp: { faults } } }, runs: 1 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code, ended.stderr).toBe(0)
  const { handshakes = 0, resumed = 0 } = rowsOf(here)[0]!.loads[0]!
  expect(handshakes).toBeGreaterThan(1)
  expect(handshakes - resumed).toBe(1)
}, 60_000)

test('a SUT of the own that speaks TLS is waited for, and its certificate is verified', async () => {
  const here = place()
  const start = '{hl7bench} serve mllp --port {mllpPort} --tls-make {runDir}/certs'
  const scenario = (tls: unknown) => small({ sut: { start }, load: [{ ...MLLP, tls }], runs: 1 })
  const taken = await hl7bench(here, [
    'run',
    write(here, 's.json', scenario({ verify: false })),
    '--results',
    here.results,
  ])
  expect(taken.code, taken.stderr).toBe(0)
  expect(taken.stdout.replace(/\s+/g, ' ')).toContain('its certificate was not verified')
  const refused = await hl7bench(here, ['run', write(here, 't.json', scenario(true)), '--results', here.results])
  expect(refused.code).toBe(100)
  expect(refused.stderr).toMatch(/authority that is trusted here.*--tls-ca/)
}, 60_000)

test('a key from a variable is in nothing that is written', async () => {
  const here = place()
  const mllp = await serve(here, 'mllp', ['--tls-make', 'certs', '--tls-mutual'])
  const key = readFileSync(join(here.folder, 'certs', 'client-key.pem'), 'utf8')
  const how = [...TRUSTED, '--tls-cert', 'certs/client.pem', '--tls-key', 'env:TLS_SECRET_KEY']
  const args = ['run', mllp, ...how, '--rate', '40', ...SHORT, '--results', here.results, '--json']
  const ended = await hl7bench({ ...here, env: { ...here.env, TLS_SECRET_KEY: key } }, args)
  expect(ended.code, ended.stderr).toBe(0)
  const line = key.split('\n')[1]!
  expect(ended.stdout + ended.stderr + readFileSync(here.results, 'utf8')).not.toContain(line)
})

test.each([
  [['--tls-cert', 'x.pem'], /needs both/],
  [['--tls-cert', 'none.pem', '--tls-key', 'none.pem'], /none.pem cannot be read/],
  [['--tls-mutual'], /goes with --tls-make/],
])('serve %s ends with 104', async (flags, told) => {
  const here = place()
  const ended = await hl7bench(here, ['serve', 'mllp', '--port', '0', ...flags])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toMatch(told)
})
