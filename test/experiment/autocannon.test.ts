import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import { temporaryFolder } from '../environment/support.ts'
import { realRun, whyNot } from './realRun.ts'

const scenario = (
  load: string,
  builtin = '',
  validity = '{ maxPauseMs: 60_000, maxCpuShare: 64, maxStarvedShare: 1 }',
) => `export default {
  name: 'second-engine',
  sut: { builtin: { fhir: { serviceTime: { distribution: 'constant', meanMs: 20 }, ${builtin} } } },
  load: [{ protocol: 'fhir', engine: 'autocannon', connections: 4, workload: { kind: 'closed' }, population: 50, ${load} }],
  phases: { warmupMs: 200, measureMs: 800, drainMs: 1500 },
  validity: ${validity},
}`

test('autocannon drives a closed loop of our requests: verified, counted and audited like our own', async () => {
  const operations = "operations: [{ search: 'Patient', by: 'hicnHash', expectTotal: 1 }, { create: 'Patient' }]"
  const result = await realRun({ scenario: scenario(operations) })
  expect(whyNot(result)).toEqual([])
  if (result.state === 'failed') return
  const [load] = result.loads
  expect(load!.measured.accepted).toBeGreaterThan(20)
  expect(load!.errorRatio).toBe(0)
  expect(load!.quantiles.response.p50.ms).toBeGreaterThanOrEqual(19)
  expect(load!.bytesOut).toBeGreaterThan(1000)
  expect(load!.generators[0]).toMatchObject({ connectionsWanted: 4, connectionsOpened: 4 })
  expect(result.audit.balanced).toBe(true)
  expect(result.audit.evidence).not.toBe('acknowledgements')
  expect(result.audit.foreign).toBe(0)
  expect(result.audit.terms).toMatchObject({ lost: 0, duplicated: 0, corrupted: 0, unsent: 0 })
})

test('a status, a total and a connection that are not as they should be are told by their reasons, and lost records by the audit', async () => {
  const faults = `faults: [
    { kind: 'reject', every: 7, status: 503 }, { kind: 'disconnect', every: 11 }, { kind: 'lose', every: 13 },
  ]`
  const result = await realRun({ scenario: scenario("operations: [{ create: 'Patient' }]", faults) })
  expect(whyNot(result)).toEqual([])
  if (result.state === 'failed') return
  const [load] = result.loads
  expect(Object.keys(load!.reasons).join()).toContain('http 503')
  expect(load!.reasons.disconnected).toBeGreaterThan(0)
  expect(load!.total.unknown).toBe(load!.reasons.disconnected)
  expect(result.audit.balanced).toBe(true)
  expect(result.audit.terms.lost).toBeGreaterThan(0)
})

test('a target that does not answer is a timeout, and the answer that comes late is nobody else’s', async () => {
  const faults = "faults: [{ kind: 'delay', every: 5, ms: 1300 }]"
  const result = await realRun({ scenario: scenario("timeoutMs: 1000, operations: [{ create: 'Patient' }]", faults) })
  expect(whyNot(result)).toEqual([])
  if (result.state === 'failed') return
  expect(result.loads[0]!.reasons.timeout).toBeGreaterThan(0)
  expect(result.loads[0]!.quantiles.service.max.ms ?? 0).toBeLessThan(1300)
  expect(result.audit.balanced).toBe(true)
})

test('what autocannon cannot do is refused with the remedy, all at once', async () => {
  const file = join(temporaryFolder(), 's.ts')
  writeFileSync(
    file,
    scenario(
      "timeoutMs: 500, onUnknown: 'resend', operations: [{ create: 'Patient' }], workload: { kind: 'open', ratePerSecond: 10, records: 5 }",
    ),
  )
  const message = await loadScenario(file).then(
    () => '',
    (error: Error) => error.message,
  )
  for (const path of ['workload.kind', 'workload.records', 'timeoutMs', 'onUnknown']) expect(message).toContain(path)
  expect(message).toContain("engine: 'own'")
})

test('a next page that code expects is told to be beyond autocannon', async () => {
  const operations =
    "operations: [() => ({ method: 'GET', path: '/Patient?_count=10', expect: { resourceType: 'Bundle', pageLimit: 9 } })]"
  const result = await realRun({ scenario: scenario(`populate: 'before', ${operations}`) })
  expect(whyNot(result)).toEqual([])
  if (result.state === 'failed') return
  expect(result.loads[0]!.measured.accepted).toBe(0)
  expect(Object.keys(result.loads[0]!.reasons)).toContain('a next page, which autocannon cannot read')
})
