import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { digestBody } from '../../src/ledger/arrivals.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, coverage, patient } from '../fixtures/fhirPeer.ts'
import { fhirTarget } from '../fixtures/target.ts'

test('a created resource has a location, a version and is read back', async () => {
  const { base } = await fhirTarget()
  const created = await ask('POST', `${base}/Patient`, { ...patient('1'), id: 'mine' })
  expect(created.status).toBe(201)
  expect(created.headers.get('content-type')).toBe('application/fhir+json')
  expect(created.headers.get('etag')).toBe('W/"1"')
  expect(created.headers.get('location')).toBe(`${base}/Patient/${created.body.id}/_history/1`)
  expect(created.body).toMatchObject({ ...patient('1'), meta: { versionId: '1' } })
  const read = await ask('GET', `${base}/Patient/${created.body.id}`)
  expect(read.body).toEqual(created.body)
  expect((await ask('GET', created.headers.get('location')!)).body).toEqual(created.body)
  expect((await ask('GET', `${base}/Patient/${created.body.id}/_history/2`)).status).toBe(404)
})

test('every answer says how long it is', async () => {
  const { base } = await fhirTarget()
  for (const url of [`${base}/metadata`, `${base}/Patient`, `${base}/Nothing`]) {
    const { headers, body } = await ask('GET', url, undefined, { 'accept-encoding': 'identity' })
    expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(JSON.stringify(body)))
  }
})

test('the capability statement declares what is served', async () => {
  const { base } = await fhirTarget()
  const { body } = await ask('GET', `${base}/metadata`)
  expect(body).toMatchObject({
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    implementation: { url: base },
  })
  const types = body.rest[0].resource.map((resource: { type: string }) => resource.type)
  expect(types).toEqual(['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation'])
  for (const { type, searchParam, conditionalCreate } of body.rest[0].resource) {
    expect(conditionalCreate).toBe(true)
    for (const { name } of searchParam) expect((await ask('GET', `${base}/${type}?${name}=x`)).status).toBe(200)
  }
})

test.each([
  ['malformed JSON', 'POST', '/Patient', '{"resourceType":', 'application/fhir+json', 400],
  ['another resource type', 'POST', '/Patient', '{"resourceType":"Coverage"}', 'application/fhir+json', 400],
  ['a body that is no object', 'POST', '/Patient', '[]', 'application/fhir+json', 400],
  [
    'identifiers that are no array',
    'POST',
    '/Patient',
    '{"resourceType":"Patient","identifier":{}}',
    'application/json',
    422,
  ],
  ['a coverage of nobody', 'POST', '/Coverage', '{"resourceType":"Coverage"}', 'application/fhir+json', 422],
  ['an unknown type', 'POST', '/Medication', '{}', 'application/fhir+json', 404],
  ['an unknown id', 'GET', '/Patient/404', undefined, '', 404],
  ['a path below a resource', 'GET', '/Patient/1/2', undefined, '', 404],
  ['a method that is not served', 'DELETE', '/Patient/1', undefined, '', 405],
  ['an update', 'PUT', '/Patient/1', '{}', 'application/fhir+json', 405],
  ['another media type', 'POST', '/Patient', '<Patient/>', 'application/fhir+xml', 415],
  ['a search that is no form', 'POST', '/Patient/_search', '{}', 'application/fhir+json', 415],
  ['an unknown search parameter', 'GET', '/Patient?shoesize=9', undefined, '', 400],
  ['a bundle that is none', 'POST', '', '{"resourceType":"Patient"}', 'application/fhir+json', 400],
])('%s is answered with an OperationOutcome', async (_what, method, path, body, contentType, status) => {
  const { base } = await fhirTarget()
  const reply = await ask(method, base + path, body, contentType === '' ? {} : { 'content-type': contentType })
  expect(reply.status).toBe(status)
  expect(reply.headers.get('content-type')).toBe('application/fhir+json')
  expect(reply.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] })
  if (status === 405) expect(reply.headers.get('allow')).toMatch(/GET|POST/)
})

test('a path outside the base is not found', async () => {
  const { port } = await fhirTarget()
  expect((await ask('GET', `http://127.0.0.1:${port}/fhirx/Patient`)).status).toBe(404)
})

test('a body of more than 64 MiB is refused with 413, and the connection goes on', async () => {
  const { base, port } = await fhirTarget()
  const options = {
    host: '127.0.0.1',
    port,
    path: '/fhir/Patient',
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
  }
  const sent = request(options)
  for (let mebibyte = 0; mebibyte < 65; mebibyte++) {
    if (!sent.write(Buffer.alloc(1 << 20, 0x20))) await once(sent, 'drain')
  }
  sent.end()
  const [reply] = await once(sent, 'response')
  expect(reply.statusCode).toBe(413)
  reply.resume()
  expect((await ask('GET', `${base}/Patient`)).status).toBe(200)
})

test('pipelined requests are answered in order', async () => {
  const { port } = await fhirTarget()
  const socket = connect(port, '127.0.0.1')
  const head = (path: string) => `GET /fhir${path} HTTP/1.1\r\nHost: test\r\n\r\n`
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  socket.write(head('/Patient/1') + head('/Patient?_summary=count') + head('/metadata'))
  while (!text.includes('CapabilityStatement')) await once(socket, 'data')
  socket.destroy()
  expect(text.match(/HTTP\/1.1 (\d+)/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200', 'HTTP/1.1 200'])
})

test('what was performed is recorded under its X-Request-Id with the digest of its body', async () => {
  const { base, arrivalsFile } = await fhirTarget()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  await ask('POST', `${base}/Patient`, patient('1'), { 'x-request-id': 'CREATE' })
  await ask('POST', `${base}/Patient/_search`, 'identifier=1', { ...form, 'x-request-id': 'SEARCH' })
  await ask('GET', `${base}/Patient/1`, undefined, { 'x-request-id': 'READ' })
  await ask('GET', `${base}/Patient/none`, undefined, { 'x-request-id': 'REFUSED' })
  await ask('POST', `${base}/Coverage`, coverage({ reference: 'Patient/1' }))
  const digestOf = (body: string) => Buffer.from(digestBody(Buffer.from(body))).toString('hex')
  expect(arrivalsOf(arrivalsFile)).toMatchObject([
    { kind: 'stored', identity: 'CREATE', digest: digestOf(JSON.stringify(patient('1'))) },
    { kind: 'read', identity: 'SEARCH', digest: digestOf('identifier=1') },
    { kind: 'read', identity: 'READ', digest: digestOf('') },
  ])
})
