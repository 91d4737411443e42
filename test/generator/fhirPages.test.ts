import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import type { Fault, FhirOperation } from '../../src/model/scenario.ts'
import { startFhirTarget } from '../../src/target/fhirTarget.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { behaviourWith, fhirTarget } from '../fixtures/target.ts'
import { fhirPlan, generate } from './fhirLoad.ts'

const all = {
  kind: 'search',
  resource: 'Patient',
  by: 'all',
  method: 'POST',
  expectTotal: 10,
  pageSize: 3,
  pageLimit: 100,
  weight: 1,
} as const satisfies FhirOperation

async function searchAll(faults: readonly Fault[] = [], search: Partial<typeof all> | object = {}, load: object = {}) {
  const { port, arrivalsFile } = await fhirTarget(faults, 10)
  const operations = [{ ...all, ...search }]
  const result = await generate(fhirPlan({ host: '127.0.0.1', port }, { operations, ...load }))
  return { result, arrivals: arrivalsOf(arrivalsFile) }
}

test.each([
  ['POST', 'json', false],
  ['GET', 'json', true],
  ['POST', 'xml', true],
  ['GET', 'xml', false],
] as const)(
  'searches by %s in %s, gzip %s, read every page, and each is one exchange',
  async (method, format, compress) => {
    const { result, arrivals } = await searchAll([], { method }, { format, compress })
    expect(result.reasons).toEqual({})
    expect(result.total.accepted).toBe(40)
    expect(result.counts).toEqual({ pages: 160, matches: 400 })
    expect(new Set(arrivals.map(({ identity }) => identity)).size).toBe(40)
    expect(arrivals.length).toBe(40)
  },
)

test('without a page limit the first page is all that is read', async () => {
  const { result } = await searchAll([], { pageLimit: undefined })
  expect(result.total.accepted).toBe(40)
  expect(result.counts).toEqual({})
})

test('further pages beyond the limit are counted', async () => {
  const { result } = await searchAll([], { pageLimit: 2 })
  expect(result.total.accepted).toBe(40)
  expect(result.counts).toEqual({ pages: 80, matches: 240, 'page-limit-reached': 40 })
})

test.each([
  ['loop-next', 'next link that was followed before'],
  ['foreign-next', 'next link to another origin'],
  ['lose-next', 'fewer entries over the pages than total'],
] as const)('a server with the fault %s is found out', async (kind, reason) => {
  const { result } = await searchAll([{ kind, every: 1 }])
  expect(result.total.rejected).toBe(40)
  expect(result.reasons).toEqual({ [reason]: 40 })
})

test('the timeout covers all pages', async () => {
  const delay = [{ kind: 'delay', every: 1, ms: 200 }] as const
  const load = { timeoutMs: 1000, workload: { kind: 'closed', thinkMs: 0, records: 4 } }
  expect((await searchAll(delay, { pageSize: 1, pageLimit: 2 }, load)).result.total.accepted).toBe(4)
  expect((await searchAll(delay, { pageSize: 1 }, load)).result.total).toMatchObject({ accepted: 0, unknown: 4 })
})

test('a search whose page is refused for now is read again from its first page', async () => {
  const retry = { backoffMs: 1, maxBackoffMs: 5, budget: 1, maxRetryAfterMs: 1000 }
  const { result } = await searchAll(
    [{ kind: 'reject', every: 7, code: 'AE', status: 503 }],
    {},
    { retry, onUnknown: 'resend', maxAttempts: 20 },
  )
  expect(result.total).toMatchObject({ accepted: 40, rejected: 0 })
  expect(result.counts!.retries).toBeGreaterThan(5)
  expect(result.counts!.pages).toBeGreaterThan(160)
})

const hasIpv6 = Object.values(networkInterfaces()).some(each => each?.some(({ address }) => address === '::1'))

test.runIf(hasIpv6)('the links of a server with an IPv6 address are its own', async () => {
  const here = { host: '::1', port: 0, arrivalsFile: null, basePath: '/fhir' }
  const target = await startFhirTarget({ ...here, behaviour: behaviourWith([]), seed: 1, population: 10 })
  onTestFinished(() => target.close())
  const result = await generate(fhirPlan({ host: '::1', port: target.port }, { operations: [all] }))
  expect(result.reasons).toEqual({})
  expect(result.counts).toEqual({ pages: 160, matches: 400 })
})
