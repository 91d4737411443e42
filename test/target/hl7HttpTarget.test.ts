import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Fault } from '../../src/model/fault.ts'
import { startHl7HttpTarget } from '../../src/target/hl7HttpTarget.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { admission } from '../fixtures/mllpPeer.ts'
import { behaviourWith, temporaryFile } from '../fixtures/target.ts'

async function receiver(faults: readonly Fault[] = []) {
  const arrivalsFile = temporaryFile('arrivals')
  const common = { host: '127.0.0.1', port: 0, seed: 1, arrivalsFile, transport: 'http' as const, path: '/hl7' }
  const target = await startHl7HttpTarget({ ...common, behaviour: behaviourWith(faults) })
  onTestFinished(() => target.close())
  return { target, arrivalsFile, url: `http://127.0.0.1:${target.port}/hl7` }
}

async function post(url: string, body: string, type = 'application/hl7-v2; charset=iso-8859-1', method = 'POST') {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': type },
    ...(method === 'GET' ? {} : { body: Buffer.from(body, 'latin1') }),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  }
}

test('a message is answered in the reply, in its charset, and is in the record', async () => {
  const { target, url, arrivalsFile } = await receiver()
  expect(await post(url, admission('ID7'))).toEqual({
    status: 200,
    type: 'application/hl7-v2; charset=iso-8859-1',
    body: expect.stringMatching(/^MSH\|.*\rMSA\|AA\|ID7\r$/),
  })
  await target.close()
  expect(arrivalsOf(arrivalsFile).map(({ identity }) => identity)).toEqual(['ID7'])
})

test('AE is answered with 500 and AR with 400, and nothing is stored', async () => {
  const { target, url, arrivalsFile } = await receiver([{ kind: 'reject', every: 1, code: 'AE', status: 503 }])
  expect(await post(url, admission('ID1'))).toMatchObject({
    status: 500,
    body: expect.stringContaining('\rMSA|AE|ID1\r'),
  })
  expect(await post(url, 'MSH|^~\\&|A|B')).toMatchObject({ status: 400, body: expect.stringContaining('\rMSA|AR|\r') })
  await target.close()
  expect(arrivalsOf(arrivalsFile)).toEqual([])
})

test('what is no message is refused by HTTP', async () => {
  const { url } = await receiver()
  expect(await post(url, admission('ID1'), 'text/plain')).toMatchObject({
    status: 415,
    type: 'text/plain; charset=utf-8',
  })
  expect(await post(`${url}/other`, admission('ID1'))).toMatchObject({ status: 404 })
  expect(await post(url, '', 'application/hl7-v2', 'GET')).toMatchObject({ status: 405 })
})

test('an answer with another control id', async () => {
  const { url } = await receiver([{ kind: 'wrong-id', every: 1 }])
  expect((await post(url, admission('ID1'))).body).toContain('\rMSA|AA|NOBODY\r')
})

test('a request line without a version is no HTTP of ours: 400, and the connection is closed', async () => {
  const { target } = await receiver()
  const socket = connect(target.port, '127.0.0.1')
  socket.end('GET /hl7\r\n\r\n')
  let said = ''
  for await (const chunk of socket) said += chunk
  expect(said).toMatch(/^HTTP\/1\.1 400 /)
})
