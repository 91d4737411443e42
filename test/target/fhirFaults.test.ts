import { expect, test } from 'vitest'
import { digestBody } from '../../src/ledger/arrivals.ts'
import type { Fault } from '../../src/model/scenario.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, type FhirReply, patient } from '../fixtures/fhirPeer.ts'
import { fhirTarget } from '../fixtures/target.ts'

/** Creates patients 1 and 2 at a target whose fault falls on each second request; the last query is the third. */
async function create(fault: Fault) {
  const { base, arrivalsFile } = await fhirTarget([fault])
  const replies: (FhirReply | 'failed' | 'silent')[] = []
  for (const id of ['1', '2']) {
    const silence = new Promise<'silent'>(resolve => setTimeout(resolve, 1000, 'silent'))
    const asked = ask('POST', `${base}/Patient`, patient(id), { 'x-request-id': id }).catch(() => 'failed' as const)
    replies.push(await Promise.race([asked, silence]))
  }
  const stored = await ask('GET', `${base}/Patient`)
  const statuses = replies.map(reply => (typeof reply === 'string' ? reply : reply.status))
  return { statuses, replies, stored, recorded: arrivalsOf(arrivalsFile) }
}

const ids = (recorded: { identity: string }[]) => recorded.map(({ identity }) => identity)

test('reject answers the status with an OperationOutcome and does not store', async () => {
  const { statuses, replies, stored, recorded } = await create({ kind: 'reject', every: 2, code: 'AE', status: 503 })
  expect(statuses).toEqual([201, 503])
  expect((replies[1] as FhirReply).body.resourceType).toBe('OperationOutcome')
  expect(stored.body.total).toBe(1)
  expect(ids(recorded)).toEqual(['1'])
})

test('disconnect closes the connection without storing', async () => {
  const { statuses, stored, recorded } = await create({ kind: 'disconnect', every: 2 })
  expect(statuses).toEqual([201, 'failed'])
  expect(stored.body.total).toBe(1)
  expect(ids(recorded)).toEqual(['1'])
})

test('drop neither stores nor answers', async () => {
  const { statuses, stored, recorded } = await create({ kind: 'drop', every: 2 })
  expect(statuses).toEqual([201, 'silent'])
  expect(stored.body.total).toBe(1)
  expect(ids(recorded)).toEqual(['1'])
})

test('lose answers 201 without storing', async () => {
  const { statuses, stored, recorded } = await create({ kind: 'lose', every: 2 })
  expect(statuses).toEqual([201, 201])
  expect(stored.body.total).toBe(1)
  expect(ids(recorded)).toEqual(['1'])
})

test('lose-ack stores and does not answer', async () => {
  const { statuses, stored, recorded } = await create({ kind: 'lose-ack', every: 2 })
  expect(statuses).toEqual([201, 'silent'])
  expect(stored.body.total).toBe(2)
  expect(ids(recorded)).toEqual(['1', '2'])
})

test('duplicate stores twice under two ids and records twice', async () => {
  const { statuses, stored, recorded } = await create({ kind: 'duplicate', every: 2 })
  expect(statuses).toEqual([201, 201])
  expect(new Set(stored.body.entry.map((entry: { resource: { id: string } }) => entry.resource.id)).size).toBe(3)
  expect(ids(recorded)).toEqual(['1', '2', '2'])
})

test('corrupt stores an altered resource and records another digest', async () => {
  const { replies, stored, recorded } = await create({ kind: 'corrupt', every: 2 })
  const kept = stored.body.entry.map((entry: { resource: object }) => entry.resource)
  expect(kept[0]).toEqual((replies[0] as FhirReply).body)
  expect(kept[1]).not.toEqual((replies[1] as FhirReply).body)
  const sent = ['1', '2'].map(id => Buffer.from(digestBody(Buffer.from(JSON.stringify(patient(id))))).toString('hex'))
  expect(recorded.map(({ digest }, i) => digest === sent[i])).toEqual([true, false])
})

test('lose-entry answers a Bundle well without the last of the resources that it creates, and records the others', async () => {
  const { base, arrivalsFile } = await fhirTarget([{ kind: 'lose-entry', every: 2 }])
  const entry = (id: string) => ({
    resource: patient(id),
    request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${id}` },
  })
  const post = (type: string, ...ids: string[]) =>
    ask('POST', base, { resourceType: 'Bundle', type, entry: ids.map(entry) }, { 'x-request-id': type })
  await ask('GET', `${base}/Patient`)
  const torn = await post('transaction', '1', '2', '3')
  expect(torn.body.entry.map(({ response }: { response: { status: string } }) => response.status)).toEqual([
    '201 Created',
    '201 Created',
    '201 Created',
  ])
  expect((await ask('GET', `${base}/Patient`)).body.total).toBe(2)
  await post('batch', '1', '4', '2')
  expect((await ask('GET', `${base}/Patient`)).body.total).toBe(2)
  const recorded = arrivalsOf(arrivalsFile).filter(({ entry }) => entry > 0)
  expect(recorded.map(({ kind, identity, entry }) => `${identity} ${entry} ${kind}`)).toEqual([
    'transaction 1 stored',
    'transaction 2 stored',
    'batch 1 repeat',
    'batch 3 repeat',
  ])
})

test.each([
  ['loop-next', (base: string) => `${base}/Patient?_count=1`],
  ['foreign-next', () => expect.stringMatching(/^http:\/\/pages\.invalid\/fhir\/Patient\?_count=1&_page=/)],
  ['lose-next', () => undefined],
] as const)('%s alters the link to the next page, and no answer without one', async (kind, expected) => {
  const { base } = await fhirTarget([{ kind, every: 3 }])
  for (const id of ['1', '2']) await ask('POST', `${base}/Patient`, patient(id))
  const nextOf = ({ body }: FhirReply) =>
    body.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
  expect(nextOf(await ask('GET', `${base}/Patient?_count=1`))).toEqual(expected(base))
  const plain = await ask('GET', `${base}/Patient?_count=1`)
  expect(nextOf(plain)).toContain('_page=')
  await ask('GET', `${base}/Patient`)
  const last = await ask('GET', nextOf(plain))
  expect(last.body).toMatchObject({ total: 2, entry: [{ resource: patient('2') }] })
  expect(nextOf(last)).toBeUndefined()
})

test('delay holds back one answer and stall those of the whole target', async () => {
  for (const kind of ['delay', 'stall'] as const) {
    const { base } = await fhirTarget([{ kind, every: 2, ms: 500 }])
    await ask('GET', `${base}/Patient`)
    const order: string[] = []
    const second = ask('GET', `${base}/Patient`).then(() => order.push('second'))
    await new Promise(resolve => setTimeout(resolve, 20))
    const third = ask('GET', `${base}/Patient`).then(() => order.push('third'))
    await Promise.all([second, third])
    expect(order).toEqual(kind === 'delay' ? ['third', 'second'] : ['second', 'third'])
  }
})

test('metadata counts for no fault', async () => {
  const { base } = await fhirTarget([{ kind: 'reject', every: 1, code: 'AE', status: 500 }])
  expect((await ask('GET', `${base}/metadata`)).status).toBe(200)
  expect((await ask('GET', `${base}/Patient`)).status).toBe(500)
})
