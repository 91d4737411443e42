import { expect, test } from 'vitest'
import { hicnHashOf, patientId } from '../../src/workload/fhir/resources.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, coverage, HICN_SYSTEM, patient } from '../fixtures/fhirPeer.ts'
import { fhirTarget } from '../fixtures/target.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const encoded = (text: string) => encodeURIComponent(text)

async function totals(base: string, type: string, queries: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const query of queries) found.push((await ask('GET', `${base}/${type}?${query}`)).body.total)
  return found
}

test('identifiers are found by system and value, by value alone and by the absence of a system', async () => {
  const { base } = await fhirTarget()
  await ask('POST', `${base}/Patient`, patient('7', 'urn:a'))
  await ask('POST', `${base}/Patient`, patient('7', 'urn:b'))
  await ask('POST', `${base}/Patient`, patient('7', null))
  const queries = [
    'identifier=7',
    'identifier=urn:a|7',
    'identifier=|7',
    'identifier=urn:c|7',
    'identifier=8',
    'identifier=urn:a|7,urn:b|7',
    'identifier=7&identifier=urn:a|7',
  ]
  expect(await totals(base, 'Patient', queries)).toEqual([3, 1, 1, 0, 0, 2, 1])
})

test('a search by form says the same as one by query, and both kinds of parameters count', async () => {
  const { base } = await fhirTarget()
  await ask('POST', `${base}/Patient`, patient('h', HICN_SYSTEM))
  await ask('POST', `${base}/Patient`, patient('i', HICN_SYSTEM))
  const body = `identifier=${encoded(`${HICN_SYSTEM}|h`)}`
  const posted = await ask('POST', `${base}/Patient/_search`, body, form)
  expect(posted.body).toEqual((await ask('GET', `${base}/Patient?${body}`)).body)
  expect(posted.body).toMatchObject({
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    entry: [{ search: { mode: 'match' } }],
  })
  expect((await ask('POST', `${base}/Patient/_search?_id=none`, body, form)).body.total).toBe(0)
})

test('literal and logical references are found by reference and by the identifier of the patient', async () => {
  const { base } = await fhirTarget()
  const { id } = (await ask('POST', `${base}/Patient`, patient('p', 'urn:s'))).body
  await ask('POST', `${base}/Coverage`, coverage({ reference: `Patient/${id}` }))
  await ask('POST', `${base}/Coverage`, coverage({ reference: `${base}/Patient/${id}` }))
  await ask('POST', `${base}/Coverage`, coverage({ identifier: { system: 'urn:s', value: 'p' } }))
  await ask('POST', `${base}/Coverage`, coverage({ identifier: { system: 'urn:other', value: 'p' } }))
  const queries = [
    `beneficiary=Patient/${id}`,
    `beneficiary=${id}`,
    'beneficiary.identifier=urn:s|p',
    'beneficiary:identifier=urn:s|p',
    'beneficiary.identifier=p',
    'beneficiary=Patient/none',
  ]
  expect(await totals(base, 'Coverage', queries)).toEqual([3, 3, 3, 3, 4, 0])
})

test('the population of the workload is there from the start under its known ids', async () => {
  const { base } = await fhirTarget([], 5)
  expect((await ask('GET', `${base}/Patient/${patientId(4)}`)).status).toBe(200)
  const token = encoded(`${HICN_SYSTEM}|${hicnHashOf(1, 3)}`)
  expect((await ask('GET', `${base}/Patient?identifier=${token}`)).body.entry[0].resource.id).toBe(patientId(3))
  expect(
    await totals(base, 'Coverage', [`beneficiary.identifier=${token}`, `beneficiary=Patient/${patientId(3)}`]),
  ).toEqual([1, 1])
  expect(
    await totals(base, 'ExplanationOfBenefit', [`patient:identifier=${token}`, `patient=Patient/${patientId(3)}`]),
  ).toEqual([1, 1])
  expect((await ask('GET', `${base}/Patient`)).body.total).toBe(5)
})

test('observations are found by the patient they are about', async () => {
  const { base } = await fhirTarget()
  await ask('POST', `${base}/Observation`, {
    resourceType: 'Observation',
    status: 'final',
    code: {},
    subject: { reference: 'Patient/9' },
  })
  await ask('POST', `${base}/Observation`, { resourceType: 'Observation', status: 'final', code: {} })
  expect(await totals(base, 'Observation', ['patient=Patient/9', 'patient=Patient/8'])).toEqual([1, 0])
})

test('following the next links gives every match once', async () => {
  const { base } = await fhirTarget()
  for (let i = 0; i < 7; i++) await ask('POST', `${base}/Patient`, patient(`${i}`))
  const ids: string[] = []
  let url: string | undefined = `${base}/Patient?_count=3`
  let pages = 0
  while (url !== undefined) {
    const { body } = await ask('GET', url)
    expect(body.total).toBe(7)
    ids.push(...body.entry.map((entry: { resource: { id: string } }) => entry.resource.id))
    url = body.link.find((link: { relation: string }) => link.relation === 'next')?.url
    pages++
  }
  expect(pages).toBe(3)
  expect(new Set(ids).size).toBe(7)
})

test('the pages of a search that one exchange reads are one arrival', async () => {
  const { base, arrivalsFile } = await fhirTarget([], 5)
  const headers = { 'x-request-id': 'one' }
  const { body } = await ask('GET', `${base}/Patient?_count=3`, undefined, headers)
  await ask('GET', body.link[1].url, undefined, headers)
  await ask('GET', `${base}/Patient?_count=3`, undefined, { 'x-request-id': 'two' })
  expect(arrivalsOf(arrivalsFile).map(({ identity }) => identity)).toEqual(['one', 'two'])
})

test('_total, _summary and _count decide what the answer holds', async () => {
  const { base } = await fhirTarget()
  await ask('POST', `${base}/Patient`, patient('1'))
  const bundle = async (query: string) => (await ask('GET', `${base}/Patient?${query}`)).body
  expect(await bundle('_total=none')).not.toHaveProperty('total')
  expect(await bundle('_total=accurate')).toMatchObject({ total: 1, entry: [{}] })
  expect(await bundle('_total=estimate')).toMatchObject({ total: 1 })
  for (const query of ['_summary=count', '_count=0', '_summary=count&_total=none']) {
    expect(await bundle(query)).toMatchObject({ total: 1 })
    expect(await bundle(query)).not.toHaveProperty('entry')
  }
})

test.each([
  '_total=some',
  '_count=-1',
  '_count=x',
  '_page=x',
  '_summary=text',
  '_format=turtle',
  'identifier=',
  'beneficiary=1',
  'identifier:of=1',
])('the parameter %s is refused', async query => {
  const { base } = await fhirTarget()
  expect((await ask('GET', `${base}/Patient?${query}`)).status).toBe(400)
})
