import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { conduct } from '../../src/experiment/conduct.ts'
import type { GeneratorResult } from '../../src/model/generator.ts'
import type { Workload } from '../../src/model/scenario.ts'
import { decode, quantileMs } from '../../src/stats/histogram.ts'
import { createIdentity } from '../../src/workload/identity.ts'
import { closing, plan, start } from './generatorProcess.ts'

const SERVICE_MS = 3
const STALL_AFTER = 100
const STALL_MS = 500
const RATE = 200
const phases = { warmupMs: 0, measureMs: 2_000, drainMs: 5_000 }

/** A receiver that stalls once, and its own times of each message when it ends. */
async function openReceiver() {
  const file = resolve(import.meta.dirname, '..', 'fixtures', 'stallingReceiver.mjs')
  const child = spawn(process.execPath, [file, SERVICE_MS, STALL_AFTER, STALL_MS].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  closing.push(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  return {
    port,
    async times(): Promise<Record<string, [arrivedMs: number, answeredMs: number]>> {
      child.stdin.end()
      return JSON.parse((await lines.next()).value as string)
    },
  }
}

async function load(port: number, workload: Workload): Promise<GeneratorResult> {
  const told = plan(port, { connections: 1, workload, timeoutMs: 5_000 }, { phases })
  return await (await conduct(start(), told)).measure(() => {})
}

const responseAt = (result: GeneratorResult, thousandths: number) =>
  quantileMs(decode(result.histograms.response), thousandths)!

test('on real sockets the response times of an open load are those that follow from the receiver’s own clock, a stall included', {
  timeout: 30_000,
  // A machine that is busy meanwhile holds up both sides, and not alike.
  retry: 2,
}, async () => {
  const receiver = await openReceiver()
  const result = await load(receiver.port, {
    kind: 'open',
    arrivals: 'constant',
    ratePerSecond: RATE,
    records: null,
    maxOutstanding: 10_000,
  })
  const times = await receiver.times()
  const identity = createIdentity('ABC123', 0)
  const messages = Array.from({ length: (RATE * phases.measureMs) / 1000 }, (_, i) => ({
    intendedMs: (i * 1000) / RATE,
    times: times[identity.text(i)]!,
  }))
  // The first to arrive soonest after its intended time tells when the run began on the receiver's clock.
  const beganMs = Math.min(...messages.map(({ intendedMs, times: [arrivedMs] }) => arrivedMs - intendedMs))
  const expected = messages
    .map(({ intendedMs, times: [, answeredMs] }) => answeredMs - beganMs - intendedMs)
    .sort((a, b) => a - b)
  expect(result.measured.accepted).toBe(messages.length)
  for (const thousandths of [500, 900, 950, 990]) {
    const known = expected[Math.ceil((thousandths / 1000) * expected.length) - 1]!
    expect(known).toBeGreaterThan(50)
    expect(Math.abs(responseAt(result, thousandths) / known - 1)).toBeLessThan(0.02)
  }
})

test('on real sockets a closed load does not see the stall', async () => {
  const receiver = await openReceiver()
  const result = await load(receiver.port, { kind: 'closed', thinkMs: 0, records: null })
  await receiver.times()
  expect(responseAt(result, 990)).toBeLessThan(STALL_MS / 4)
  expect(responseAt(result, 1000)).toBeGreaterThan(STALL_MS)
}, 30_000)
