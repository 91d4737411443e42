import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { digestBody } from '../../src/ledger/arrivals.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { cuttingProxy } from '../fixtures/proxy.ts'
import { served } from '../fixtures/served.ts'
import { needs } from '../needs.ts'
import { findPython } from './python.ts'
import { expectAllAccepted, newWorkplace, resultMessage, sendFiles } from './traffic.ts'

const python = findPython()
const withPython = needs(python !== null, "a Python with PyPI's hl7, named by HL7BENCH_PYTHON or in .venv")
const MLLP_SEND = 'from hl7.client import mllp_send; mllp_send()'
const VT = '\x0b'
const FS = '\x1c'

function message(controlId: string, name: string): string {
  return [
    `MSH|^~\\&|PY|HOSP|APP|US|20260101120000||ADT^A01|${controlId}|T|2.5.1|||||||UNICODE UTF-8`,
    'EVN||20260101120000',
    `PID|1||MRN1^^^HOSP^MR||${name}`,
    '',
  ].join('\r')
}

interface PythonServer {
  readonly port: number
  /** Ends it; how many messages it had, and the family names in them. */
  end(): Promise<{ readonly received: number; readonly names: readonly string[] }>
}

/** PyPI's asyncio MLLP server for the length of one test. */
async function pythonServer(encoding: 'utf-8' | 'latin-1' = 'utf-8'): Promise<PythonServer> {
  const script = join(import.meta.dirname, '..', 'fixtures', 'hl7_server.py')
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8' }
  const server = spawn(python!, [script, encoding], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const exited = once(server, 'close')
  const lines: string[] = []
  const reader = createInterface({ input: server.stdout }).on('line', line => lines.push(line))
  const end = async () => {
    server.stdin.end()
    const timer = setTimeout(() => server.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(timer)
    const [received = '0', ...names] = (lines[1] ?? '').split(' ')
    return { received: Number(received), names }
  }
  onTestFinished(async () => void (await end()))
  await once(reader, 'line')
  return { port: Number(lines[0]), end }
}

withPython(
  "PyPI's mllp_send reads an AA with its own control id from our receiver, for each of many messages",
  async () => {
    const place = newWorkplace()
    const record = join(place.folder, 'arrivals')
    const { port } = await served(place, ['mllp', '--arrivals', record])
    const ids = Array.from({ length: 25 }, (_, i) => `PY${i}`)
    const file = join(place.folder, 'messages.hl7')
    writeFileSync(file, ids.map(id => `${VT}${message(id, 'Müller^Jörg')}${FS}\r`).join(''))
    const args = ['-c', MLLP_SEND, '-p', port, '-f', file, '127.0.0.1']
    const { stdout } = await promisify(execFile)(python!, args, { timeout: 20_000 })
    const acknowledged = stdout.split(/[\r\n]+/).filter(line => line.startsWith('MSA|'))
    expect(acknowledged).toEqual(ids.map(id => `MSA|AA|${id}`))
    expect(arrivalsOf(record).map(({ identity }) => identity)).toEqual(ids)
  },
)

withPython(
  "our generator gets every message through to PyPI's asyncio server, and each ack is matched",
  async () => {
    const place = newWorkplace()
    const { port } = await pythonServer()
    const args = ['--rate', '100', '--connections', '4', '--warmup', '100ms', '--duration', '500ms', '--runs', '2']
    const ended = await hl7bench(place, [
      'run',
      `mllp://127.0.0.1:${port}`,
      ...args,
      ...['--set', 'validity.maxPauseMs=60000', '--set', 'validity.minReadyShare=0'],
      ...['--set', 'validity.maxLagShare=1', '--set', 'validity.maxStarvedShare=1'],
      ...['--results', place.results, '--quiet'],
    ])
    expect(ended.code, ended.stderr).toBe(0)
    const rows = rowsOf(place)
    expect(rows).toHaveLength(2)
    for (const { state, loads, audit } of rows) {
      expect(state).toBe('valid')
      expect(loads[0]!.total.accepted).toBeGreaterThan(30)
      expect(loads[0]!.reasons).toEqual({})
      expect(audit).toMatchObject({ evidence: 'acknowledgements', balanced: true })
      expect(audit.acknowledged).toEqual({ accepted: audit.planned, rejected: 0, unknown: 0, unsent: 0 })
    }
  },
  60_000,
)

withPython(
  "our generator to PyPI's server: declared charsets, 1 MB in OBX-5, pipelined, coalesced and cut into single bytes",
  async () => {
    const utf8 = await pythonServer()
    const messages = [resultMessage('UNICODE UTF-8', 'MÜLLERß'), resultMessage('UNICODE UTF-8', '中村')]
    expectAllAccepted(await sendFiles(utf8.port, messages, 400, { connections: 2, window: 16 }), 400)
    expectAllAccepted(await sendFiles(utf8.port, [resultMessage('UNICODE UTF-8', 'GROSS', 1_000_000)], 3), 3)
    for (const cut of ['single bytes', 'coalesced'] as const) {
      const port = await cuttingProxy(utf8.port, cut)
      expectAllAccepted(await sendFiles(port, messages, 60, { connections: 2, window: 8 }), 60)
    }
    expect(await utf8.end()).toEqual({ received: 523, names: ['GROSS', 'MÜLLERß', '中村'] })
    const latin1 = await pythonServer('latin-1')
    expectAllAccepted(await sendFiles(latin1.port, [resultMessage('8859/1', 'LÉVÊQUE')], 20), 20)
    expect(await latin1.end()).toEqual({ received: 20, names: ['LÉVÊQUE'] })
  },
  120_000,
)

withPython(
  "PyPI's mllp_send to our receiver: other charsets, 1 MB in OBX-5, cut into single bytes: every body arrives as it was",
  async () => {
    const place = newWorkplace()
    const record = join(place.folder, 'arrivals')
    const { port } = await served(place, ['mllp', '--arrivals', record])
    const messages = [
      resultMessage('UNICODE UTF-8', 'MÜLLERß'),
      resultMessage('8859/1', 'LÉVÊQUE'),
      resultMessage('UNICODE UTF-8', 'GROSS', 1_000_000),
    ]
    const send = async (to: string, sent: readonly Buffer[]) => {
      const file = join(place.folder, 'messages.hl7')
      writeFileSync(file, Buffer.concat(sent.flatMap(each => [Buffer.from(VT), each, Buffer.from(`${FS}\r`)])))
      const { stdout } = await promisify(execFile)(python!, ['-c', MLLP_SEND, '-p', to, '-f', file, '127.0.0.1'], {
        timeout: 60_000,
      })
      return stdout.split(/[\r\n]+/).filter(line => line.startsWith('MSA|'))
    }
    expect(await send(port, messages)).toEqual(messages.map(() => 'MSA|AA|X'))
    // It reads once for each ack, so it cannot tell one that comes in pieces, and hangs up after its last.
    await send(String(await cuttingProxy(Number(port), 'single bytes')), messages.slice(0, 1))
    // It leaves out the last CR of a message.
    const digests = [...messages, messages[0]!].map(each =>
      Buffer.from(digestBody(each.subarray(0, -1))).toString('hex'),
    )
    await expect.poll(() => arrivalsOf(record).map(({ digest }) => digest), { timeout: 10_000 }).toEqual(digests)
  },
  120_000,
)
