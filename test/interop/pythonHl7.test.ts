import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { clear, hl7bench, rowsOf, type Workplace, workplace } from '../fixtures/commandLine.ts'
import { served } from '../fixtures/served.ts'
import { needs } from '../needs.ts'
import { findPython } from './python.ts'

const python = findPython()
const withPython = needs(python !== null, "a Python with PyPI's hl7, named by HL7BENCH_PYTHON or in .venv")
const MLLP_SEND = 'from hl7.client import mllp_send; mllp_send()'
const VT = '\x0b'
const FS = '\x1c'

function newWorkplace(): Workplace {
  const place = workplace()
  onTestFinished(() => clear(place))
  return place
}

function message(controlId: string, name: string): string {
  return [
    `MSH|^~\\&|PY|HOSP|APP|US|20260101120000||ADT^A01|${controlId}|T|2.5.1|||||||UNICODE UTF-8`,
    'EVN||20260101120000',
    `PID|1||MRN1^^^HOSP^MR||${name}`,
    '',
  ].join('\r')
}

/** PyPI's asyncio MLLP server for the length of one test; its port. */
async function pythonServer(): Promise<number> {
  const script = join(import.meta.dirname, '..', 'fixtures', 'hl7_server.py')
  const server = spawn(python!, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(server, 'exit')
  onTestFinished(async () => {
    server.stdin.end()
    const timer = setTimeout(() => server.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(timer)
  })
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
  return Number(line)
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
    const port = await pythonServer()
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
