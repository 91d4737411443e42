import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { parseXmlResource } from '../../src/protocol/xml/resource.ts'
import { wantsXml } from '../../src/target/fhirFormat.ts'
import { fhirXml } from '../../src/target/fhirXml.ts'
import { fhirTarget } from '../fixtures/target.ts'

const NS = ' xmlns="http://hl7.org/fhir"'
const written = (resource: Record<string, unknown>) => fhirXml(resource).replace(/^<\?xml[^>]*\?>/, '')

describe('the writer', () => {
  test('puts elements in the order of their definition, whatever order they came in', () => {
    const patient = {
      birthDate: '1970-01-02',
      name: [{ given: ['A', 'B'], family: 'C', use: 'usual' }],
      resourceType: 'Patient',
      identifier: [{ value: '7', system: 'urn:a' }],
      id: 'p1',
      multipleBirthInteger: 2,
      deceasedBoolean: false,
      meta: { lastUpdated: '2020-01-01T00:00:00Z', versionId: '1' },
    }
    expect(written(patient)).toBe(
      `<Patient${NS}><id value="p1"/><meta><versionId value="1"/><lastUpdated value="2020-01-01T00:00:00Z"/></meta>` +
        '<identifier><system value="urn:a"/><value value="7"/></identifier>' +
        '<name><use value="usual"/><family value="C"/><given value="A"/><given value="B"/></name>' +
        '<birthDate value="1970-01-02"/><deceasedBoolean value="false"/><multipleBirthInteger value="2"/></Patient>',
    )
  })

  test('writes the types that a choice names in their own order', () => {
    const value = { code: 'kg', value: 80.5, unit: 'kg' }
    expect(written({ resourceType: 'Observation', valueQuantity: value, status: 'final' })).toBe(
      `<Observation${NS}><status value="final"/><valueQuantity><value value="80.5"/><unit value="kg"/><code value="kg"/></valueQuantity></Observation>`,
    )
  })

  test('writes extensions of primitives, ids and URLs of extensions as attributes, resources within resources, and no narrative', () => {
    const patient = {
      resourceType: 'Patient',
      text: { status: 'generated', div: '<div>' },
      contained: [{ resourceType: 'Organization', name: 'O' }],
      extension: [{ url: 'urn:e', valueString: 'v' }],
      name: [{ given: [null, 'B'], _given: [{ id: 'g', extension: [{ url: 'urn:x', valueCode: 'c' }] }, null] }],
      _birthDate: { extension: [{ url: 'urn:b', valueTime: '10:00:00' }] },
    }
    expect(written(patient)).toBe(
      `<Patient${NS}><contained><Organization><name value="O"/></Organization></contained><extension url="urn:e"><valueString value="v"/></extension>` +
        '<name><given id="g"><extension url="urn:x"><valueCode value="c"/></extension></given><given value="B"/></name>' +
        '<birthDate><extension url="urn:b"><valueTime value="10:00:00"/></extension></birthDate></Patient>',
    )
  })

  test('whatever text a resource holds, the XML is well-formed and the text comes back', () => {
    const text = `<&>"' \t\r\n é \u{1f600} ]]> --`
    const values: string[] = []
    const parser = new SaxesParser()
    parser.on('opentag', ({ attributes }) => void (attributes.value && values.push(attributes.value)))
    parser.on('error', error => {
      throw error
    })
    parser.write(fhirXml({ resourceType: 'Patient', name: [{ text }], 'no<name': 'x', gender: '\0\ud800' })).close()
    expect(values).toEqual([text, '\ufffd\ufffd'])
  })
})

test.each([
  [true, 'application/fhir+xml', '', ''],
  [true, '*/*', '_format=xml', ''],
  [true, '', '_count=1&_format=application/fhir+xml', ''],
  [true, 'application/fhir+json', '', 'identifier=1&_format=application%2Ffhir%2Bxml'],
  [true, 'application/fhir+json;q=0.5, application/fhir+xml', '', ''],
  [false, 'application/fhir+json, application/fhir+xml;q=0.9', '', ''],
  [false, 'application/fhir+xml', '_format=json', ''],
  [false, 'text/html,application/xhtml+xml,*/*', '', ''],
  [false, '', '', ''],
])('XML %s for Accept "%s", query "%s" and form "%s"', (isXml, accept, query, body) => {
  const contentType = body === '' ? '' : 'application/x-www-form-urlencoded'
  expect(wantsXml({ accept, query, contentType, body: Buffer.from(body) })).toBe(isXml)
})

test('reads, searches with their next links, the CapabilityStatement and errors come in XML', async () => {
  const { base } = await fhirTarget([], 3)
  const accept = { headers: { accept: 'application/fhir+xml' } }
  const get = async (path: string, init?: RequestInit) => {
    const reply = await fetch(`${base}/${path}`, init)
    expect(reply.headers.get('content-type')).toBe('application/fhir+xml')
    const text = await reply.text()
    const next = /<relation value="next"\/><url value="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? null
    const entries = text.split('<entry>').length - 1
    return { status: reply.status, resource: parseXmlResource(Buffer.from(text)), next, entries }
  }
  for (const type of ['Patient', 'Coverage', 'ExplanationOfBenefit']) {
    const bundle = await get(`${type}?_count=2&_format=xml`)
    expect(bundle).toMatchObject({ status: 200, resource: { resourceType: 'Bundle', total: 3 }, entries: 2 })
    expect(bundle.next!.startsWith(`${base}/${type}?`)).toBe(true)
    expect(await get(bundle.next!.slice(base.length + 1))).toMatchObject({ entries: 1, next: null })
  }
  expect(await get('Patient/p1', accept)).toMatchObject({ status: 200, resource: { resourceType: 'Patient' } })
  expect(await get('metadata', accept)).toMatchObject({ resource: { resourceType: 'CapabilityStatement' } })
  const missing = await get('Patient/none', accept)
  expect(missing).toMatchObject({ status: 404, resource: { resourceType: 'OperationOutcome' } })
})
