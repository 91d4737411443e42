import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, patient } from '../fixtures/fhirPeer.ts'
import { admission, frame, msa, openMllpPeer } from '../fixtures/mllpPeer.ts'
import { behaviourWith, mllpTarget, temporaryFile } from '../fixtures/target.ts'

const MAIN = new URL('../../src/target/main.ts', import.meta.url).pathname

function run(): ChildProcess {
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

interface Line {
  readonly type: string
  readonly message?: string
  readonly ports: { readonly mllp: number; readonly fhir: number }
}

async function tell(child: ChildProcess, line: object): Promise<Line> {
  const lines = createInterface({ input: child.stdout! })
  child.stdin!.write(`${JSON.stringify(line)}\n`)
  const [text] = await once(lines, 'line')
  return JSON.parse(text)
}

const target = (protocol: string, arrivalsFile: string | null, port = 0) => ({
  protocol,
  host: '127.0.0.1',
  port,
  behaviour: behaviourWith([]),
  seed: 1,
  arrivalsFile,
  basePath: '/fhir',
  population: 0,
})

test('every acknowledged message is in the record after SIGKILL', async () => {
  const file = temporaryFile('mllp')
  const child = run()
  const { ports } = await tell(child, { targets: [target('mllp', file)] })
  expect(ports).toEqual({ mllp: expect.any(Number), fhir: null })
  const peer = await openMllpPeer(ports.mllp)
  for (let i = 0; i < 1000; i++) peer.socket.write(frame(admission(`K${i}`)))
  const acknowledged = (await peer.received(1000)).map(ack => msa(ack)[1])
  child.kill('SIGKILL')
  await once(child, 'exit')
  peer.close()
  expect(arrivalsOf(file).map(({ identity }) => identity)).toEqual(acknowledged)
})

test('every resource answered is in the record after SIGKILL in the middle of the load', async () => {
  const file = temporaryFile('fhir')
  const child = run()
  const { ports } = await tell(child, { targets: [target('fhir', file)] })
  const url = `http://127.0.0.1:${ports.fhir}/fhir/Patient`
  const answered: string[] = []
  const sends = Array.from({ length: 8 }, async (_, lane) => {
    for (let i = 0; ; i++) {
      const id = `${lane}-${i}`
      await ask('POST', url, patient(id), { 'x-request-id': id })
      if (answered.push(id) === 200) child.kill('SIGKILL')
    }
  })
  await Promise.allSettled(sends)
  const recorded = new Set(arrivalsOf(file).map(({ identity }) => identity))
  expect(answered.filter(id => !recorded.has(id))).toEqual([])
})

test.each(['end of input', 'SIGTERM'] as const)(
  '%s ends the process well, with the record of both protocols',
  async how => {
    const files = [temporaryFile('mllp'), temporaryFile('fhir')] as const
    const child = run()
    const { ports } = await tell(child, {
      targets: [target('mllp', files[0]), target('fhir', files[1])],
    })
    const peer = await openMllpPeer(ports.mllp)
    peer.socket.write(frame(admission('M')))
    await peer.received(1)
    await ask('POST', `http://127.0.0.1:${ports.fhir}/fhir/Patient`, patient('1'), { 'x-request-id': 'F' })
    if (how === 'SIGTERM') child.kill('SIGTERM')
    else child.stdin!.end()
    expect(await once(child, 'exit')).toEqual([0, null])
    peer.close()
    expect(files.map(file => arrivalsOf(file)[0]!.identity)).toEqual(['M', 'F'])
  },
)

test('a port in use is one line with the remedy and exit 1', async () => {
  const { port } = await mllpTarget()
  const child = run()
  const exited = once(child, 'exit')
  const line = await tell(child, { targets: [target('fhir', null), target('mllp', null, port)] })
  expect(line).toEqual({ type: 'error', message: expect.stringMatching(/is in use: stop the program/) })
  expect((await exited)[0]).toBe(1)
})

test('a line that is no JSON is an error and exit 1', async () => {
  const child = run()
  const exited = once(child, 'exit')
  child.stdin!.write('hello\n')
  const [text] = await once(createInterface({ input: child.stdout! }), 'line')
  expect(JSON.parse(text).type).toBe('error')
  expect((await exited)[0]).toBe(1)
})

test('a process whose input ends before it was told anything ends too', async () => {
  const child = run()
  child.stdin!.end()
  expect((await once(child, 'exit'))[0]).toBe(0)
})

test.skipIf(process.platform !== 'linux')(
  'a short backlog: while the receiver does not accept, dials beyond it get no answer',
  async () => {
    const child = run()
    const backlog = { kind: 'backlog', connections: 1 } as const
    const { ports } = await tell(child, {
      targets: [{ ...target('mllp', null), behaviour: behaviourWith([backlog]) }],
    })
    child.kill('SIGSTOP')
    const dials = Array.from({ length: 8 }, () => connect({ host: '127.0.0.1', port: ports.mllp }))
    onTestFinished(() => dials.forEach(dial => void dial.destroy()))
    await new Promise(resolve => setTimeout(resolve, 300))
    const open = dials.filter(dial => dial.readyState === 'open').length
    child.kill('SIGCONT')
    expect(open).toBeGreaterThan(0)
    expect(open).toBeLessThan(4)
  },
)
