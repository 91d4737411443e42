import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeLinks } from '../../src/generator/content.ts'
import { prepare } from '../../src/generator/measure.ts'
import type { OutcomeCounts } from '../../src/model/exchange.ts'
import type { Fault } from '../../src/model/fault.ts'
import type { GeneratorResult } from '../../src/model/generator.ts'
import type { MllpLoad } from '../../src/model/scenario.ts'
import { decode } from '../../src/stats/histogram.ts'
import { startMllpTarget } from '../../src/target/mllpTarget.ts'
import { compileMessages } from '../../src/workload/hl7/compiled.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { behaviourWith, temporaryFile } from '../fixtures/target.ts'
import { plan } from './generatorProcess.ts'

interface Sent {
  readonly result: GeneratorResult
  /** Control ids in the receiver's record, in order. */
  readonly stored: readonly string[]
}

/** Fixed work of a real sender against the built-in receiver with these faults, in this process. */
async function send(
  faults: readonly Fault[],
  overrides: Partial<MllpLoad> = {},
  records = 12,
  module: string | null = null,
): Promise<Sent> {
  const { transport = 'mllp', checksum = 'xor', acknowledgement = 'original' } = overrides
  const arrivalsFile = temporaryFile('arrivals')
  const options = { host: '127.0.0.1', port: 0, behaviour: behaviourWith(faults), seed: 1, arrivalsFile }
  const target = await startMllpTarget({ ...options, transport, checksum })
  onTestFinished(() => target.close())
  const told = plan(
    target.port,
    {
      connections: 1,
      timeoutMs: 5000,
      maxAttempts: 3,
      workload: { kind: 'closed', thinkMs: 0, records },
      ...overrides,
    },
    { phases: { warmupMs: 0, measureMs: 20_000, drainMs: 1000 } },
  )
  const compiled = compileMessages(told.load.protocol === 'mllp' ? told.load.messages : never(), [], acknowledgement)
  const whole = { ...told, module, content: module === null ? compiled : { kind: 'code' } }
  const ready = await prepare(whole, await makeLinks(whole))
  const result = await ready.measure(() => {})
  await target.close()
  return { result, stored: arrivalsOf(arrivalsFile).map(({ identity }) => identity) }
}

function never(): never {
  throw new Error('not an MLLP load')
}

interface Expected {
  readonly what: string
  readonly faults: readonly Fault[]
  readonly load?: Partial<MllpLoad>
  readonly records?: number
  readonly total: Partial<OutcomeCounts>
  readonly tolerated?: Readonly<Record<string, number>>
  readonly reasons?: Readonly<Record<string, number>>
  /** Whether the link was dialled again. */
  readonly redials?: boolean
  readonly stored: number
}

const twelve = { accepted: 12 }
/** Long enough for a busy machine, short enough to wait for. */
const SHORT = { timeoutMs: 400 } as const

const CASES: readonly Expected[] = [
  {
    what: 'an ack without framing is no ack: the message timed out',
    faults: [{ kind: 'no-framing', every: 4 }],
    load: SHORT,
    total: { accepted: 9, unknown: 3 },
    tolerated: { 'frame-without-vt': 3 },
    reasons: { timeout: 3 },
    stored: 12,
  },
  {
    what: 'an ack without VT is taken',
    faults: [{ kind: 'no-vt', every: 4 }],
    total: twelve,
    tolerated: { 'frame-without-vt': 3 },
    stored: 12,
  },
  {
    what: 'FS without CR is taken; the last of a connection shows no more',
    faults: [{ kind: 'no-cr', every: 1 }],
    total: twelve,
    tolerated: { 'fs-without-cr': 11 },
    stored: 12,
  },
  {
    what: 'a LF after FS CR is passed over',
    faults: [{ kind: 'lf-after-fs', every: 4 }],
    total: twelve,
    tolerated: { 'stray-bytes': 3 },
    stored: 12,
  },
  {
    what: 'a LF before VT is passed over',
    faults: [{ kind: 'lf-before-vt', every: 4 }],
    total: twelve,
    tolerated: { 'stray-bytes': 3 },
    stored: 12,
  },
  {
    what: 'NULs between frames are passed over',
    faults: [{ kind: 'nuls', every: 4 }],
    total: twelve,
    tolerated: { 'stray-bytes': 3 },
    stored: 12,
  },
  ...(['crlf-segments', 'lf-segments'] as const).map(kind => ({
    what: `an ack with ${kind} is read`,
    faults: [{ kind, every: 4 }],
    total: twelve,
    tolerated: { 'line-feeds-in-ack': 3 },
    stored: 12,
  })),
  {
    what: 'a control id that nobody sent is a mismatch',
    faults: [{ kind: 'wrong-id', every: 4 }],
    total: { accepted: 9, mismatched: 3 },
    reasons: { 'another control id': 3 },
    stored: 12,
  },
  {
    what: 'an empty control id is a mismatch',
    faults: [{ kind: 'empty-id', every: 4 }],
    total: { accepted: 9, mismatched: 3 },
    reasons: { 'another control id': 3 },
    stored: 12,
  },
  {
    what: 'the control id of the message before is not credited, and the message times out',
    faults: [{ kind: 'swapped-id', every: 4 }],
    load: SHORT,
    total: { accepted: 9, unknown: 3 },
    tolerated: { 'repeated-ack': 3 },
    reasons: { timeout: 3 },
    stored: 12,
  },
  {
    what: 'an ack of another connection is a mismatch on both',
    faults: [{ kind: 'crossed', every: 1 }],
    load: { connections: 2 },
    records: 2,
    total: { mismatched: 2 },
    reasons: { 'another control id': 2 },
    stored: 2,
  },
  {
    what: 'acks out of order are matched by their ids',
    faults: [{ kind: 'reorder', every: 3 }],
    load: { window: 4 },
    total: twelve,
    stored: 12,
  },
  {
    what: 'an ack that comes after its message timed out is credited to nobody',
    faults: [{ kind: 'delay', every: 4, ms: 1200 }],
    load: SHORT,
    total: { accepted: 9, unknown: 3 },
    reasons: { timeout: 3 },
    redials: true,
    stored: 12,
  },
  {
    what: 'a message that timed out and is sent again is stored twice by a receiver that was only late',
    faults: [{ kind: 'delay', every: 4, ms: 1200 }],
    load: { ...SHORT, onUnknown: 'resend' },
    total: twelve,
    // Messages 4, 8 and 12 to arrive are late: the twelfth that is not is the fifteenth.
    tolerated: { 'timeout, sent again': 3 },
    redials: true,
    stored: 15,
  },
  {
    what: 'AE is a rejection',
    faults: [{ kind: 'reject', every: 4, code: 'AE', status: 500 }],
    total: { accepted: 9, rejected: 3 },
    reasons: { AE: 3 },
    stored: 9,
  },
  {
    what: 'AE then success: sent again where the load says so',
    faults: [{ kind: 'reject-once', every: 1 }],
    load: { onRejected: 'resend' },
    total: twelve,
    tolerated: { 'AE, sent again': 12 },
    stored: 12,
  },
  {
    what: 'AR is final, whatever the load says',
    faults: [{ kind: 'reject', every: 4, code: 'AR', status: 500 }],
    load: { onRejected: 'resend' },
    total: { accepted: 9, rejected: 3 },
    reasons: { AR: 3 },
    stored: 9,
  },
  {
    what: 'a message sent too soon for a receiver that needs a gap is passed over and times out',
    faults: [{ kind: 'gap', ms: 60_000 }],
    load: SHORT,
    records: 3,
    total: { accepted: 2, unknown: 1 },
    // The third goes out on a new connection, on which nothing was answered yet.
    reasons: { timeout: 1 },
    redials: true,
    stored: 2,
  },
  {
    what: 'a think time keeps the gap that a receiver needs',
    faults: [{ kind: 'gap', ms: 20 }],
    load: { workload: { kind: 'closed', thinkMs: 40, records: 4 } },
    total: { accepted: 4 },
    stored: 4,
  },
  {
    what: 'an ack after which the receiver closes is taken',
    faults: [{ kind: 'close-after', every: 1 }],
    load: { workload: { kind: 'closed', thinkMs: 100, records: 3 } },
    total: { accepted: 3 },
    redials: true,
    stored: 3,
  },
  {
    what: 'a half-closed connection is dialled again',
    faults: [{ kind: 'half-close', every: 1 }],
    load: { workload: { kind: 'closed', thinkMs: 100, records: 3 } },
    total: { accepted: 3 },
    redials: true,
    stored: 3,
  },
  {
    what: 'acks that each wait for a look at the link are only slow',
    faults: [{ kind: 'check', ms: 20 }],
    load: { window: 4 },
    total: twelve,
    stored: 12,
  },
  {
    what: 'acks withheld until a read timer expires are only slow',
    faults: [{ kind: 'read-timer', ms: 30 }],
    load: { window: 4 },
    total: twelve,
    stored: 12,
  },
  {
    what: 'enhanced mode: both acks come',
    faults: [],
    load: { acknowledgement: 'enhanced' },
    total: twelve,
    stored: 12,
  },
  {
    what: 'enhanced mode: an application ack that asks for a commit gets one, which the receiver does not store',
    faults: [{ kind: 'ask-commit', every: 1 }],
    load: { acknowledgement: 'enhanced' },
    total: twelve,
    stored: 12,
  },
  {
    what: 'enhanced mode: an application ack without a commit is taken',
    faults: [{ kind: 'no-commit', every: 4 }],
    load: { acknowledgement: 'enhanced' },
    total: twelve,
    tolerated: { 'application-ack-without-commit': 3 },
    stored: 12,
  },
  {
    what: 'enhanced mode: a commit after the application ack is passed over',
    faults: [{ kind: 'late-commit', every: 4 }],
    load: { acknowledgement: 'enhanced', workload: { kind: 'closed', thinkMs: 30, records: 12 } },
    total: twelve,
    tolerated: { 'application-ack-without-commit': 3, 'commit-after-application-ack': 3 },
    stored: 12,
  },
  {
    what: 'enhanced mode: a second commit is passed over',
    faults: [{ kind: 'double-commit', every: 4 }],
    load: { acknowledgement: 'enhanced' },
    total: twelve,
    tolerated: { 'repeated-commit': 3 },
    stored: 12,
  },
  {
    what: 'enhanced mode: a lost application ack leaves the message unknown, and it is not sent again',
    faults: [{ kind: 'no-application-ack', every: 4 }],
    load: { ...SHORT, acknowledgement: 'enhanced', onUnknown: 'resend' },
    total: { accepted: 9, unknown: 3 },
    reasons: { 'timeout after the commit': 3 },
    stored: 12,
  },
  {
    what: 'enhanced mode: CE ends the exchange',
    faults: [{ kind: 'reject', every: 4, code: 'CE', status: 500 }],
    load: { acknowledgement: 'enhanced' },
    total: { accepted: 9, rejected: 3 },
    reasons: { CE: 3 },
    stored: 9,
  },
  {
    what: 'enhanced mode: AE after a commit is a rejection',
    faults: [{ kind: 'reject', every: 4, code: 'AE', status: 500 }],
    load: { acknowledgement: 'enhanced' },
    total: { accepted: 9, rejected: 3 },
    reasons: { AE: 3 },
    stored: 9,
  },
  ...(['xor', 'sum', 'none'] as const).map(checksum => ({
    what: `HLLP with checksum ${checksum}: blocks go and come`,
    faults: [],
    load: { transport: 'hllp' as const, checksum },
    total: twelve,
    stored: 12,
  })),
  ...(['C', 'X', 'B', 'G'] as const).map(reason => ({
    what: `HLLP: a NAK ${reason} is a rejection`,
    faults: [{ kind: 'nak' as const, every: 4, reason }],
    load: { transport: 'hllp' as const },
    total: { accepted: 9, rejected: 3 },
    reasons: { [`hllp NAK ${reason}`]: 3 },
    stored: 9,
  })),
]

test.each(CASES)('$what', async expected => {
  const { faults, load, records, total, tolerated = {}, reasons = {}, redials, stored } = expected
  const sent = await send(faults, load, records)
  const { result } = sent
  expect(result.total).toEqual({
    accepted: 0,
    rejected: 0,
    mismatched: 0,
    unknown: 0,
    dropped: 0,
    unfinished: 0,
    ...total,
  })
  expect(result.tolerated).toEqual(tolerated)
  expect(result.reasons).toEqual(reasons)
  if (redials) expect(result.redials).toBeGreaterThan(0)
  expect(sent.stored).toHaveLength(stored)
})

test.each([
  ['closes what idles', { kind: 'close-idle', ms: 20 }],
  ['takes one connection only', { kind: 'max-connections', connections: 1 }],
  ['takes one session only, the newest', { kind: 'one-session' }],
  ['closes right after each ack', { kind: 'close-after', every: 1 }],
  ['ends its own side after each ack', { kind: 'half-close', every: 1 }],
] as const)(
  'a receiver that %s costs dials; what was lost with a connection is unknown or was sent again',
  async (_, fault) => {
    const load = { connections: 2, onUnknown: 'resend' } as const
    const { result, stored } = await send([fault], {
      ...load,
      workload: { kind: 'closed', thinkMs: 30, records: 12 },
    })
    const { accepted, unknown } = result.total
    expect(result.redials).toBeGreaterThan(0)
    expect(accepted + unknown).toBe(12)
    expect(new Set(stored).size).toBeGreaterThanOrEqual(accepted)
    expect(Object.keys(result.reasons).every(reason => /closed by the peer|ECONNRESET|EPIPE/.test(reason))).toBe(true)
  },
)

test('a rejection is explained by the coded parts of its ERR segment', async () => {
  const { result } = await send([{ kind: 'reject', every: 4, code: 'AE', status: 500 }])
  expect(result.ackErrors).toEqual({ 'AE 207 Application internal error, E': 3 })
})

test('in enhanced mode the commit is clocked apart from the answer', async () => {
  const { result } = await send([{ kind: 'delay', every: 1, ms: 30 }], { acknowledgement: 'enhanced' })
  const commit = decode(result.histograms.commit)
  expect(commit.totalCount).toBe(12)
  expect(commit.maxValue).toBeLessThan(decode(result.histograms.service).minNonZeroValue)
})

test('messages made by code that a block cannot hold are dropped, never sent', async () => {
  const folder = dirname(temporaryFile('module'))
  const module = join(folder, 'scenario.ts')
  writeFileSync(
    module,
    `export default { load: [{ messages: (index: number) =>
      'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1\\rNTE|1||' + 'x'.repeat(index === 3 ? 100_000 : 10) }] }`,
  )
  const { result, stored } = await send([], { transport: 'hllp' }, 6, pathToFileURL(module).href)
  expect(result.total).toMatchObject({ accepted: 5, dropped: 1 })
  expect(result.reasons).toEqual({ 'longer than 99994 bytes': 1 })
  expect(stored).toHaveLength(5)
})
