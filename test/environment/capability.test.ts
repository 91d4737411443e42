import { expect, test } from 'vitest'
import { type Capability, undeclared } from '../../src/environment/capability.ts'
import { fhirReady, waitReady } from '../../src/environment/ready.ts'
import { PLAIN, waysOf } from '../../src/environment/ways.ts'
import type { FhirLoad, FhirOperation } from '../../src/model/scenario.ts'
import { capabilityStatement } from '../../src/target/fhirCapability.ts'
import { type FhirNeed, needsOf } from '../../src/workload/fhir/needs.ts'
import { authPair, httpPeer } from '../fixtures/authPeer.ts'
import { never } from './support.ts'

const weight = 1
const TYPES = ['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation'] as const
const EVERY: readonly FhirOperation[] = [
  ...TYPES.map(resource => ({ kind: 'create', resource, conditional: true, weight }) as const),
  ...TYPES.map(resource => ({ kind: 'batch', resource, size: 2, weight }) as const),
  { kind: 'transaction', size: 1, weight },
  { kind: 'read', resource: 'Patient', weight },
  { kind: 'hashedPatients', iterations: 1, threads: 1, records: 1, weight },
  ...(
    [
      ['Patient', 'hicnHash'],
      ['Patient', 'identifier'],
      ['Coverage', 'beneficiary'],
      ['ExplanationOfBenefit', 'patient'],
      ['Observation', 'patient'],
      ['Coverage', 'all'],
    ] as const
  ).map(([resource, by]) => ({ kind: 'search', resource, by, method: 'POST', expectTotal: null, weight }) as const),
]

const own = capabilityStatement('http://h/fhir', '2026-01-01', null) as Capability
const needs = (operations: readonly FhirOperation[], populate: FhirLoad['populate'] = 'never') =>
  needsOf({ operations, populate }, () => [])

test('the built-in server declares all that any operation needs', () => {
  expect(undeclared(own, needs(EVERY, 'before'))).toEqual([])
})

test('each thing that is not declared is told, all at once', () => {
  const poor = {
    resourceType: 'CapabilityStatement',
    fhirVersion: '3.0.2',
    rest: [
      { mode: 'client', interaction: [{ code: 'transaction' }] },
      {
        mode: 'server',
        interaction: [{ code: 'batch' }],
        searchParam: [{ name: 'identifier' }],
        resource: [{ type: 'Patient', interaction: [{ code: 'create' }] }, null, 'nonsense'],
      },
    ],
  } as const
  expect(undeclared(poor as Capability, needs(EVERY.slice(0, 2), 'before'))).toEqual([
    'fhirVersion: expected 4.0.x, found 3.0.2',
    'no transaction',
    'Patient: no conditionalCreate',
    'Coverage: no such resource',
    'ExplanationOfBenefit: no such resource',
  ])
  const search = [
    { kind: 'search', resource: 'Patient', by: 'identifier', method: 'GET', expectTotal: 1, weight },
    { kind: 'search', resource: 'Patient', by: 'all', method: 'GET', expectTotal: 1, pageSize: 5, weight },
  ] as const
  expect(undeclared({ ...own, rest: [{ mode: 'server', resource: [{ type: 'Patient' }] }] }, needs(search))).toEqual([
    'Patient: no interaction search-type',
    'Patient: no search parameter identifier',
  ])
})

test('a version that is told holds nothing that a terminal would obey', () => {
  const posing = { ...own, fhirVersion: '\x1b[2J\x1b]0;x\x07\x9b31m\nok' }
  expect(undeclared(posing, needs([]))).toEqual(['fhirVersion: expected 4.0.x, found ?[2J?]0;x??31m?ok'])
})

test('who declares transactions takes batches too, but not the other way round', () => {
  const batch = { kind: 'batch', resource: 'Patient', size: 2, weight } as const
  const transaction = { kind: 'transaction', size: 2, weight } as const
  const [rest] = own.rest as [object]
  const declaring = (code: string) => ({ ...own, rest: [{ ...rest, interaction: [{ code }] }] })
  expect(undeclared(declaring('transaction'), needs([batch]))).toEqual([])
  expect(undeclared(declaring('batch'), needs([transaction]))).toEqual(['no transaction'])
})

test('requests of code need R4, and no more', () => {
  expect(undeclared({ resourceType: 'CapabilityStatement' }, needs([{ kind: 'code', weight }]))).toEqual([
    'fhirVersion: expected 4.0.x, found none',
  ])
})

test.each([undefined, null, 7, 'rest', {}, [null], [[]]])('a statement whose rest is %j declares nothing', rest => {
  const statement: Capability = { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest }
  expect(undeclared(statement, needs(EVERY))).toEqual(['rest: no entry of mode server'])
})

test('resources and Bundles of files need what they are posted as', () => {
  const files = [
    { resourceType: 'Encounter', text: '{"resourceType":"Encounter"}' },
    { resourceType: 'Bundle', text: '{"resourceType":"Bundle","type":"batch"}' },
    { resourceType: 'Encounter', text: '{"resourceType":"Encounter"}' },
  ]
  const expected: FhirNeed[] = [
    { type: 'Encounter', kind: 'interaction', name: 'create' },
    { type: null, kind: 'interaction', name: 'batch' },
  ]
  expect(needsOf({ operations: [{ kind: 'files', files: [], weight }], populate: 'never' }, () => files)).toEqual(
    expected,
  )
})

test('loads that speak alike ask once, for what all of them need', async () => {
  const load = (operations: readonly FhirOperation[], capability: FhirLoad['capability'] = 'check') =>
    ({ protocol: 'fhir', operations, populate: 'never', capability }) as unknown as FhirLoad
  const loads = [load(EVERY.slice(0, 1)), load(EVERY.slice(1, 2)), load(EVERY.slice(4, 5), 'ignore')]
  const { fhir } = waysOf(loads, [], [])
  expect(fhir).toHaveLength(1)
  expect(new Set(fhir[0]!.needs!.map(({ type }) => type))).toEqual(new Set(['Patient', 'Coverage']))
  let requests = 0
  const port = await httpPeer(() => {
    requests++
    return { body: own }
  })
  const check = fhirReady({ host: '127.0.0.1', port, basePath: '/fhir' }, fhir[0])
  expect(await waitReady([check], 5_000, never)).toBeNull()
  expect(requests).toBe(1)
})

const guardedBy = (port: number) => ({
  ...PLAIN,
  auth: { ...authPair().client, tokenUrl: `http://127.0.0.1:${port}/token` },
})

test('a server that is not ready yet is asked again and again with one token', async () => {
  const seen = { tokens: 0, metadata: 0 }
  const port = await httpPeer(path => {
    if (path === '/token') return { body: { access_token: `t${++seen.tokens}`, token_type: 'bearer', expires_in: 300 } }
    return ++seen.metadata < 5 ? { status: 503, body: {} } : { body: own }
  })
  const check = fhirReady({ host: '127.0.0.1', port, basePath: '/fhir' }, guardedBy(port))
  expect(await waitReady([check], 10_000, never)).toBeNull()
  expect(seen).toEqual({ tokens: 1, metadata: 5 })
})

test.each([
  ['fails', () => ({ status: 503, body: {} }), /no access token: http 503/],
  [
    'gives what is over at once',
    () => ({ body: { access_token: 't', token_type: 'bearer', expires_in: 0.01 } }),
    /http 503/,
  ],
  [
    'gives what the server refuses',
    () => ({ body: { access_token: 't', token_type: 'bearer', expires_in: 300 } }),
    /http 401/,
  ],
])('a token endpoint that %s is asked once a second while a server is waited for', async (_, answer, told) => {
  let tokens = 0
  const status = String(told).includes('401') ? 401 : 503
  const port = await httpPeer(path => {
    if (path !== '/token') return { status, body: {} }
    tokens++
    return answer()
  })
  const check = fhirReady({ host: '127.0.0.1', port, basePath: '/fhir' }, guardedBy(port))
  expect(await waitReady([check], 2_500, never)).toMatch(told)
  expect(tokens).toBeGreaterThanOrEqual(2)
  expect(tokens).toBeLessThanOrEqual(3)
})

test('a server that declares too little is refused at once, and waited for no longer', async () => {
  const port = await httpPeer(() => ({ body: { ...own, fhirVersion: '5.0.0' } }))
  const endpoint = { host: '127.0.0.1', port, basePath: '/fhir' }
  const check = fhirReady(endpoint, { ...PLAIN, needs: [] })
  await expect(waitReady([check], 60_000, never)).rejects.toThrow(/found 5\.0\.0\); .*capability: 'ignore'/)
  expect(await waitReady([fhirReady(endpoint)], 5_000, never)).toBeNull()
})
