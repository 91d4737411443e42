import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeKeys } from '../../src/environment/builtinAuth.ts'
import { httpPeer } from '../fixtures/authPeer.ts'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, FHIR, place, serve, small, write } from './support.ts'

const LONG = { warmupMs: 50, measureMs: 2_500, drainMs: 2_000 }

/** All that a workplace holds, but what the test wrote itself. */
function writtenIn(folder: string, but: readonly string[]): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !but.includes(entry.name))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n')
}

const bodyOf = (pem: string) => pem.split('\n')[1]!

test('a scenario of the built-in server has tokens without any preparation, replaced while it runs', async () => {
  const here = place()
  const load = [{ ...FHIR, auth: { tokenLifetimeMs: '1s', algorithm: 'ES384' }, tls: true }]
  const file = write(here, 's.json', small({ load, runs: 1, phases: LONG }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('access tokens (ES384)')
  expect(ended.stdout).toMatch(/auth-refreshes/)
  expect(rowsOf(here)[0]!.audit.balanced).toBe(true)
}, 60_000)

test('a server that is there already is populated and loaded with tokens; neither key nor token is written anywhere', async () => {
  const here = place()
  const address = await serve(here, 'fhir', ['--auth-make', 'keys', '--auth-client', 'me', '--auth-lifetime', '2'])
  const key = readFileSync(join(here.folder, 'keys', 'client-signing-key.pem'), 'utf8')
  const auth = { clientId: 'me', key: 'env:SIGNING_SECRET' }
  const environment = { kind: 'attached', fhir: address }
  const file = write(here, 's.json', small({ environment, load: [{ ...FHIR, auth }], runs: 1 }))
  const known = { ...here, env: { ...here.env, SIGNING_SECRET: key } }
  const ended = await hl7bench(known, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code, ended.stderr).toBe(0)
  const all = ended.stdout + ended.stderr + writtenIn(here.folder, ['client-signing-key.pem'])
  expect(all).not.toContain(bodyOf(key))
  expect(all).not.toMatch(/PRIVATE KEY|Bearer [A-Za-z0-9_-]{20}|eyJ[A-Za-z0-9_-]{20}/)
}, 60_000)

test('with a key that the server does not know nothing is loaded, and the exit is 100', async () => {
  const here = place()
  const address = await serve(here, 'fhir', ['--auth-make', 'keys', '--auth-client', 'me'])
  const auth = { clientId: 'me', key: 'env:SIGNING_SECRET' }
  const environment = { kind: 'attached', fhir: address }
  const file = write(here, 's.json', small({ environment, load: [{ ...FHIR, auth }] }))
  const stranger = { ...here, env: { ...here.env, SIGNING_SECRET: makeKeys('RS384').privateKey } }
  const ended = await hl7bench(stranger, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code).toBe(100)
  expect(ended.stderr + ended.stdout).toMatch(/no access token: http 400 invalid_client.*check auth\.clientId/)
}, 60_000)

test('a FHIR server that answers is not blamed for a token that is not to be had', async () => {
  const here = place()
  const port = await httpPeer(() => ({ status: 404, body: {} }))
  const auth = { clientId: 'me', key: 'env:SIGNING_SECRET' }
  const environment = { kind: 'attached', fhir: `http://127.0.0.1:${port}/fhir` }
  const sut = { readyTimeoutMs: 1_000 }
  const file = write(here, 's.json', small({ environment, sut, load: [{ ...FHIR, auth }], runs: 1 }))
  const known = { ...here, env: { ...here.env, SIGNING_SECRET: makeKeys('RS384').privateKey } }
  const ended = await hl7bench(known, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code).toBe(100)
  expect(rowsOf(here)[0]!.error).toMatch(
    /^fhir http.*no access token: .*http 404; give the token URL as auth\.tokenUrl$/,
  )
}, 60_000)

test('a SUT of the own that demands tokens is waited for with one', async () => {
  const here = place()
  const { publicKey, privateKey } = makeKeys('RS384')
  const pem = write(here, 'public.pem', publicKey)
  const start = `{hl7bench} serve fhir --port {fhirPort} --auth-key '${pem}'`
  const auth = { clientId: 'hl7bench', key: 'env:SIGNING_SECRET' }
  const file = write(here, 's.json', small({ sut: { start }, load: [{ ...FHIR, auth }], runs: 1 }))
  const known = { ...here, env: { ...here.env, SIGNING_SECRET: privateKey } }
  const ended = await hl7bench(known, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
  expect(ended.code, ended.stderr).toBe(0)
}, 60_000)

test('serve refuses a key that it cannot use', async () => {
  const here = place()
  const file = write(here, 'ec.pem', makeKeys('ES384').publicKey)
  for (const [flags, told] of [
    [['fhir', '--auth-key', file], /RS384 needs an RSA key/],
    [['fhir', '--auth-key', 'none.pem'], /cannot be read/],
    [['mllp', '--auth-make', 'keys'], /--auth-make keys: it belongs to serve fhir; leave it out/],
  ] as const) {
    const ended = await hl7bench(here, ['serve', ...flags, '--port', '0'])
    expect(ended.code).toBe(104)
    expect(ended.stderr).toMatch(told)
  }
  expect(existsSync(join(here.folder, 'keys'))).toBe(false)
})
