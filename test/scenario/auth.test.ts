import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeKeys } from '../../src/environment/builtinAuth.ts'
import { fhir, loadInput, refusal, scratch, small } from './files.ts'

const { privateKey } = makeKeys('ES384')
const env = { TEST_SECRET_KEY: privateKey, TEST_SECRET_NONE: 'nonsense', TEST_KEY: privateKey }
const good = { clientId: 'me', key: 'env:TEST_SECRET_KEY', algorithm: 'ES384' }
const attached = (auth: unknown) => ({
  ...small,
  environment: { kind: 'attached', fhir: 'http://127.0.0.1:8080/fhir' },
  load: [{ ...fhir, auth }],
})
const complaints = async (input: unknown) =>
  (await refusal(loadInput(input, { env }))).complaints.map(
    ({ path, expected, found }) => `${path}: ${expected} / ${found}`,
  )

test('no token is asked for unless a load says so', async () => {
  expect((await loadInput({ ...small, load: [fhir] })).scenario.load[0]).toMatchObject({ auth: null })
})

test('a key is named by its variable, and read by nobody yet', async () => {
  const { scenario } = await loadInput(attached(good), { env })
  expect(scenario.load[0]).toMatchObject({
    auth: {
      ...{ tokenUrl: null, clientId: 'me', keyId: null, algorithm: 'ES384', scope: 'system/*.cruds' },
      key: { kind: 'variable', name: 'TEST_SECRET_KEY' },
    },
  })
  expect(JSON.stringify(scenario)).not.toContain('PRIVATE')
})

test('a file is named by a variable that ends in _FILE', async () => {
  const file = join(scratch, 'signing.pem')
  writeFileSync(file, privateKey)
  const { scenario } = await loadInput(attached({ ...good, key: 'env:MY_SECRET_FILE' }), {
    env: { MY_SECRET_FILE: file },
  })
  expect(scenario.load[0]).toMatchObject({ auth: { key: { name: 'MY_SECRET_FILE' } } })
})

test.each([
  [{ clientId: 'me' }, /auth\.key: 'env:' and the name of a variable that contains SECRET/],
  [{ ...good, key: privateKey }, /auth\.key: 'env:' .* \/ ["']?\*\*\*/],
  [{ ...good, key: 'env:TEST_KEY' }, /variable that contains SECRET/],
  [{ ...good, key: 'env:OTHER_SECRET' }, /variable that is set.*OTHER_SECRET \(not set\)/],
  [{ ...good, key: 'env:TEST_SECRET_NONE' }, /a private key/],
  [{ ...good, algorithm: 'RS384' }, /a key for RS384/],
  [{ ...good, tokenUrl: 'ftp://x/' }, /URL of a token endpoint/],
  [{ ...good, tokenLifetimeMs: '2s' }, /tokenLifetimeMs: nothing here/],
])('%j is complained about', async (auth, told) => {
  const found = await complaints(attached(auth))
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(told)
  expect(found[0]).not.toContain('PRIVATE')
})

test.each([
  'https://me:hunter22@127.0.0.1/token',
  'https://hunter22@127.0.0.1/token',
  'https://me:p@hunter22@127.0.0.1/token',
])('a password in the token URL %s is refused and not shown', async tokenUrl => {
  const found = await complaints(attached({ ...good, tokenUrl }))
  expect(found).toEqual([expect.stringMatching(/tokenUrl: a URL without user and password.*\*\*\*@127/)])
  expect(found[0]).not.toContain('hunter22')
})

test('the host of the token URL must be allowed, as any other', async () => {
  const input = attached({ ...good, tokenUrl: 'https://idp.example.org/token' })
  const { complaints } = await refusal(loadInput(input, { env }))
  expect(complaints).toMatchObject([
    { path: 'load[0].auth.tokenUrl', hint: expect.stringContaining('--allow-host idp.example.org') },
  ])
  await loadInput({ ...input, allowHosts: ['idp.example.org'] }, { env })
})

test('a token endpoint may speak TLS where the FHIR server does not, and tls is then for it', async () => {
  const tls = { serverName: 'idp.example.org' }
  const of = (tokenUrl: string) => {
    const input = attached({ ...good, tokenUrl })
    return { ...input, load: [{ ...input.load[0], tls }] }
  }
  const { scenario } = await loadInput(of('https://127.0.0.1/token'), { env })
  expect(scenario.load[0]).toMatchObject({ tls: null, auth: { tls } })
  expect(await complaints(of('http://127.0.0.1/token'))).toEqual([
    expect.stringContaining('no TLS, as environment.fhir'),
  ])
})

test('tokens in clear beside a FHIR server with TLS are warned of', async () => {
  const warningsWith = async (tokenUrl: string) => {
    const environment = { kind: 'attached', fhir: 'https://127.0.0.1/fhir' }
    const { warnings } = await loadInput({ ...attached({ ...good, tokenUrl }), environment }, { env })
    return warnings.filter(text => text.includes('in clear'))
  }
  expect(await warningsWith('http://127.0.0.1/token')).toHaveLength(1)
  expect(await warningsWith('https://127.0.0.1/token')).toHaveLength(0)
})

test('a signing key as a CI keeps it is told with what makes PEM of it', async () => {
  const hints = async (text: string) => {
    const loading = loadInput(attached({ ...good, key: 'env:CI_SECRET' }), { env: { CI_SECRET: text } })
    return (await refusal(loading)).complaints.map(({ hint }) => hint)
  }
  expect(await hints(privateKey.replaceAll('\n', '\\n'))).toEqual([expect.stringContaining('printf %b')])
  expect(await hints(Buffer.from(privateKey).toString('base64'))).toEqual([expect.stringContaining('base64 -d')])
})

test('all that is wrong is told at once', async () => {
  expect(await complaints(attached({ tokenLifetimeMs: '2s' }))).toHaveLength(3)
})

test('autocannon sends no tokens', async () => {
  const closed = { kind: 'closed' }
  const load = [{ ...fhir, workload: closed, engine: 'autocannon', auth: true }]
  const found = await complaints({ ...small, load })
  expect(found.filter(text => text.includes('no access tokens'))).toHaveLength(1)
})

test('the built-in server makes its own keys, the same for all loads', async () => {
  const { scenario } = await loadInput({ ...small, load: [{ ...fhir, auth: true }] })
  expect(scenario.load[0]).toMatchObject({ auth: { key: null, tokenLifetimeMs: 300_000 } })
  const other = { ...fhir, name: 'other' }
  expect(await complaints({ ...small, load: [{ ...fhir, auth: true }, other] })).toHaveLength(1)
  expect(await complaints({ ...small, load: [{ ...fhir, auth: good }] })).toHaveLength(1)
})

test('who the client is decides nothing, that it signs does', async () => {
  const digest = async (auth: unknown) => (await loadInput(attached(auth), { env })).cases[0]!.digest
  expect(await digest(good)).toBe(await digest({ ...good, clientId: 'you', keyId: 'k' }))
  expect(await digest(good)).not.toBe(await digest(undefined))
})
