import { expect, onTestFinished, test } from 'vitest'
import type { FhirLoad } from '../../src/model/scenario.ts'
import { listen } from '../protocol/peer.ts'
import { fhirPlan, generate } from './fhirLoad.ts'

const UNASKED = 'a reply that was not asked for'

const reply = (status: string, body = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Load on a server that sends what `answer` says for each request, told by its order, in one write. */
async function loadOn(answer: (request: string, nth: number) => string, load: Partial<FhirLoad>) {
  let requests = 0
  const peer = await listen(socket => {
    socket.on('data', bytes => socket.write(answer(bytes.toString('latin1'), requests++)))
  })
  onTestFinished(peer.close)
  const result = await generate(fhirPlan({ host: '127.0.0.1', port: peer.port }, { connections: 1, ...load }))
  return { result, requests: () => requests }
}

test('a reply that comes with a refusal is not credited to the request that is sent next', async () => {
  const { result, requests } = await loadOn(() => reply('503 Busy') + reply('201 Created'), {
    retry: { backoffMs: 20, maxBackoffMs: 50, budget: 1, maxRetryAfterMs: 1000 },
    workload: { kind: 'open', arrivals: 'constant', ratePerSecond: 200, records: 20, maxOutstanding: 1000 },
  })
  expect(result.total).toMatchObject({ accepted: 0, rejected: 20 })
  expect(result.tolerated).toMatchObject({ [UNASKED]: requests() })
})

test('a page that comes with the one before is not taken for the next page', async () => {
  const entry = '{"resource":{"resourceType":"Patient"}}'
  const page = (next: string) =>
    reply('200 OK', `{"resourceType":"Bundle","total":2,"link":[${next}],"entry":[${entry}]}`)
  const first = page('{"relation":"next","url":"/fhir/Patient?page=2"}')
  const { result } = await loadOn(request => (request.includes('page=2') ? reply('410 Gone') : first + page('')), {
    operations: [
      {
        kind: 'search',
        resource: 'Patient',
        by: 'all',
        method: 'GET',
        expectTotal: 2,
        pageSize: 1,
        pageLimit: 5,
        weight: 1,
      },
    ],
    workload: { kind: 'closed', thinkMs: 0, records: 5 },
  })
  expect(result.reasons).toEqual({ 'next page: http 410': 5 })
  expect(result.total).toMatchObject({ accepted: 0, rejected: 5 })
})
