import { createPublicKey, verify } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { clientAssertion } from '../../src/protocol/smart/assertion.ts'
import { Bearer } from '../../src/protocol/smart/bearer.ts'
import { fetchToken, tokenUrlOf } from '../../src/protocol/smart/fetchToken.ts'
import type { TokenProblem } from '../../src/protocol/smart/problem.ts'
import { tokenIn } from '../../src/protocol/smart/token.ts'
import { authPair, httpPeer } from '../fixtures/authPeer.ts'
import { clientOf, makePki } from './tlsServer.ts'

const never = new AbortController().signal
const part = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())
const serverAt = (port: number) => ({ host: '127.0.0.1', port, basePath: '/fhir', tls: null })
const urlAt = (port: number) => `http://127.0.0.1:${port}/token`

const problemOf = async (port: number, { client } = authPair()) => {
  const asked = fetchToken(client, urlAt(port), serverAt(port), never)
  return asked.then(
    () => null,
    (error: TokenProblem) => error,
  )
}

test.each(['RS384', 'ES384'] as const)('an assertion by %s holds what SMART asks for, and verifies', algorithm => {
  const { client, server } = authPair(algorithm)
  const nowMs = 1_700_000_000_500
  const [head, claims, signature] = clientAssertion({ ...client, keyId: 'k1' }, 'https://a/token', nowMs).split('.')
  expect(part(head!)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' })
  const { jti, ...others } = part(claims!)
  expect(others).toEqual({ iss: 'tester', sub: 'tester', aud: 'https://a/token', exp: 1_700_000_240 })
  expect(part(clientAssertion(client, 'https://a/token', nowMs).split('.')[1]!).jti).not.toBe(jti)
  const bytes = Buffer.from(signature!, 'base64url')
  if (algorithm === 'ES384') expect(bytes).toHaveLength(96)
  const key = { key: createPublicKey(server.publicKey), dsaEncoding: 'ieee-p1363' as const }
  expect(verify('sha384', Buffer.from(`${head}.${claims}`), key, bytes)).toBe(true)
})

test('a refusal is told with its remedy, and never quotes the assertion', async () => {
  const port = await httpPeer((_path, _request, body) => {
    const assertion = new URLSearchParams(body).get('client_assertion')
    return { status: 400, body: { error: 'invalid_client', error_description: `bad: ${assertion}` } }
  })
  const problem = await problemOf(port)
  expect(problem!.message).toMatch(/http 400 invalid_client \(bad: \*\*\*\); check auth.clientId, auth.key/)
  expect(problem!.isFinal).toBe(true)
})

test.each([
  [600_000, /clock is 600 s behind the server's/],
  [-600_000, /clock is 600 s ahead of the server's/],
  [0, /^(?!.*clock)/],
])('a server whose clock differs by %i ms is told of', async (aheadMs, told) => {
  const port = await httpPeer(() => ({
    status: 400,
    headers: { Date: new Date(Date.now() + aheadMs).toUTCString() },
    body: { error: 'invalid_client' },
  }))
  const { message } = (await problemOf(port))!
  expect(message.replace(/60[01] s/, '600 s').replace('599 s', '600 s')).toMatch(told)
})

test.each([
  [{ access_token: 'a\r\nX: y', token_type: 'bearer', expires_in: 300 }, /characters that no header may hold/],
  [{ access_token: 'a', token_type: 'mac', expires_in: 300 }, /token_type is not Bearer \(mac\)/],
  [{ access_token: 'a', expires_in: 300 }, /names no token_type/],
  [{ token_type: 'Bearer' }, /holds no access_token/],
  [{ access_token: 'a', token_type: 'Bearer', expires_in: 0 }, /expired/],
  [{ access_token: 'a', token_type: 'Bearer', expires_in: '5 minutes' }, /expires_in is no number \(5 minutes\)/],
  ['<html>Log in</html>', /HTML or XML, no JSON.*check auth\.tokenUrl/],
  ['nonsense', /no JSON object/],
])('an answer %j is no token, and it is said why', async (answer, told) => {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  expect(() => tokenIn(body)).toThrow(told)
})

test.each([
  [null, 300_000],
  [undefined, 300_000],
  ['60', 60_000],
  [0.5, 500],
])('expires_in %j is a life of %i ms', (expires_in, lifetimeMs) => {
  expect(tokenIn(JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in })).lifetimeMs).toBe(lifetimeMs)
})

test('an error that only an object has by nature is none that is known', async () => {
  const port = await httpPeer(() => ({ status: 400, body: { error: 'toString' } }))
  expect((await problemOf(port))!.message).toMatch(/http 400; check auth\.tokenUrl$/)
})

test('a token endpoint whose authority is unknown is told with the words of TLS, and not asked again', async () => {
  const pki = await makePki()
  const port = await httpPeer(() => ({ body: { access_token: 'a', token_type: 'Bearer' } }), pki.server)
  const { client } = authPair()
  const url = `https://127.0.0.1:${port}/token`
  const error = await fetchToken(client, url, serverAt(port), never).catch((problem: TokenProblem) => problem)
  expect(error).toMatchObject({
    isFinal: true,
    message: expect.stringMatching(/no TLS with the token endpoint.*tls\.ca/),
  })
  const tls = clientOf(pki)
  expect(await fetchToken({ ...client, tls }, url, serverAt(port), never)).toMatchObject({ value: 'a' })
})

test('a server that is overloaded is worth another try', async () => {
  const port = await httpPeer(() => ({ status: 503, body: {} }))
  expect((await problemOf(port))!.isFinal).toBe(false)
})

test('the token URL is found under the FHIR base, and a key goes to no other host unasked', async () => {
  let endpoint = ''
  const paths: string[] = []
  const port = await httpPeer(path => {
    paths.push(path)
    return { body: { token_endpoint: endpoint } }
  })
  const { client } = authPair()
  endpoint = urlAt(port)
  expect(await tokenUrlOf(client, serverAt(port), never)).toBe(endpoint)
  expect(paths).toEqual(['/fhir/.well-known/smart-configuration'])
  endpoint = 'http://elsewhere.example.org/token'
  await expect(tokenUrlOf(client, serverAt(port), never)).rejects.toThrow(/another host.*give it as auth.tokenUrl/)
  endpoint = `http://me:pw@127.0.0.1:${port}/token`
  await expect(tokenUrlOf(client, serverAt(port), never)).rejects.toThrow(/no token_endpoint/)
  endpoint = 'nonsense'
  await expect(tokenUrlOf(client, serverAt(port), never)).rejects.toThrow(/no token_endpoint/)
})

test('a server that speaks TLS sends nobody to a token endpoint without', async () => {
  const pki = await makePki()
  const endpoint = urlAt(1)
  const port = await httpPeer(() => ({ body: { token_endpoint: endpoint } }), pki.server)
  const tls = clientOf(pki)
  const { client } = authPair()
  await expect(tokenUrlOf(client, { ...serverAt(port), tls }, never)).rejects.toMatchObject({
    isFinal: true,
    message: expect.stringMatching(/without TLS.*give it as auth\.tokenUrl/),
  })
  expect(await tokenUrlOf({ ...client, tokenUrl: endpoint }, { ...serverAt(port), tls }, never)).toBe(endpoint)
})

async function bearerWith(expiresInS: number, fails: () => boolean = () => false) {
  let asked = 0
  const askedMs: number[] = []
  const port = await httpPeer(() => {
    askedMs.push(performance.now())
    return fails()
      ? { status: 503, body: {} }
      : { body: { access_token: `t${++asked}`, token_type: 'bearer', expires_in: expiresInS } }
  })
  const bearer = await Bearer.begin({ ...authPair().client, tokenUrl: urlAt(port) }, serverAt(port), never)
  onTestFinished(() => bearer.close())
  const events: string[] = []
  const { promise: settled, resolve } = Promise.withResolvers<void>()
  const tell = (event: string) => {
    events.push(event)
    resolve()
  }
  bearer.observe({ refreshed: () => tell('refreshed'), failed: tell })
  return { bearer, events, settled, askedMs, header: () => Buffer.from(bearer.header).toString() }
}

test('a token is replaced before its time is over', async () => {
  const { settled, header } = await bearerWith(0.5)
  expect(header()).toBe('Authorization: Bearer t1\r\n')
  await settled
  expect(header()).toBe('Authorization: Bearer t2\r\n')
})

test('whoever finds the token refused gets another, all of them the same', async () => {
  const { bearer, events, header } = await bearerWith(300)
  const old = bearer.header
  await sleep(1_050)
  expect(await Promise.all(Array.from({ length: 50 }, () => bearer.renew(old)))).toEqual(Array(50).fill(true))
  expect(header()).toBe('Authorization: Bearer t2\r\n')
  expect(events).toEqual(['refreshed'])
  expect(await bearer.renew(old)).toBe(true)
})

test('however short the life of a token, the next is asked for a second later, and who needs it waits', async () => {
  const { bearer, askedMs, header } = await bearerWith(0.05)
  await sleep(100)
  const old = bearer.header
  expect(await Promise.all(Array.from({ length: 50 }, () => bearer.renew(old)))).toEqual(Array(50).fill(true))
  expect(header()).toBe('Authorization: Bearer t2\r\n')
  await sleep(1_500)
  expect(askedMs).toHaveLength(3)
  for (const [i, atMs] of askedMs.slice(1).entries()) expect(atMs - askedMs[i]!).toBeGreaterThan(950)
})

test('who waits for a token when the bearer is closed gets none', async () => {
  const { bearer } = await bearerWith(0.05)
  await sleep(100)
  const renewed = bearer.renew(bearer.header)
  bearer.close()
  expect(await renewed).toBe(false)
})

test('a token endpoint that fails is not asked again at once', async () => {
  let isDown = false
  const { bearer, events, header } = await bearerWith(300, () => isDown)
  isDown = true
  await sleep(1_050)
  expect(await bearer.renew(bearer.header)).toBe(false)
  expect(await bearer.renew(bearer.header)).toBe(false)
  expect(events).toEqual(['http 503'])
  expect(header()).toBe('Authorization: Bearer t1\r\n')
})
