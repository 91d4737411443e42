import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { reservePorts } from '../../src/environment/ports.ts'
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
import { served } from '../fixtures/served.ts'
import { NO_TERMS } from './noTerms.ts'

/** A whole round of the mix, so that half of it are ADT and half ORU. */
const RECORDS = 1_000
const RELAY = '{hl7bench} serve relay --port {mllpPort}'
const ONE = '--to mllp://127.0.0.1:{downstreamMllpPort}'

interface Setup {
  /** Command line of the relay, beyond its port. */
  readonly relay: string
  readonly downstream?: object
  readonly load?: object
  readonly drainMs?: number
  readonly more?: object
}

/** One run of fixed work through a relay, and what the receivers behind it recorded. */
async function through({ relay, downstream = {}, load = {}, drainMs = 4_000, more = {} }: Setup) {
  const place = workplace()
  onTestFinished(() => clear(place))
  const file = writeScenario(place, {
    name: 'engine',
    sut: { start: `${RELAY} ${relay}`, downstream },
    load: [
      {
        protocol: 'mllp',
        connections: 4,
        workload: { kind: 'closed', records: RECORDS },
        messages: { sizes: 'template', mix: { 'ADT^A01': 1, 'ADT^A08': 1, 'ORU^R01': 2 } },
        ...load,
      },
    ],
    phases: { measureMs: 60_000, drainMs },
    validity: ANY_MACHINE,
    runs: 1,
    ...more,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
  const [row] = rowsOf(place)
  expect(row?.state, `${ended.stderr} ${row?.error}`).toBe('valid')
  const folder = join(experimentFolders(place)[0]!, 'runs', 'r0001')
  const arrivals = (name: string) => arrivalsOf(join(folder, `arrivals-downstream-${name}.bin`))
  return { audit: row!.audit as FollowedAudit, load: row!.loads[0] as FollowedLoad, arrivals }
}

type FollowedAudit = RowData['audit'] & { readonly downstream: readonly Record<string, unknown>[] }
type FollowedLoad = RowData['loads'][number] & {
  readonly endToEnd: {
    readonly arrived: number
    readonly missing: number
    readonly quantiles: Readonly<Record<string, { ms?: number; above?: number }>>
    readonly clock: { readonly uncertaintyMs: number }
  }
}

const NOTHING_WRONG = { declared: RECORDS, missing: 0, extra: 0, misrouted: 0, foreign: 0 }
const hits = (every: number) => Math.floor(RECORDS / every)

test('a relay that writes its own control ids is followed: every message once, with its time from end to end', async () => {
  const { audit, load, arrivals } = await through({
    relay: `${ONE} --delay 30`,
    downstream: { receivers: [{ body: 'unchanged' }] },
  })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  expect(audit).toMatchObject({ evidence: 'receiver', planned: RECORDS, foreign: 0, balanced: true })
  expect(audit.downstream).toEqual([{ name: 'downstream', ...NOTHING_WRONG, altered: 0 }])
  expect(arrivals('downstream')).toHaveLength(RECORDS)
  expect(load.endToEnd).toMatchObject({ arrived: RECORDS, missing: 0 })
  // Each message waits 30 ms in the relay before it is forwarded, whatever the machine.
  expect(load.endToEnd.quantiles.p50!.ms).toBeGreaterThan(29)
  expect(load.endToEnd.clock.uncertaintyMs).toBeLessThan(5)
})

test.each([
  ['drop', 9, 'lost', { missing: hits(9) }],
  ['duplicate', 7, 'duplicated', { extra: hits(7) }],
  ['corrupt', 11, 'corrupted', { altered: hits(11) }],
] as const)('a relay that does wrong to every n-th message is named exactly: %s', async (fault, every, term, found) => {
  const { audit, load } = await through({
    relay: `${ONE} --${fault} ${every}`,
    downstream: { receivers: [{ body: 'unchanged' }] },
  })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - hits(every), [term]: hits(every) })
  expect(audit.downstream).toEqual([{ name: 'downstream', ...NOTHING_WRONG, altered: 0, ...found }])
  expect(audit.foreign).toBe(0)
  const missing = term === 'lost' ? hits(every) : 0
  expect(load.endToEnd).toMatchObject({ arrived: RECORDS - missing, missing })
  expect(load.endToEnd.quantiles.max).toHaveProperty(missing > 0 ? 'above' : 'ms')
})

test('a body that the engine may write anew is not compared', async () => {
  const { audit } = await through({ relay: `${ONE} --corrupt 11` })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  expect(audit.downstream).toEqual([{ name: 'downstream', ...NOTHING_WRONG, altered: null }])
})

const ROUTES = {
  relay: "--to 'mllp://127.0.0.1:{downstreamMllpPort.all}' --to 'mllp://127.0.0.1:{downstreamMllpPort.lab},ORU^*'",
  downstream: { receivers: [{ name: 'all' }, { name: 'lab', types: ['ORU^*'] }] },
}

test('one to many and filtered routes arrive as declared', async () => {
  const { audit, load } = await through(ROUTES)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  const counts = { missing: 0, extra: 0, misrouted: 0, foreign: 0, altered: null }
  expect(audit.downstream).toEqual([
    { name: 'all', declared: RECORDS, ...counts },
    { name: 'lab', declared: RECORDS / 2, ...counts },
  ])
  expect(load.endToEnd).toMatchObject({ arrived: RECORDS, missing: 0 })
})

test('what arrives where it is filtered is misrouted, and foreign there', async () => {
  const { audit, arrivals } = await through({ ...ROUTES, relay: `${ROUTES.relay} --misroute 1` })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  expect(audit.downstream[1]).toMatchObject({ declared: RECORDS / 2, misrouted: RECORDS / 2, missing: 0, extra: 0 })
  expect(audit.foreign).toBe(RECORDS / 2)
  expect(arrivals('lab')).toHaveLength(RECORDS)
})

test('a type that is forwarded nowhere though declared is lost; one that is declared nowhere is as declared', async () => {
  const relay = "--to 'mllp://127.0.0.1:{downstreamMllpPort},ADT^A0*'"
  const lost = await through({ relay })
  expect(lost.audit.terms).toEqual({ ...NO_TERMS, once: RECORDS / 2, lost: RECORDS / 2 })
  const filtered = await through({ relay, downstream: { receivers: [{ types: ['ADT^A01', 'ADT^A08'] }] } })
  expect(filtered.audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  // Those that are to arrive nowhere have no time from end to end.
  expect(filtered.load.endToEnd).toMatchObject({ arrived: RECORDS / 2, missing: 0 })
})

test('copies declared: two of each are once, one of each is lost', async () => {
  const downstream = { receivers: [{ copies: 2 }] }
  const twice = await through({ relay: `${ONE} ${ONE}`, downstream })
  expect(twice.audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  const once = await through({ relay: ONE, downstream })
  expect(once.audit.terms).toEqual({ ...NO_TERMS, lost: RECORDS })
  expect(once.audit.downstream[0]).toMatchObject({ declared: 2 * RECORDS, missing: RECORDS })
})

test('an engine that acknowledges before it forwards is waited for', async () => {
  const { audit } = await through({ relay: `${ONE} --ack before --delay 700 --connections 2`, drainMs: 20_000 })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
})

test('an engine that sends again long after is waited for where an SLO asks for duplicates', async () => {
  const late = {
    relay: `${ONE} --ack before --timeout 1500`,
    downstream: { receivers: [{ faults: [{ kind: 'lose-ack', every: 300 }] }] },
  }
  const { audit } = await through({ ...late, more: { slo: { 'audit.duplicated': '= 0' } } })
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - 3, duplicated: 3 })
})

test('with control ids that survive nothing else need carry the identity', async () => {
  const kept = await through({ relay: `${ONE} --keep-id`, downstream: { identity: 'MSH-10' } })
  expect(kept.audit.terms).toEqual({ ...NO_TERMS, once: RECORDS })
  const rewritten = await through({ relay: ONE, downstream: { identity: 'MSH-10' } })
  expect(rewritten.audit.terms).toEqual({ ...NO_TERMS, lost: RECORDS })
  expect(rewritten.audit.foreign).toBe(RECORDS)
})

test('an engine that runs already forwards to a receiver of ours at a port that it knows', async () => {
  const place = workplace()
  onTestFinished(() => clear(place))
  const [port] = await reservePorts(1)
  const relay = await served(place, ['relay', '--to', `mllp://127.0.0.1:${port}`])
  const file = writeScenario(place, {
    name: 'attached-engine',
    environment: { kind: 'attached', mllp: `mllp://127.0.0.1:${relay.port}` },
    sut: { downstream: { receivers: [{ port, body: 'unchanged' }] } },
    load: [
      { protocol: 'mllp', connections: 2, workload: { kind: 'closed', records: 100 }, messages: { sizes: 'template' } },
    ],
    phases: { measureMs: 60_000, drainMs: 2_000 },
    validity: ANY_MACHINE,
    slo: { 'mllp.endToEnd.p99': '< 60 s', 'audit.lost': '= 0', 'audit.misrouted': '= 0' },
    runs: 2,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results])
  expect(ended.code, ended.stderr).toBe(0)
  expect(rowsOf(place).map(({ audit }) => audit.terms)).toEqual([
    { ...NO_TERMS, once: 100 },
    { ...NO_TERMS, once: 100 },
  ])
  expect(ended.stdout).toMatch(/mllp\.endToEnd\.p99/)
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain(
    'Behind the SUT, downstream: 200 arrivals declared; missing 0, extra 0, misrouted 0, foreign 0, altered 0.',
  )
})

test('several generators, an added Z segment, and resends after a lost ack behind the engine', async () => {
  const { audit } = await through({
    relay: `${ONE} --timeout 300`,
    downstream: { identity: 'ZHB-2', receivers: [{ body: 'unchanged', faults: [{ kind: 'lose-ack', every: 50 }] }] },
    load: { generators: 2 },
  })
  const again = RECORDS - (audit.terms.once ?? 0)
  expect(again).toBeGreaterThan(0)
  expect(audit.terms).toEqual({ ...NO_TERMS, once: RECORDS - again, duplicated: again })
  expect(audit.downstream[0]).toMatchObject({ missing: 0, foreign: 0, altered: 0 })
})
