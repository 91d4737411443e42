import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeBuiltinTls } from '../../src/environment/builtinTls.ts'
import { reservePorts } from '../../src/environment/ports.ts'
import { mllpReady, waitReady } from '../../src/environment/ready.ts'
import { probeTls } from '../../src/environment/secureReady.ts'
import type { Load } from '../../src/model/scenario.ts'
import type { TlsClientMaterial } from '../../src/model/tls.ts'
import { tlsProblem } from '../../src/protocol/tlsProblem.ts'
import { needs } from '../needs.ts'
import { clientOf, listenTls, makePki } from '../protocol/tlsServer.ts'
import { never, temporaryFolder } from './support.ts'

const pki = await makePki()
const mine = { cert: pki.client.certificate, key: pki.client.privateKey }
const foreign = { cert: pki.stranger.certificate, key: pki.stranger.privateKey }
const expired = await pki.authority.issue(['127.0.0.1'], {
  fromMs: Date.now() - 7_200_000,
  untilMs: Date.now() - 3_600_000,
})
const mutual: TlsOptions = { requestCert: true, ca: pki.authority.certificate }

async function nodeServer(options: TlsOptions): Promise<number> {
  const server = await listenTls(pki, options, () => {})
  onTestFinished(server.close)
  return server.port
}

const probe = (port: number, more: Partial<TlsClientMaterial> = {}) =>
  probeTls({ host: '127.0.0.1', port }, clientOf(pki, more), AbortSignal.timeout(5000))

async function problemOf(port: number, more: Partial<TlsClientMaterial> = {}): Promise<string> {
  const found = await probe(port, more)
  if (found.isOpen || !found.hasConnected) return JSON.stringify(found)
  return `${found.problem.what}; ${found.problem.remedy}`
}

test.each([
  ['UNABLE_TO_GET_ISSUER_CERT', /intermediate alone is not enough/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /intermediate alone is not enough.*does not send its intermediate/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /^give the certificate of the authority/],
  ['CERT_HAS_EXPIRED', /may stand in tls\.ca/],
])('a chain that ends in %s is told with what it wants', (code, told) => {
  const problem = tlsProblem(Object.assign(new Error(code), { code }), { minVersion: 'TLSv1.2', cert: null })
  expect(problem!.remedy).toMatch(told)
})

describe('before any load', () => {
  test.each([
    ['a server that is all right', {}, {}],
    ['a client certificate that is wanted', mutual, mine],
    ['a client certificate that nobody wanted', {}, mine],
    ['a server that is not verified', {}, { ca: [pki.foreign.certificate], verify: false }],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, {}],
  ] as [string, TlsOptions, Partial<TlsClientMaterial>][])('%s is good', async (_, options, more) => {
    expect(await probe(await nodeServer(options), more)).toEqual({ isOpen: true })
  })

  test.each([
    [
      'a certificate of another authority',
      {},
      { ca: [pki.foreign.certificate] },
      /authority that is trusted here .*--tls-ca/,
    ],
    [
      'a certificate for another name',
      {},
      { serverName: 'ehr.example.org' },
      /other names \(.*localhost.*--tls-server-name/,
    ],
    ['an expired certificate', { cert: expired.certificate, key: expired.privateKey }, {}, /has expired .*clock/],
    [
      'a version that is too old',
      { maxVersion: 'TLSv1.2' },
      { minVersion: 'TLSv1.3' },
      /no version of TLS from TLSv1.3 on; say tls.minVersion/,
    ],
    ['a client certificate that is missing', mutual, {}, /client certificate.*--tls-cert/],
    ['a client certificate of another authority', mutual, foreign, /client.*certificate.*--tls-cert/],
    [
      'a client certificate that is missing in TLS 1.2',
      { ...mutual, maxVersion: 'TLSv1.2' },
      {},
      /client.*certificate.*--tls-cert/,
    ],
  ] as [string, TlsOptions, Partial<TlsClientMaterial>, RegExp][])(
    '%s is told with its remedy',
    async (_, options, more, told) => {
      expect(await problemOf(await nodeServer(options), more)).toMatch(told)
    },
  )

  test.each([
    ['that greets in plain text', 'SSH-2.0-OpenSSH\r\n', /speaks no TLS .*mllp:\/\//],
    ['that hangs up', null, /does not answer the TLS handshake; .*mllp:\/\//],
  ])('a server %s speaks no TLS', async (_, greeting, told) => {
    const server = createServer(socket => {
      socket.on('error', () => {})
      if (greeting === null) socket.destroy()
      else socket.write(greeting)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    expect(await problemOf((server.address() as { port: number }).port)).toMatch(told)
  })

  test('nobody there is no problem of TLS', async () => {
    const [port] = await reservePorts(1)
    expect(await probe(port!)).toEqual({ isOpen: false, hasConnected: false, code: 'ECONNREFUSED' })
  })

  test('what waiting cannot mend ends the wait at once', async () => {
    const port = await nodeServer({})
    const check = mllpReady({ host: '127.0.0.1', port }, clientOf(pki, { ca: [pki.foreign.certificate] }))
    await expect(waitReady([check], 60_000, never)).rejects.toMatchObject({ stage: 'start', fault: 'target' })
  })
})

const withOpenssl = needs(spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0, 'openssl')

/** `openssl s_server` with our server's certificate. */
async function opensslServer(args: readonly string[]): Promise<number> {
  const folder = temporaryFolder()
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const [port] = await reservePorts(1)
  const own = [
    ...['-cert', file('cert.pem', pki.server.certificate), '-key', file('key.pem', pki.server.privateKey)],
    ...['-CAfile', file('ca.pem', pki.authority.certificate)],
  ]
  const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', ...own, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill()
    await exited
  })
  for (let wait = 0; wait < 200; wait++) {
    const found = await probe(port!, mine)
    if (found.isOpen || found.hasConnected) return port!
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('openssl s_server does not listen')
}

describe('OpenSSL as the server', () => {
  const demanding = ['-Verify', '1', '-verify_return_error']
  withOpenssl('a good client certificate is accepted', async () => {
    expect(await probe(await opensslServer(demanding), mine)).toEqual({ isOpen: true })
  })
  withOpenssl('TLS 1.3 tells after the handshake that a certificate is missing, or of another authority', async () => {
    const port = await opensslServer([...demanding, '-tls1_3'])
    expect(await problemOf(port)).toMatch(/demands a client certificate.*--tls-cert/)
    expect(await problemOf(port, foreign)).toMatch(/does not accept the client certificate.*--tls-cert/)
  })
  withOpenssl('TLS 1.2 ends the handshake', async () => {
    const port = await opensslServer([...demanding, '-tls1_2'])
    expect(await problemOf(port)).toMatch(/client certificate.*--tls-cert/)
    expect(await problemOf(port, { ...mine, minVersion: 'TLSv1.3' })).toMatch(/no version of TLS from TLSv1.3/)
  })
})

test('certificates for the built-in targets are made for each run, and none where no load speaks TLS', async () => {
  const settings = {
    mutual: true,
    ca: [],
    cert: null,
    key: null,
    passphrase: null,
    serverName: null,
    minVersion: 'TLSv1.3',
    verify: true,
  }
  const loads = [
    { protocol: 'mllp', tls: settings },
    { protocol: 'fhir', tls: null },
  ] as unknown as Load[]
  const [one, two] = [await makeBuiltinTls(loads, '127.0.0.1'), await makeBuiltinTls(loads, '127.0.0.1')]
  expect(one.server.fhir).toBeNull()
  expect(one.clients[1]).toBeNull()
  expect(one.server.mllp!.cert).not.toBe(two.server.mllp!.cert)
  const { cert, key, clientCa } = one.server.mllp!
  const server = await listenTls(pki, { cert, key, ca: clientCa!, requestCert: true }, () => {})
  onTestFinished(server.close)
  const endpoint = { host: '127.0.0.1', port: server.port }
  expect(await probeTls(endpoint, one.clients[0]!, never)).toEqual({ isOpen: true })
  expect(await probeTls(endpoint, two.clients[0]!, never)).toMatchObject({ isOpen: false })
})
