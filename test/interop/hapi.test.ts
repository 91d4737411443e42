import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ANY_MACHINE, experimentFolders, hl7bench, rowsOf, writeScenario } from '../fixtures/commandLine.ts'
import { type Cut, cuttingProxy } from '../fixtures/proxy.ts'
import { served } from '../fixtures/served.ts'
import { needs } from '../needs.ts'
import { HAPI_JARS, hapiFolder, hapiReceiver, javaArgs, NEEDS_HAPI } from './hapi.ts'
import { expectAllAccepted, newWorkplace, resultMessage, sendFiles } from './traffic.ts'

const withHapi = needs(HAPI_JARS !== undefined, NEEDS_HAPI)
const MEGABYTE = 1_000_000

withHapi(
  'our generator to HAPI: declared charsets, 1 MB in OBX-5, and acks out of order under a window of 16 are all matched',
  async () => {
    const receiver = await hapiReceiver()
    const messages = [
      resultMessage('UNICODE UTF-8', 'MÜLLERß'),
      resultMessage('8859/1', 'LÉVÊQUE'),
      resultMessage('UNICODE UTF-8', '中村'),
    ]
    expectAllAccepted(await sendFiles(receiver.port, messages, 600, { connections: 3, window: 16 }), 600)
    expectAllAccepted(await sendFiles(receiver.port, [resultMessage('UNICODE UTF-8', 'GROSS', MEGABYTE)], 4), 4)
    const { received, names, longest } = await receiver.end()
    expect(received).toBe(604)
    expect([...names].sort()).toEqual(['MÜLLERß', 'LÉVÊQUE', '中村', 'GROSS'].sort())
    expect(longest).toBeGreaterThan(MEGABYTE)
  },
  120_000,
)

withHapi(
  'our generator to HAPI over a line that cuts both directions into single bytes, or coalesces frames',
  async () => {
    const receiver = await hapiReceiver()
    const messages = [resultMessage('UNICODE UTF-8', 'MÜLLERß'), resultMessage('8859/1', 'LÉVÊQUE')]
    for (const cut of ['single bytes', 'coalesced'] as const) {
      const port = await cuttingProxy(receiver.port, cut)
      expectAllAccepted(await sendFiles(port, messages, 100, { connections: 2, window: 8 }), 100)
    }
    const { received, names } = await receiver.end()
    expect(received).toBe(200)
    expect([...names].sort()).toEqual(['LÉVÊQUE', 'MÜLLERß'])
  },
  120_000,
)

interface Sending {
  readonly count: number
  readonly connections: number
  /** Messages of HAPI's in flight on one connection. */
  readonly threads?: number
  readonly charset?: string
  readonly bytes?: number
  readonly cut?: Cut
}

/** HAPI sends to our receiver; how many it saw accepted, what it complained about, and what our receiver recorded. */
async function hapiSends({ count, connections, threads = 1, charset = 'UNICODE UTF-8', bytes = 10, cut }: Sending) {
  const place = newWorkplace()
  const record = join(place.folder, 'arrivals')
  const direct = Number((await served(place, ['mllp', '--arrivals', record])).port)
  const port = cut === undefined ? direct : await cuttingProxy(direct, cut)
  const args = [port, count, connections, threads, charset, bytes].map(String)
  const { stdout } = await promisify(execFile)('java', javaArgs('Sender', ...args), {
    cwd: hapiFolder(),
    timeout: 90_000,
  })
  const [accepted, ...faults] = stdout.trim().split('\n')
  return { accepted: Number(accepted), faults, arrived: arrivalsOf(record).map(({ identity }) => identity) }
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `H${i + 1}`).sort()

const SENDINGS: readonly (readonly [string, Sending])[] = [
  ['over four connections', { count: 200, connections: 4 }],
  ['in ISO 8859-1', { count: 20, connections: 1, charset: '8859/1' }],
  ['pipelined, four in flight on a connection', { count: 200, connections: 2, threads: 4 }],
  ['1 MB in OBX-5', { count: 4, connections: 2, bytes: MEGABYTE }],
  ['cut into single bytes', { count: 30, connections: 2, cut: 'single bytes' }],
  ['with frames coalesced', { count: 60, connections: 1, threads: 8, cut: 'coalesced' }],
]

for (const [name, sending] of SENDINGS) {
  withHapi(
    `HAPI to our receiver, ${name}: each message is recorded once, and each ack is its own`,
    async () => {
      const { accepted, faults, arrived } = await hapiSends(sending)
      expect(faults).toEqual([])
      expect(accepted).toBe(sending.count)
      expect(arrived.sort()).toEqual(ids(sending.count))
    },
    120_000,
  )
}

withHapi(
  'HAPI in the middle: every message of ours arrives behind it once and with its own body, though it writes control ids of its own',
  async () => {
    const place = newWorkplace()
    const java = ['java', ...javaArgs('Relay')].map(arg => `'${arg}'`).join(' ')
    const file = writeScenario(place, {
      name: 'hapi-relay',
      sut: {
        start: `exec ${java} {mllpPort} {downstreamMllpPort}`,
        cwd: hapiFolder(),
        downstream: { receivers: [{ body: 'unchanged' }] },
      },
      load: [
        { protocol: 'mllp', connections: 4, workload: { kind: 'closed', records: 500 }, messages: { sizes: 2_000 } },
      ],
      phases: { measureMs: 60_000, drainMs: 10_000 },
      validity: ANY_MACHINE,
      runs: 1,
    })
    const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
    const [row] = rowsOf(place)
    expect(row?.state, `${ended.stderr} ${row?.error}`).toBe('valid')
    expect(row!.audit.terms).toMatchObject({ once: 500, lost: 0, duplicated: 0, rejected: 0 })
    expect(row!.audit).toMatchObject({ evidence: 'receiver', planned: 500, foreign: 0, balanced: true })
    const folder = join(experimentFolders(place)[0]!, 'runs', 'r0001')
    expect(arrivalsOf(join(folder, 'arrivals-downstream-downstream.bin'))).toHaveLength(500)
  },
  120_000,
)
