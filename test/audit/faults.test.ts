import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RequestFault } from '../../src/model/fault.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import {
  ANY_MACHINE,
  clear,
  experimentFolders,
  hl7bench,
  type RowData,
  rowsOf,
  workplace,
  writeScenario,
} from '../fixtures/commandLine.ts'
import { NO_TERMS } from './noTerms.ts'

type Protocol = 'mllp' | 'fhir'

interface Parts {
  readonly protocol: Protocol
  readonly records: number
  readonly faults: readonly object[]
  readonly load?: object
}

interface Audited {
  readonly audit: RowData['audit']
  readonly load: RowData['loads'][number]
  /** How often the receiver recorded each identity. */
  readonly arrivals: ReadonlyMap<string, number>
  readonly entries: number
}

const content = {
  mllp: { messages: { sizes: 'template' } },
  fhir: { operations: [{ create: 'Observation' }] },
}

/** One run of fixed work through the built command line, and the receiver's own record of it. */
async function runOnce({ protocol, records, faults, load = {} }: Parts): Promise<Audited> {
  const place = workplace()
  onTestFinished(() => clear(place))
  const file = writeScenario(place, {
    name: 'audit',
    sut: { builtin: { [protocol]: { faults } } },
    load: [
      {
        protocol,
        connections: 8,
        workload: { kind: 'closed', records },
        timeoutMs: 1_500,
        ...content[protocol],
        ...load,
      },
    ],
    phases: { measureMs: 100_000, drainMs: 3_000 },
    validity: ANY_MACHINE,
    runs: 1,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
  expect(ended.code, ended.stderr).toBe(0)
  const [row] = rowsOf(place)
  expect(row?.state, JSON.stringify(row?.reasons ?? row?.error)).toBe('valid')
  const recorded = arrivalsOf(join(experimentFolders(place)[0]!, 'runs', 'r0001', `arrivals-${protocol}.bin`))
  const arrivals = new Map<string, number>()
  for (const { kind, identity } of recorded)
    if (kind === 'stored') arrivals.set(identity, (arrivals.get(identity) ?? 0) + 1)
  return { audit: row!.audit, load: row!.loads[0]!, arrivals, entries: recorded.length }
}

function sum(values: Iterable<number | null>): number {
  let total = 0
  for (const value of values) total += value ?? Number.NaN
  return total
}

const countOf = (arrivals: ReadonlyMap<string, number>, holds: (times: number) => boolean): number =>
  [...arrivals.values()].filter(holds).length

interface Expected {
  readonly name: string
  readonly fault: { readonly kind: string; readonly every: number }
  readonly term: keyof typeof NO_TERMS
  /** Arrivals that the record holds of a message that the fault fell on. */
  readonly stored: 0 | 1 | 2
}

const RECORDS = 310
const ALONE: readonly Expected[] = [
  {
    name: 'stores and loses the ack of',
    fault: { kind: 'lose-ack', every: 50 },
    term: 'unknownArrived',
    stored: 1,
  },
  { name: 'neither stores nor answers', fault: { kind: 'drop', every: 100 }, term: 'unknownAbsent', stored: 0 },
  { name: 'stores twice', fault: { kind: 'duplicate', every: 9 }, term: 'duplicated', stored: 2 },
  { name: 'alters', fault: { kind: 'corrupt', every: 11 }, term: 'corrupted', stored: 1 },
  { name: 'refuses', fault: { kind: 'reject', every: 7 }, term: 'rejected', stored: 0 },
  { name: 'hangs up on', fault: { kind: 'disconnect', every: 40 }, term: 'unknownAbsent', stored: 0 },
  { name: 'acknowledges without storing', fault: { kind: 'lose', every: 13 }, term: 'lost', stored: 0 },
]

for (const protocol of ['mllp', 'fhir'] as const) {
  for (const { name, fault, term, stored } of ALONE) {
    test(`${protocol}: a receiver that ${name} one in ${fault.every} is named exactly`, async () => {
      const { audit, arrivals, entries } = await runOnce({ protocol, records: RECORDS, faults: [fault] })
      const hit = Math.floor(RECORDS / fault.every)
      expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - hit, [term]: hit })
      expect(audit).toMatchObject({
        evidence: 'receiver',
        planned: RECORDS,
        foreign: 0,
        repeats: 0,
        balanced: true,
      })
      // The receiver's side, counted here without the audit.
      expect(entries).toBe(RECORDS - hit + hit * stored)
      expect(countOf(arrivals, times => times === 2)).toBe(stored === 2 ? hit : 0)
    })
  }

  test(`${protocol}: messages sent again after a lost ack are stored twice, and the audit names each`, async () => {
    const { audit, arrivals, entries, load } = await runOnce({
      protocol,
      records: RECORDS,
      faults: [{ kind: 'lose-ack', every: 50 }],
      load: { onUnknown: 'resend', maxAttempts: 10 },
    })
    // Every request is stored, so the record tells how many there were: each 50th was sent once more.
    expect(entries - RECORDS).toBe(Math.floor(entries / 50))
    expect(load.resends).toBe(entries - RECORDS)
    const twice = countOf(arrivals, times => times > 1)
    expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - twice, duplicated: twice })
    expect(audit).toMatchObject({ planned: RECORDS, foreign: 0, balanced: true })
  })

  test(`${protocol}: messages sent again to a receiver that drops some arrive once, all of them`, async () => {
    const { audit, entries } = await runOnce({
      protocol,
      records: RECORDS,
      faults: [{ kind: 'drop', every: 100 }],
      load: { onUnknown: 'resend', maxAttempts: 10 },
    })
    expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
    expect(entries).toBe(RECORDS)
  })
}

test('fhir: conditional creates sent again after a lost ack change nothing, and the audit counts the repeats', async () => {
  const { audit, entries, load } = await runOnce({
    protocol: 'fhir',
    records: RECORDS,
    faults: [{ kind: 'lose-ack', every: 50 }],
    load: {
      operations: [{ create: 'Patient', conditional: true }],
      onUnknown: 'resend',
      maxAttempts: 10,
    },
  })
  expect(entries - RECORDS).toBe(Math.floor(entries / 50))
  expect(audit.repeats).toBe(load.resends)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
})

test.each([
  ['onUnknown: resend', { onUnknown: 'resend' }],
  ['retries', { retry: { backoffMs: 10, budget: 1 } }],
])('fhir: searches and reads sent again after a lost answer are no duplicates, creates are (%s)', async (_, again) => {
  const { audit, arrivals, load } = await runOnce({
    protocol: 'fhir',
    records: RECORDS,
    faults: [{ kind: 'lose-ack', every: 25 }],
    load: {
      population: 20,
      operations: [
        { search: 'Patient', by: 'identifier', expectTotal: 1 },
        { read: 'Patient' },
        { create: 'Observation' },
      ],
      maxAttempts: 10,
      ...again,
    },
  })
  const twice = countOf(arrivals, times => times > 1)
  expect(twice).toBeGreaterThan(0)
  expect(twice).toBeLessThan(load.resends)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - twice, duplicated: twice })
  expect(audit).toMatchObject({ planned: RECORDS, foreign: 0, balanced: true })
  // Reads are in the record once more for each time that they came again.
  expect(audit.repeats).toBe(load.resends - sum(arrivals.values()) + arrivals.size)
})

/** Which term a message belongs to that is sent once and is request number `request` of the receiver. */
function termOf(faults: readonly RequestFault[], request: number): keyof typeof NO_TERMS {
  const hit = new Set(faults.filter(({ every }) => request % every === 0).map(({ kind }) => kind))
  if (hit.has('reject')) return 'rejected'
  if (hit.has('lose')) return 'lost'
  if (hit.has('corrupt')) return 'corrupted'
  return hit.has('duplicate') ? 'duplicated' : 'once'
}

test('100,000 messages over a receiver with four faults at once: every one is accounted for', async () => {
  const records = 100_000
  const faults: RequestFault[] = [
    { kind: 'reject', every: 499, code: 'AE', status: 503 },
    { kind: 'lose', every: 1_009 },
    { kind: 'corrupt', every: 307 },
    { kind: 'duplicate', every: 101 },
  ]
  const { audit, entries } = await runOnce({
    protocol: 'mllp',
    records,
    faults,
    load: { connections: 4, window: 16, timeoutMs: 60_000 },
  })
  const terms: Record<string, number> = { ...NO_TERMS }
  let stored = 0
  for (let request = 1; request <= records; request++) {
    const term = termOf(faults, request)
    terms[term]! += 1
    if (term !== 'rejected' && term !== 'lost') stored += request % 101 === 0 ? 2 : 1
  }
  expect(audit.terms).toEqual(terms)
  expect(audit).toMatchObject({ evidence: 'receiver', planned: records, foreign: 0, balanced: true })
  expect(sum(Object.values(audit.terms))).toBe(records)
  expect(sum(Object.values(audit.acknowledged))).toBe(records)
  expect(entries).toBe(stored)
}, 120_000)

test('20,000 messages over a receiver that loses the ack of 1 in 50: unknown arrived, and none lost', async () => {
  const records = 20_000
  const { audit, entries } = await runOnce({
    protocol: 'mllp',
    records,
    faults: [{ kind: 'lose-ack', every: 50 }],
    load: { connections: 256, timeoutMs: 3_000 },
  })
  expect(entries).toBe(records)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: records - 400, unknownArrived: 400 })
}, 120_000)
