import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ANY_MACHINE, clear, hl7bench, rowsOf, workplace } from '../fixtures/commandLine.ts'
import { NO_TERMS } from './noTerms.ts'

const RECORDS = 100
/** The exit code where no request at all was accepted. */
const REFUSED = 99

interface Parts {
  readonly faults: readonly object[]
  /** As they stand in a scenario of TypeScript. */
  readonly operations: string
  /** Beside the scenario: by name, the content in JSON. */
  readonly files?: Readonly<Record<string, object>>
  readonly load?: object
  /** Default: until all is sent. */
  readonly measureMs?: number
  /** Exit code that is expected, default 0. */
  readonly code?: number
}

/** One run of fixed work, in which requests are sent once unless `load` says otherwise. */
async function runOnce({ faults, operations, files = {}, load = {}, measureMs = 100_000, code = 0 }: Parts) {
  const place = workplace()
  onTestFinished(() => clear(place))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place.folder, name), JSON.stringify(content))
  const workload = { kind: 'closed', records: RECORDS }
  const scenario = {
    name: 'bundles',
    sut: { builtin: { fhir: { faults } } },
    phases: { measureMs, drainMs: 3_000 },
    validity: ANY_MACHINE,
    runs: 1,
  }
  const file = join(place.folder, 'scenario.ts')
  const fixed = { protocol: 'fhir', connections: 4, workload, timeoutMs: 1_500, ...load }
  writeFileSync(
    file,
    `export default { ...${JSON.stringify(scenario)}, load: [{ ...${JSON.stringify(fixed)}, operations: ${operations} }] }`,
  )
  const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
  expect(ended.code, ended.stderr).toBe(code)
  const [row] = rowsOf(place)
  expect(row?.state, JSON.stringify(row?.reasons ?? row?.error)).toBe('valid')
  expect(row!.audit).toMatchObject({ evidence: 'receiver', foreign: 0, balanced: true })
  return { audit: row!.audit, load: row!.loads[0]! }
}

test('transactions of which a part was stored are found, although each was answered well', async () => {
  const { audit } = await runOnce({
    faults: [{ kind: 'lose-entry', every: 9 }],
    operations: "[{ transaction: 'patient', size: 2 }]",
  })
  expect(audit.acknowledged).toMatchObject({ accepted: RECORDS })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - 11, corrupted: 11 })
})

test('batches with an entry that was answered well and not stored are lost', async () => {
  const { audit } = await runOnce({
    faults: [{ kind: 'lose-entry', every: 9 }],
    operations: "[{ batch: 'Patient', size: 5 }]",
  })
  expect(audit.acknowledged).toMatchObject({ accepted: RECORDS })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - 11, lost: 11 })
})

test('Bundles sent again after a lost answer store what is not there yet, and each is there once', async () => {
  const { audit, load } = await runOnce({
    faults: [
      { kind: 'lose-ack', every: 12 },
      { kind: 'lose-entry', every: 24 },
    ],
    operations: "[{ transaction: 'patient', size: 2 }, { batch: 'Observation', size: 4 }]",
    load: { onUnknown: 'resend', maxAttempts: 10 },
  })
  expect(load.resends).toBeGreaterThan(0)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  // A second attempt that had an entry left to store is no repeat.
  expect(audit.repeats).toBeGreaterThan(0)
  expect(audit.repeats).toBeLessThan(load.resends)
})

/** Batches whose first entry is refused: a Coverage without what a Coverage must have. */
const PARTLY_REFUSED = `index => ({
  method: 'POST',
  path: '/',
  expect: { statuses: [200], resourceType: 'Bundle', entries: 3 },
  body: {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { resource: { resourceType: 'Coverage' }, request: { method: 'POST', url: 'Coverage' } },
      ...['a', 'b'].map(name => ({
        resource: { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: name + index }] },
        request: { method: 'POST', url: 'Patient' },
      })),
    ],
  },
})`

test('a batch that was rejected for one entry is lost when another was answered well and not stored', async () => {
  const { audit, load } = await runOnce({
    faults: [{ kind: 'lose-entry', every: 9 }],
    operations: PARTLY_REFUSED,
    code: REFUSED,
  })
  expect(load.reasons).toEqual({ 'entry http 422': RECORDS })
  expect(audit.acknowledged).toMatchObject({ rejected: RECORDS })
  expect(audit.terms).toEqual({ ...NO_TERMS, rejected: RECORDS - 11, lost: 11 })
})

const created = (name: string, resource: object) => ({
  resource: { resourceType: name, ...resource },
  request: { method: 'POST', url: name },
})
const PATIENT = created('Patient', { identifier: [{ system: 'urn:x', value: 'a' }] })

test('Bundles from files are audited by their entries too, each by its own number of them', async () => {
  const { audit } = await runOnce({
    faults: [{ kind: 'lose-entry', every: 10 }],
    files: {
      'two.json': { resourceType: 'Bundle', type: 'transaction', entry: [PATIENT, PATIENT] },
      'three.json': { resourceType: 'Bundle', type: 'transaction', entry: [PATIENT, PATIENT, PATIENT] },
    },
    operations: "[{ files: ['two.json', 'three.json'] }]",
  })
  expect(audit.acknowledged).toMatchObject({ accepted: RECORDS })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - 10, corrupted: 10 })
})

test('a batch of a file is rejected when one of its entries failed', async () => {
  const { audit, load } = await runOnce({
    faults: [],
    files: { 'batch.json': { resourceType: 'Bundle', type: 'batch', entry: [PATIENT, created('Coverage', {})] } },
    operations: "[{ files: ['batch.json'] }]",
    code: REFUSED,
  })
  expect(load.reasons).toEqual({ 'entry http 422': RECORDS })
  expect(audit.terms).toEqual({ ...NO_TERMS, rejected: RECORDS })
})

test('autocannon too says which entries were refused', async () => {
  const { audit } = await runOnce({
    faults: [{ kind: 'lose', every: 9 }],
    operations: PARTLY_REFUSED,
    load: { engine: 'autocannon', workload: { kind: 'closed' }, connections: 1 },
    measureMs: 500,
    code: REFUSED,
  })
  expect(audit.terms.lost).toBeGreaterThan(0)
})
