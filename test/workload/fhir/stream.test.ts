import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FhirOperation, FhirResourceType } from '../../../src/model/scenario.ts'
import { compileOperations } from '../../../src/workload/fhir/compiled.ts'
import { populationRequests } from '../../../src/workload/fhir/population.ts'
import { hicnHashOf } from '../../../src/workload/fhir/resources.ts'
import { codeRequestStream, createDraft, requestStream } from '../../../src/workload/fhir/stream.ts'
import { HICN_HASH_SYSTEM, RECORD_SYSTEM } from '../../../src/workload/fhir/systems.ts'
import { createIdentity } from '../../../src/workload/identity.ts'
import { OPTIONS, request, streamOf } from './render.ts'

type Resource = { resourceType: string; identifier: { system: string; value: string }[] }

const TYPES: readonly FhirResourceType[] = ['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation']
const creates: FhirOperation[] = TYPES.map(resource => ({ kind: 'create', resource, conditional: true, weight: 1 }))
const search = (
  resource: FhirResourceType,
  by: 'hicnHash' | 'identifier' | 'beneficiary' | 'patient',
  method: 'GET' | 'POST' = 'POST',
) => ({ kind: 'search', resource, by, method, expectTotal: 1, weight: 1 }) satisfies FhirOperation
const ALL: FhirOperation[] = [
  ...creates,
  { kind: 'transaction', size: 1, weight: 2 },
  search('Patient', 'hicnHash'),
  search('Coverage', 'beneficiary', 'GET'),
  { kind: 'read', resource: 'Patient', weight: 1 },
]
const identity = createIdentity(OPTIONS.runKey, OPTIONS.loadIndex)
const HASHES = new Set(Array.from({ length: 100 }, (_, k) => hicnHashOf(OPTIONS.seed, k)))

test('request i is the same whatever was rendered before into the same draft', () => {
  const used = streamOf(ALL)
  const draft = createDraft()
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), sequence => {
      const last = sequence.map(index => request(used, index, draft)).at(-1)
      expect(last).toEqual(request(streamOf(ALL), sequence.at(-1)!))
    }),
  )
})

test('operations come by weight', () => {
  const stream = streamOf([
    { kind: 'transaction', size: 1, weight: 3 },
    { kind: 'read', resource: 'Patient', weight: 1 },
  ])
  const names = Array.from({ length: 4000 }, (_, i) => request(stream, i).name)
  expect(Math.abs(names.filter(name => name === 'transaction').length / 4000 - 0.75)).toBeLessThan(0.03)
})

test.each(TYPES)('a conditional create of %s is JSON whose identity is the condition', type => {
  const stream = streamOf([{ kind: 'create', resource: type, conditional: true, weight: 1 }])
  fc.assert(
    fc.property(fc.nat(), index => {
      const { method, path, body, ifNoneExist, contentType } = request(stream, index)
      const resource = JSON.parse(body) as Resource
      expect([method, path, resource.resourceType, contentType]).toEqual([
        'POST',
        `/${type}`,
        type,
        'application/fhir+json',
      ])
      expect(resource.identifier[0]).toEqual({ system: RECORD_SYSTEM, value: identity.text(index) })
      expect(ifNoneExist).toBe(`identifier=${encodeURIComponent(`${RECORD_SYSTEM}|${identity.text(index)}`)}`)
      expect(body).not.toContain('~')
    }),
  )
})

test('a create without condition has none, and only 201 is good', () => {
  const stream = streamOf([{ kind: 'create', resource: 'Patient', conditional: false, weight: 1 }])
  expect(request(stream, 1).ifNoneExist).toBe('')
  expect(stream.operations[0]!.statuses).toEqual([201])
  expect(streamOf(creates).operations[0]!.statuses).toEqual([201, 200, 304])
})

test('an initial load creates unless the hash exists, and knows a record that does by 200 or 304', () => {
  const operations = [{ kind: 'hashedPatients', iterations: 1, threads: 1, records: 10, weight: 1 }] as const
  const compiled = compileOperations({ operations, population: 0 })
  const stream = requestStream(compiled, OPTIONS, undefined, () => 'a'.repeat(64))
  expect(request(stream, 3).ifNoneExist).toContain('a'.repeat(64))
  expect(stream.operations[0]).toMatchObject({ statuses: [201, 200, 304], existed: [200, 304] })
})

test('created records never match a search of the population', () => {
  for (let i = 0; i < 300; i++) {
    const hashes = request(streamOf(creates), i).body.match(/[0-9a-f]{64}/g) ?? []
    expect(hashes.some(hash => HASHES.has(hash))).toBe(false)
  }
})

test('requests of different sizes in one load create patients of different hashes', () => {
  const stream = streamOf([
    { kind: 'create', resource: 'Patient', conditional: true, weight: 1 },
    { kind: 'transaction', size: 2, weight: 1 },
    { kind: 'batch', resource: 'Patient', size: 5, weight: 1 },
  ])
  const hashes = Array.from(
    { length: 300 },
    (_, i) => request(stream, i).body.match(/(?<=")[0-9a-f]{64}(?=")/g)!,
  ).flat()
  expect(hashes.length).toBeGreaterThan(700)
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('another run creates other records', () => {
  const bodies = ['ABC123', 'ABC124'].map(
    runKey => JSON.parse(request(streamOf([creates[0]!], { runKey }), 9).body) as Resource,
  )
  expect(bodies[0]!.identifier[0]).not.toEqual(bodies[1]!.identifier[0])
  expect(bodies[0]!.identifier[1]).not.toEqual(bodies[1]!.identifier[1])
})

test('a transaction creates patient, coverage and claim, each on condition, and ties them by urn:uuid', () => {
  const { path, body, ifNoneExist } = request(streamOf([{ kind: 'transaction', size: 1, weight: 1 }]), 35)
  const bundle = JSON.parse(body)
  expect([path, ifNoneExist, bundle.resourceType, bundle.type]).toEqual(['/', '', 'Bundle', 'transaction'])
  const [patient, coverage, claim] = bundle.entry
  expect(coverage.resource.beneficiary.reference).toBe(patient.fullUrl)
  expect(claim.resource.patient.reference).toBe(patient.fullUrl)
  expect(claim.resource.insurance[0].coverage.reference).toBe(coverage.fullUrl)
  for (const { resource, request: entry } of bundle.entry) {
    expect(entry).toEqual({
      method: 'POST',
      url: resource.resourceType,
      ifNoneExist: `identifier=${encodeURIComponent(`${RECORD_SYSTEM}|${identity.text(35)}`)}`,
    })
    expect(resource.identifier[0]).toEqual({ system: RECORD_SYSTEM, value: identity.text(35) })
  }
})

test.each([
  ['Patient', 'hicnHash', 'identifier'],
  ['Coverage', 'beneficiary', 'beneficiary.identifier'],
  ['Coverage', 'hicnHash', 'beneficiary.identifier'],
  ['ExplanationOfBenefit', 'patient', 'patient.identifier'],
  ['Observation', 'patient', 'patient.identifier'],
] as const)('%s by %s asks for %s with a hash of the population', (resource, by, parameter) => {
  const form = request(streamOf([search(resource, by)]), 5)
  const query = request(streamOf([search(resource, by, 'GET')]), 5)
  expect([form.method, form.path, form.contentType]).toEqual([
    'POST',
    `/${resource}/_search`,
    'application/x-www-form-urlencoded',
  ])
  expect([query.method, query.path, query.body]).toEqual(['GET', `/${resource}?${form.body}`, ''])
  expect(form.body).toContain('%7C')
  const [system, value] = new URLSearchParams(form.body).get(parameter)!.split('|')
  expect(system).toBe(HICN_HASH_SYSTEM)
  expect(HASHES.has(value!)).toBe(true)
})

test('a search of all has no criteria, and asks for pages of a size where it is to', () => {
  const all = { ...search('Coverage', 'identifier'), by: 'all' } as const
  const asked = (operation: FhirOperation, format: 'json' | 'xml' = 'json') => {
    const compiled = compileOperations({ operations: [operation], population: 1, format })
    const { path, body } = request(requestStream(compiled, OPTIONS), 3)
    return `${path} ${body}`
  }
  expect(asked(all)).toBe('/Coverage/_search ')
  expect(asked({ ...all, method: 'GET' })).toBe('/Coverage ')
  expect(asked({ ...all, method: 'GET', pageSize: 20 })).toBe('/Coverage?_count=20 ')
  expect(asked({ ...all, pageSize: 20 }, 'xml')).toBe('/Coverage/_search _count=20&_format=xml')
  expect(asked({ ...search('Coverage', 'identifier'), pageSize: 7 })).toMatch(
    /^\/Coverage\/_search identifier=.*&_count=7$/,
  )
  expect(asked({ ...all, pageSize: 20, pageLimit: 9 })).toBe('/Coverage/_search _count=20&_total=accurate')
  expect(asked({ ...all, pageLimit: 9, expectTotal: null })).toBe('/Coverage/_search ')
  expect(streamOf([{ ...all, pageLimit: 9 }]).operations[0]).toMatchObject({ pageLimit: 9 })
})

test('a created ExplanationOfBenefit is insured by a Coverage that the population has', () => {
  const coverages = Array.from({ length: 64 }, (_, k) => {
    const bundle: { entry: { resource: Resource }[] } = JSON.parse(request(populationRequests(OPTIONS.seed), k).body)
    return bundle.entry.find(({ resource }) => resource.resourceType === 'Coverage')!.resource.identifier[0]
  })
  const stream = streamOf([{ kind: 'create', resource: 'ExplanationOfBenefit', conditional: true, weight: 1 }])
  for (let index = 0; index < 200; index++) {
    const { insurance } = JSON.parse(request(stream, index).body)
    expect(coverages).toContainEqual(insurance[0].coverage.identifier)
  }
})

test('the number sign of the system is encoded', () => {
  expect(request(streamOf([search('Patient', 'hicnHash')]), 5).body).toContain('identifier%23hicnHash')
})

test.each([
  ['Patient', /\/mrn\|HB000000\d\d$/],
  ['Coverage', /\/coverage\|C000000\d\d$/],
  ['ExplanationOfBenefit', /\/claim\|E000000\d\d$/],
  ['Observation', /\/observation\|O000000\d\d$/],
] as const)('%s by identifier asks for its own number', (resource, token) => {
  const { body } = request(streamOf([search(resource, 'identifier')]), 5)
  expect(new URLSearchParams(body).get('identifier')).toMatch(token)
})

test('a search expects a Bundle with the total that the scenario says', () => {
  expect(streamOf([search('Patient', 'hicnHash')]).operations).toEqual([
    { name: 'search Patient by hicnHash', statuses: [200], resourceType: 'Bundle', total: 1 },
  ])
})

test('reads and searches reach every patient of the population and no other', () => {
  const stream = streamOf([{ kind: 'read', resource: 'Patient', weight: 1 }])
  const ids = new Set(Array.from({ length: 2000 }, (_, i) => request(stream, i).path))
  expect(ids).toEqual(new Set(Array.from({ length: 100 }, (_, k) => `/Patient/p${k}`)))
})

test('the population is loaded as patients of the seed, each on condition of its hash', () => {
  const { body } = request(populationRequests(OPTIONS.seed), 12)
  const [patient, coverage] = JSON.parse(body).entry
  expect(patient.resource.identifier[0].value).toBe(hicnHashOf(OPTIONS.seed, 12))
  expect(patient.request.ifNoneExist).toBe(
    `identifier=${encodeURIComponent(`${HICN_HASH_SYSTEM}|${hicnHashOf(OPTIONS.seed, 12)}`)}`,
  )
  expect(coverage.request.ifNoneExist).toMatch(/%7CC00000012$/)
})

test('everything that cannot be compiled is told at once', () => {
  const operations: FhirOperation[] = [
    { kind: 'search', resource: 'Patient', by: 'beneficiary', method: 'GET', expectTotal: null, weight: -1 },
    { kind: 'files', files: ['none.json'], weight: 0 },
  ]
  expect(() => compileOperations({ operations, population: 0 })).toThrow(
    [
      'operations[0]: weight -1; use a number of at least 0',
      'operations[0]: a Patient cannot be searched by beneficiary; use hicnHash or identifier',
      'operations[1]: no resource in any file; add at least one',
      'operations: no weight above 0; give one operation a weight',
      'population: 0; use 1 to 100000000, as numbers have eight digits',
    ].join('\n'),
  )
})

test('files are posted byte for byte; a transaction Bundle goes to the base and is answered by a Bundle', () => {
  const patient = { resourceType: 'Patient', text: '{ "resourceType": "Patient", "name": [{ "family": "Äther" }] }' }
  const bundle = { resourceType: 'Bundle', text: '{"resourceType":"Bundle","type":"transaction"}' }
  const document = { resourceType: 'Bundle', text: '{"resourceType":"Bundle","type":"document"}' }
  const stream = streamOf([{ kind: 'files', files: ['x'], weight: 1 }], {}, [patient, bundle, document])
  const seen = new Set(
    Array.from({ length: 200 }, (_, i) => request(stream, i)).map(({ path, body, name }) => `${name} ${path} ${body}`),
  )
  expect([...seen].sort()).toEqual([
    `files (Bundle) / ${bundle.text}`,
    `files /Bundle ${document.text}`,
    `files /Patient ${patient.text}`,
  ])
})

test('Bundles of files expect as many entries as they have, unless one of them may be answered well with another status', () => {
  const bundle = (type: string, methods: readonly string[]) => ({
    resourceType: 'Bundle',
    text: JSON.stringify({
      resourceType: 'Bundle',
      type,
      entry: methods.map(method => ({ request: { method, url: 'Patient' } })),
    }),
  })
  const files = [
    bundle('batch', ['POST', 'GET']),
    bundle('transaction', ['PUT']),
    bundle('batch', ['POST', 'DELETE']),
    bundle('batch', []),
  ]
  const stream = streamOf([{ kind: 'files', files: ['x'], weight: 1 }], {}, files)
  expect(stream.operations.map(({ entries, isAtomic }) => [entries, isAtomic])).toEqual([
    [2, false],
    [1, true],
    [undefined, undefined],
  ])
  const draft = createDraft()
  for (let i = 0; i < 100; i++) {
    const { body } = request(stream, i, draft)
    const { entries } = stream.operations[draft.operation]!
    if (entries !== undefined) expect(JSON.parse(body).entry).toHaveLength(entries)
  }
})

test('requests made by a function bring their own expectation', () => {
  const stream = codeRequestStream((index, random) => {
    if (index === 0)
      return { method: 'GET', path: '/metadata', expect: { statuses: [200], resourceType: 'CapabilityStatement' } }
    return {
      method: 'PUT',
      path: `/Patient/${index}`,
      body: { resourceType: 'Patient', id: `${index}`, n: random() },
      ifNoneExist: 'a=b',
    }
  }, OPTIONS)
  const draft = createDraft()
  expect(request(stream, 0, draft)).toMatchObject({ method: 'GET', path: '/metadata', body: '', ifNoneExist: '' })
  expect(stream.operations[draft.operation]).toEqual({
    name: 'code',
    statuses: [200],
    resourceType: 'CapabilityStatement',
    total: null,
  })
  const put = request(stream, 3, draft)
  expect(put).toMatchObject({
    method: 'PUT',
    path: '/Patient/3',
    ifNoneExist: 'a=b',
    contentType: 'application/fhir+json',
  })
  expect(JSON.parse(put.body)).toMatchObject({ id: '3' })
  expect(request(stream, 3)).toEqual(put)
  expect(stream.operations.length).toBe(2)
})

test.each([
  [() => undefined, 'request 0 of the function is undefined; return at once an object with method and path'],
  [async () => ({ method: 'GET', path: '/' }), 'request 0 of the function is a Promise; return at once'],
  [() => ({ method: 'GET', path: 'DOE' }), 'has a path without a slash in front; begin it with /'],
  [() => ({ method: 'GET', path: '/Patient?name=J DOE' }), 'has a path with a space or another character that is not'],
  [() => ({ method: 'GET', path: '/Patient?name=D\u00d6E' }), 'that is not printable ASCII; percent-encode it'],
  [() => ({ method: 'GET', path: '/Patient\r\nX-DOE: 1' }), 'that is not printable ASCII; percent-encode it'],
  [
    () => ({ method: 'DELETE', path: '/Patient/DOE' }),
    'request 0 of the function has a method that is not supported; use GET',
  ],
  [() => ({ method: 'get', path: '/' }), 'use GET, POST or PUT, in capitals'],
  [() => ({ path: '/' }), 'request 0 of the function has a method that is not supported'],
  [
    () => ({ method: 'POST', path: '/', contentType: 'application/json' }),
    'use application/fhir+json or application/x-',
  ],
  [() => ({ method: 'POST', path: '/', ifNoneExist: 'a=b\r\nX-DOE: 1' }), 'has an ifNoneExist with a space or another'],
  [() => ({ method: 'POST', path: '/', body: { big: 1n } }), 'request 0 of the function could not be made: TypeError'],
])('what a function gives is checked, and nothing of it told (%#)', (make, told) => {
  expect(() => request(codeRequestStream(make as never, OPTIONS), 0)).toThrow(told)
})

test('a function without a path, without end of expectations, or missing is refused', () => {
  expect(() =>
    request(
      codeRequestStream(() => ({ method: 'GET', path: 'Patient' }), OPTIONS),
      0,
    ),
  ).toThrow(/begin it with \//)
  const endless = codeRequestStream(index => ({ method: 'GET', path: '/', expect: { total: index } }), OPTIONS)
  expect(() => {
    for (let i = 0; i < 300; i++) request(endless, i)
  }).toThrow(/more than 256 different expectations/)
  expect(() =>
    requestStream({ operations: [{ kind: 'code', weight: 1 }], population: 0, skew: 0, charset: 'ascii' }, OPTIONS),
  ).toThrow(/export it/)
})
