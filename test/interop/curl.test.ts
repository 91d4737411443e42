import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { clear, workplace } from '../fixtures/commandLine.ts'
import { served } from '../fixtures/served.ts'
import { needs } from '../needs.ts'

const withCurl = needs(spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0, 'curl')
const FHIR_JSON = ['-H', 'Content-Type: application/fhir+json']

interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: {
    readonly resourceType: string
    readonly id?: string
    readonly total?: number
    readonly fhirVersion?: string
    readonly entry?: readonly { readonly resource: { readonly id: string } }[]
    readonly link?: readonly { readonly relation: string; readonly url: string }[]
    readonly issue?: readonly { readonly severity: string; readonly code: string }[]
  }
}

async function curl(...args: string[]): Promise<Reply> {
  const written = '\n%{http_code} %{content_type}'
  const { stdout } = await promisify(execFile)('curl', ['-sS', '-m', '10', '-w', written, ...args])
  const end = stdout.lastIndexOf('\n')
  const [status, contentType] = stdout.slice(end + 1).split(' ')
  return { status: Number(status), contentType: contentType!, body: JSON.parse(stdout.slice(0, end)) }
}

async function fhirServer(...args: string[]): Promise<string> {
  const place = workplace()
  onTestFinished(() => clear(place))
  return (await served(place, ['fhir', ...args])).href
}

const patient = (value: string) =>
  JSON.stringify({ resourceType: 'Patient', identifier: [{ system: 'urn:test', value }], name: [{ family: 'Test' }] })

const create = (base: string, value: string, ...headers: string[]) =>
  curl('-X', 'POST', `${base}/Patient`, ...FHIR_JSON, ...headers, '--data-binary', patient(value))

withCurl('curl creates a Patient, reads it and finds it, by GET and by POST', async () => {
  const base = await fhirServer()
  const created = await create(base, 'A1')
  expect([created.status, created.contentType]).toEqual([201, 'application/fhir+json'])
  const read = await curl(`${base}/Patient/${created.body.id}`)
  expect(read).toMatchObject({ status: 200, body: { resourceType: 'Patient', id: created.body.id } })
  const byGet = await curl(`${base}/Patient?identifier=urn:test%7CA1`)
  const byPost = await curl(`${base}/Patient/_search`, '--data-urlencode', 'identifier=urn:test|A1')
  for (const { status, body } of [byGet, byPost]) {
    expect(status).toBe(200)
    expect(body).toMatchObject({ resourceType: 'Bundle', total: 1 })
    expect(body.entry!.map(({ resource }) => resource.id)).toEqual([created.body.id])
  }
})

withCurl('a conditional create answers 201, then 200 with the same resource, and 412 where several match', async () => {
  const base = await fhirServer()
  const condition = ['-H', 'If-None-Exist: identifier=urn:test|B1']
  const first = await create(base, 'B1', ...condition)
  const second = await create(base, 'B1', ...condition)
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body.id).toBe(first.body.id)
  expect((await create(base, 'B1')).status).toBe(201)
  const third = await create(base, 'B1', ...condition)
  expect(third).toMatchObject({ status: 412, body: { resourceType: 'OperationOutcome' } })
})

withCurl('curl follows next links through every page and meets each Patient once', async () => {
  const base = await fhirServer('--population', '23')
  const ids: string[] = []
  const totals = new Set<number | undefined>()
  let url: string | undefined = `${base}/Patient?_count=5`
  let pages = 0
  for (; url !== undefined && pages < 10; pages++) {
    const { status, body } = await curl(url)
    expect(status).toBe(200)
    totals.add(body.total)
    ids.push(...body.entry!.map(({ resource }) => resource.id))
    url = body.link!.find(({ relation }) => relation === 'next')?.url
  }
  expect(pages).toBe(5)
  expect([...totals]).toEqual([23])
  expect(new Set(ids).size).toBe(23)
})

withCurl('metadata is the CapabilityStatement of an R4 server', async () => {
  const { status, body } = await curl(`${await fhirServer()}/metadata`)
  expect(status).toBe(200)
  expect(body.resourceType).toBe('CapabilityStatement')
  expect(body.fhirVersion).toMatch(/^4\.0\./)
})

withCurl('every error is an OperationOutcome', async () => {
  const base = await fhirServer()
  const post = (path: string, body: string) => curl(`${base}/${path}`, ...FHIR_JSON, '--data-binary', body)
  const replies = [
    [404, await curl(`${base}/Patient/none`)],
    [404, await curl(`${base}/Nothing`)],
    [400, await post('Patient', '{"resourceType":')],
    [400, await post('Patient', '{"resourceType":"Coverage"}')],
    [400, await curl(`${base}/Patient?nonsense=1`)],
  ] as const
  for (const [expected, { status, contentType, body }] of replies) {
    expect([status, contentType, body.resourceType]).toEqual([expected, 'application/fhir+json', 'OperationOutcome'])
    expect(body.issue![0]).toMatchObject({ severity: 'error' })
  }
})

withCurl('curl gets XML by Accept and by _format, errors too', async () => {
  const base = await fhirServer('--population', '3')
  const xml = async (...args: string[]) =>
    (await promisify(execFile)('curl', ['-sS', '-m', '10', '-w', '\n%{http_code} %{content_type}', ...args])).stdout
  const read = await xml('-H', 'Accept: application/fhir+xml', `${base}/Patient/p1`)
  expect(read).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?><Patient xmlns="http:\/\/hl7.org\/fhir"><id value="p1"\/>/,
  )
  expect(read).toMatch(/\n200 application\/fhir\+xml$/)
  expect(await xml(`${base}/Patient?_count=1&_format=xml`)).toContain('<type value="searchset"/><total value="3"/>')
  const missing = await xml(`${base}/Patient/none?_format=xml`)
  expect(missing).toContain('<issue><severity value="error"/><code value="not-found"/>')
  expect(missing).toMatch(/\n404 application\/fhir\+xml$/)
})
