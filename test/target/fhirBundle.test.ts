import { expect, test } from 'vitest'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, coverage, patient } from '../fixtures/fhirPeer.ts'
import { fhirTarget } from '../fixtures/target.ts'

const post = (url: string, resource: object, more: object = {}) => ({
  request: { method: 'POST', url, ...more },
  resource,
})
const bundle = (type: string, entry: readonly object[]) => ({ resourceType: 'Bundle', type, entry })

const family = (value: string) =>
  bundle('transaction', [
    {
      ...post('Coverage', coverage({ reference: 'urn:uuid:1' }), { ifNoneExist: `identifier=c${value}` }),
      fullUrl: 'urn:uuid:2',
    },
    { ...post('Patient', patient(value), { ifNoneExist: `identifier=${value}` }), fullUrl: 'urn:uuid:1' },
  ])

async function count(base: string, type: string): Promise<number> {
  return (await ask('GET', `${base}/${type}?_summary=count`)).body.total
}

test('a transaction creates its entries and rewrites the references among them, later entries included', async () => {
  const { base } = await fhirTarget()
  const { status, body } = await ask('POST', base, family('1'))
  expect(status).toBe(200)
  expect(body).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' })
  expect(body.entry.map((entry: { response: { status: string } }) => entry.response.status)).toEqual([
    '201 Created',
    '201 Created',
  ])
  const patientId = body.entry[1].response.location.split('/')[1]
  const found = await ask('GET', `${base}/Coverage?beneficiary=Patient/${patientId}`)
  expect(found.body.entry[0].resource.beneficiary).toEqual({ reference: `Patient/${patientId}` })
})

test('references to a patient that was already there name that patient', async () => {
  const { base } = await fhirTarget()
  const { id } = (await ask('POST', `${base}/Patient`, patient('1'))).body
  const { body } = await ask('POST', base, family('1'))
  expect(body.entry[1].response).toMatchObject({ status: '200 OK', location: `Patient/${id}/_history/1` })
  expect((await ask('GET', `${base}/Coverage?beneficiary=Patient/${id}`)).body.total).toBe(1)
  expect(await count(base, 'Patient')).toBe(1)
})

test.each([
  ['a wrong resource', post('Coverage', patient('x')), 400],
  ['a missing element', post('Coverage', { resourceType: 'Coverage' }), 422],
  ['a reference to no entry', post('Coverage', coverage({ reference: 'urn:uuid:9' })), 400],
  ['several matches', post('Patient', patient('twice'), { ifNoneExist: 'identifier=twice' }), 412],
  ['a method that is not served', { request: { method: 'DELETE', url: 'Patient/1' } }, 400],
  ['no request', { resource: patient('x') }, 400],
])('a transaction with %s stores nothing at all', async (_what, entry, status) => {
  const { base, arrivalsFile } = await fhirTarget()
  for (let i = 0; i < 2; i++) await ask('POST', `${base}/Patient`, patient('twice'))
  const transaction = bundle('transaction', [post('Patient', patient('good')), entry])
  const reply = await ask('POST', base, transaction, { 'x-request-id': 'T' })
  expect(reply.status).toBe(status)
  expect(reply.body.issue[0].diagnostics).toMatch(/^Bundle\.entry\[1\]: /)
  expect(await count(base, 'Patient')).toBe(2)
  expect(arrivalsOf(arrivalsFile)).toEqual([])
})

test('two entries of a transaction with the same criteria become one resource', async () => {
  const { base } = await fhirTarget()
  const entry = post('Patient', patient('1'), { ifNoneExist: 'identifier=1' })
  const { body } = await ask('POST', base, bundle('transaction', [entry, entry]))
  expect(body.entry[0].response.location).toBe(body.entry[1].response.location)
  expect(await count(base, 'Patient')).toBe(1)
})

test('a transaction sent again, all of it conditional, is recorded as a repeat', async () => {
  const { base, arrivalsFile } = await fhirTarget()
  const entry = post('Patient', patient('1'), { ifNoneExist: 'identifier=1' })
  for (let i = 0; i < 2; i++) await ask('POST', base, bundle('transaction', [entry]), { 'x-request-id': 'T' })
  expect(arrivalsOf(arrivalsFile).map(({ kind, entry }) => `${kind} ${entry}`)).toEqual([
    'stored 0',
    'stored 1',
    'repeat 0',
    'repeat 1',
  ])
})

test('each entry of a batch is recorded with its place, as what became of it', async () => {
  const { base, arrivalsFile } = await fhirTarget([], 1)
  const creating = post('Patient', patient('1'), { ifNoneExist: 'identifier=1' })
  const refused = post('Coverage', patient('2'))
  const entries = [creating, refused, { request: { method: 'GET', url: 'Patient/p0' } }, creating]
  await ask('POST', base, bundle('batch', entries), { 'x-request-id': 'B' })
  const recorded = arrivalsOf(arrivalsFile)
  expect(recorded.map(({ kind, entry }) => `${kind} ${entry}`)).toEqual(['stored 0', 'stored 1', 'read 3', 'repeat 4'])
  expect(new Set(recorded.map(({ identity, digest }) => identity + digest)).size).toBe(1)
})

test('a batch is recorded as what it did at the most: stored, recognised as a repeat, read, nothing', async () => {
  const { base, arrivalsFile } = await fhirTarget([], 1)
  const read = { request: { method: 'GET', url: 'Patient/p0' } }
  const failing = { request: { method: 'GET', url: 'Patient/none' } }
  const creating = post('Patient', patient('1'), { ifNoneExist: 'identifier=1' })
  for (const entries of [[read, failing], [creating, read], [creating, read], [failing], []])
    await ask('POST', base, bundle('batch', entries), { 'x-request-id': 'B' })
  const whole = arrivalsOf(arrivalsFile).filter(({ entry }) => entry === 0)
  expect(whole.map(({ kind }) => kind)).toEqual(['read', 'stored', 'repeat', 'read'])
})

test('a batch performs what it can and says for each entry what came of it', async () => {
  const { base } = await fhirTarget([], 1)
  const entries = [
    post('Patient', patient('1')),
    post('Coverage', patient('2')),
    { request: { method: 'GET', url: 'Patient/p0' } },
    { request: { method: 'GET', url: 'Patient?identifier=none' } },
    { request: { method: 'GET', url: 'Patient/none' } },
  ]
  const { status, body } = await ask('POST', `${base}/`, bundle('batch', entries))
  expect(status).toBe(200)
  expect(body.type).toBe('batch-response')
  expect(body.entry.map((entry: { response: { status: string } }) => entry.response.status)).toEqual([
    '201 Created',
    '400',
    '200 OK',
    '200 OK',
    '404',
  ])
  expect(body.entry[1].response.outcome.resourceType).toBe('OperationOutcome')
  expect(body.entry[2].resource.id).toBe('p0')
  expect(body.entry[3].resource.total).toBe(0)
  expect(await count(base, 'Patient')).toBe(2)
})

test('a bundle of another type is refused', async () => {
  const { base } = await fhirTarget()
  expect((await ask('POST', base, bundle('collection', []))).status).toBe(400)
  expect((await ask('POST', base, { resourceType: 'Bundle', type: 'batch', entry: {} })).status).toBe(400)
})
