import { expect, onTestFinished, test } from 'vitest'
import { fhirTarget } from '../fixtures/target.ts'
import { listen } from '../protocol/peer.ts'
import { fhirPlan, generate } from './fhirLoad.ts'

const retry = { backoffMs: 5, maxBackoffMs: 50, budget: 1, maxRetryAfterMs: 1000 }
const every = 4

test('a server that refuses some requests with 503 gets them again, and has each once', async () => {
  const { port, base } = await fhirTarget([{ kind: 'reject', every, code: 'AE', status: 503 }])
  const target = { host: '127.0.0.1', port }
  const without = await generate(fhirPlan(target))
  expect(without.total).toMatchObject({ accepted: 30, rejected: 10 })
  expect(without.reasons).toEqual({ 'http 503 error processing': 10 })
  expect(without.counts).toEqual({})
  const again = await generate(fhirPlan(target, { retry, onUnknown: 'resend' }, { runKey: 'ABC124' }))
  expect(again.total).toMatchObject({ accepted: 40, rejected: 0 })
  expect(again.counts!.retries).toBe(again.resends)
  expect(again.counts!.attempts).toBe(40 + again.resends)
  expect(again.resends).toBeGreaterThan(9)
  const found = await fetch(`${base}/Patient?_summary=count`)
  expect(((await found.json()) as { total: number }).total).toBe(70)
})

test('creates whose answer is lost are found there by their second attempt', async () => {
  const { port, base } = await fhirTarget([{ kind: 'lose-ack', every: 10 }])
  const plan = fhirPlan({ host: '127.0.0.1', port }, { retry, onUnknown: 'resend', timeoutMs: 300 })
  const result = await generate(plan)
  expect(result.total.accepted).toBe(40)
  expect(result.counts!['unknown-had-arrived']).toBe(result.counts!['retried-accepted'])
  // Four answers are lost, or more; two of them may be of one request.
  expect(result.counts!['unknown-had-arrived']).toBeGreaterThanOrEqual(2)
  const found = await fetch(`${base}/Patient?_summary=count`)
  expect(((await found.json()) as { total: number }).total).toBe(40)
})

test('of transactions and plain creates whose answer is lost nobody knows whether they had arrived', async () => {
  const operations = [
    { kind: 'transaction', size: 1, weight: 1 },
    { kind: 'create', resource: 'Patient', conditional: false, weight: 1 },
  ] as const
  const { port } = await fhirTarget([{ kind: 'lose-ack', every: 10 }])
  const load = { retry, onUnknown: 'resend', timeoutMs: 300, operations } as const
  const result = await generate(fhirPlan({ host: '127.0.0.1', port }, load))
  expect(result.total.accepted).toBe(40)
  expect(result.counts!['retried-accepted']).toBeGreaterThanOrEqual(2)
  expect(Object.keys(result.counts!).filter(count => count.startsWith('unknown'))).toEqual([])
})

test('a create that is there already, by 304 as some servers say it, was made by the attempt before', async () => {
  const seen = new Set<string>()
  const peer = await listen(socket => {
    socket.on('data', bytes => {
      const id = /X-Request-Id: (\S+)/i.exec(bytes.toString('latin1'))![1]!
      if (seen.has(id)) socket.write('HTTP/1.1 304 Not Modified\r\n\r\n')
      seen.add(id)
    })
  })
  onTestFinished(peer.close)
  const load = {
    ...({ retry, onUnknown: 'resend', timeoutMs: 100, connections: 5 } as const),
    workload: { kind: 'closed', thinkMs: 0, records: 5 },
  } as const
  const result = await generate(fhirPlan({ host: '127.0.0.1', port: peer.port }, load))
  expect(result.total).toMatchObject({ accepted: 5, rejected: 0 })
  expect(result.counts).toMatchObject({ 'retried-accepted': 5, 'unknown-had-arrived': 5 })
  expect(result.reasons).toEqual({})
  expect(result.tolerated).toEqual({ 'timeout, sent again': 5 })
})

test('a refusal that is final is never sent again', async () => {
  for (const status of [400, 404, 410, 412, 422]) {
    const { port } = await fhirTarget([{ kind: 'reject', every, code: 'AE', status }])
    const result = await generate(fhirPlan({ host: '127.0.0.1', port }, { retry, onUnknown: 'resend' }))
    expect(result.total).toMatchObject({ accepted: 30, rejected: 10 })
    expect(result.resends).toBe(0)
    expect(result.alarms).toEqual(status === 412 ? { 'duplicate-resource': 10 } : {})
  }
})
