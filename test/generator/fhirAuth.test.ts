import { expect, onTestFinished, test } from 'vitest'
import type { TokenServerMaterial } from '../../src/model/auth.ts'
import { startFhirTarget } from '../../src/target/fhirTarget.ts'
import { authPair, httpPeer } from '../fixtures/authPeer.ts'
import { behaviourWith, temporaryFile } from '../fixtures/target.ts'
import { fhirPlan, generate } from './fhirLoad.ts'

async function guardedTarget(auth: TokenServerMaterial) {
  const target = await startFhirTarget({
    ...{ host: '127.0.0.1', port: 0, behaviour: behaviourWith([]), seed: 1, arrivalsFile: temporaryFile('arrivals') },
    ...{ basePath: '/fhir', population: 0, auth },
  })
  onTestFinished(() => target.close())
  return { host: '127.0.0.1', port: target.port }
}

const longer = { kind: 'closed', thinkMs: 50, records: 400 } as const

test.each(['RS384', 'ES384'] as const)(
  'a server that demands tokens is loaded with them, signed by %s',
  async algorithm => {
    const { client, server } = authPair(algorithm)
    const target = await guardedTarget(server)
    const result = await generate(fhirPlan(target, {}, { auth: client }))
    expect(result.total).toMatchObject({ accepted: 40, rejected: 0 })
    expect(result.counts).toEqual({})
    const without = await generate(fhirPlan(target))
    expect(without.total.rejected).toBe(40)
    expect(without.reasons).toEqual({ 'http 401 error login': 40 })
  },
)

test('tokens that expire in the middle of a load are replaced, and nothing is refused', async () => {
  const { client, server } = authPair('ES384', 1_400)
  const target = await guardedTarget(server)
  const result = await generate(fhirPlan(target, { workload: longer, connections: 8 }, { auth: client }))
  expect(result.total).toMatchObject({ accepted: 400, rejected: 0 })
  expect(result.counts!['auth-refreshes']).toBeGreaterThanOrEqual(2)
}, 20_000)

/** Takes the newest token only; revokes it once, at the first request 1.2 s after it was given. */
async function revokingPeer(close: boolean) {
  const seen = { tokens: 0, refused: 0, ids: [] as string[] }
  let givenMs = 0
  let good = ''
  const port = await httpPeer((path, request) => {
    if (path === '/token') {
      good = `t${++seen.tokens}`
      givenMs = performance.now()
      return { body: { access_token: good, token_type: 'bearer', expires_in: 3600 } }
    }
    if (seen.tokens === 1 && performance.now() - givenMs > 1_200) good = 'revoked'
    if (request.headers.authorization !== `Bearer ${good}`) {
      seen.refused++
      return { status: 401, headers: close ? { Connection: 'close' } : {}, body: {} }
    }
    seen.ids.push(String(request.headers['x-request-id']))
    return { status: 201, body: { resourceType: 'Patient' } }
  })
  return { port, seen }
}

test.each([false, true])(
  'a token that is revoked under load is replaced once for all connections, each request repeated once (closing: %s)',
  async close => {
    const { port, seen } = await revokingPeer(close)
    const auth = { ...authPair().client, tokenUrl: `http://127.0.0.1:${port}/token` }
    const plan = fhirPlan({ host: '127.0.0.1', port }, { workload: longer, connections: 10 }, { auth })
    const result = await generate(plan)
    expect(result.total).toMatchObject({ accepted: 400, rejected: 0, unknown: 0 })
    expect(seen.tokens).toBe(2)
    expect(seen.refused).toBeGreaterThan(0)
    expect(result.counts).toEqual({ 'auth-refreshes': 1, 'auth-repeats': seen.refused })
    expect(new Set(seen.ids).size).toBe(400)
    expect(seen.ids).toHaveLength(400)
    expect(result.resends).toBe(0)
  },
  20_000,
)

test('what is refused with its new token too is refused, and token requests are few', async () => {
  let tokens = 0
  const port = await httpPeer(path =>
    path === '/token'
      ? { body: { access_token: `t${++tokens}`, token_type: 'bearer', expires_in: 3600 } }
      : { status: 401, body: {} },
  )
  const auth = { ...authPair().client, tokenUrl: `http://127.0.0.1:${port}/token` }
  const result = await generate(fhirPlan({ host: '127.0.0.1', port }, {}, { auth }))
  expect(result.total).toMatchObject({ accepted: 0, rejected: 40 })
  expect(result.reasons).toEqual({ 'http 401': 40 })
  expect(result.counts!['auth-refused']).toBe(40)
  expect(tokens).toBeLessThan(5)
})

test('without a token nothing is sent, and it is said why', async () => {
  const { client, server } = authPair()
  const target = await guardedTarget(server)
  const failing = (changes: object) => generate(fhirPlan(target, {}, { auth: { ...client, ...changes } }))
  await expect(failing({ key: authPair().client.key })).rejects.toThrow(/invalid_client \(the signature.*auth.key/)
  await expect(failing({ clientId: 'other' })).rejects.toThrow(/client is not known.*auth.clientId/)
  const elsewhere = { tokenUrl: `http://localhost:${target.port}/fhir/auth/token` }
  expect((await generate(fhirPlan(target, {}, { auth: { ...client, ...elsewhere } }))).total.accepted).toBe(40)
  const wrong = { tokenUrl: `http://127.0.0.1:${target.port}/fhir/auth/token?x=1` }
  await expect(failing(wrong)).rejects.toThrow(/aud: expected/)
})
