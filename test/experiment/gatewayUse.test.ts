import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchUse } from '../../src/experiment/gatewayUse.ts'
import { realRun } from './realRun.ts'

const PHASES = { warmupMs: 60, measureMs: 200, drainMs: 5_000 }

/** Works without rest for a while, and then rests. */
function daemon(pid: number, untilMs: number) {
  const bornMs = performance.now()
  return () => ({
    ...{ pid, host: 'gw', daemon: 'charon', residentBytes: 1 },
    cpuSeconds: Math.min(performance.now() - bornMs, untilMs) / 1_000,
  })
}

test("a gateway's CPU share is that of the measured phase, however long the drain", async () => {
  const busy = daemon(1, PHASES.warmupMs + PHASES.measureMs)
  const use = watchUse({ events: () => null, readDaemons: () => [busy()] }, PHASES)
  use.begin()
  await sleep(700)
  const { gateways } = await use.end()
  expect(gateways).toHaveLength(1)
  expect(gateways![0]!.cpuShare).toBeGreaterThan(0.8)
  expect(gateways![0]!.cpuShare).toBeLessThanOrEqual(1.01)
})

test('work that is done before its limit ends the measured phase for its gateways too', async () => {
  const busy = daemon(1, 10_000)
  const use = watchUse({ events: () => null, readDaemons: () => [busy()] }, { ...PHASES, measureMs: 60_000 })
  use.begin()
  await sleep(150)
  const { gateways } = await use.end()
  expect(gateways![0]!.cpuShare).toBeCloseTo(1, 1)
})

test('a daemon that was not there all the while is left out, and nothing is told of what never was measured', async () => {
  const [first, late] = [daemon(1, 10_000), daemon(2, 10_000)]
  const readings = [[first()], [first(), late()]]
  const watch = { events: () => null, readDaemons: () => readings.shift()! }
  const use = watchUse(watch, PHASES)
  use.begin()
  await sleep(120)
  expect((await use.end()).gateways).toHaveLength(1)
  expect(await watchUse(watch, PHASES).end()).toEqual({ gateways: [] })
  expect(await watchUse(undefined, PHASES).end()).toEqual({})
})

test('a watch that was cancelled before its load began reads nothing', async () => {
  let readings = 0
  const readDaemons = () => {
    readings++
    return []
  }
  const use = watchUse({ events: () => null, readDaemons }, { ...PHASES, warmupMs: 1, measureMs: 1 })
  use.cancel()
  use.begin()
  await sleep(50)
  expect(readings).toBe(0)
})

test('a run meters its gateways in its measured phase: the wait for an answer that never comes dilutes nothing', async () => {
  const result = await realRun({
    scenario: `export default {
      name: 'drains',
      sut: { builtin: { mllp: { faults: [{ kind: 'drop', every: 15 }] } } },
      load: [{ protocol: 'mllp', workload: { kind: 'open', ratePerSecond: 50 }, timeoutMs: 1500, connections: 4, messages: { sizes: 'template' } }],
      phases: { warmupMs: 100, measureMs: 400, drainMs: 3000 },
      validity: { maxPauseMs: 60000, maxStarvedShare: 1, maxLagShare: 1 },
    }`,
    watchGateways() {
      // Born with its first reading, as the measured phase begins.
      const born: ReturnType<typeof daemon>[] = []
      return {
        events: () => null,
        readDaemons() {
          if (born.length === 0) born.push(daemon(1, 400))
          return born.map(read => read())
        },
      }
    },
  })
  if (result.state === 'failed') throw new Error(result.error)
  expect(result.loads[0]!.measured.unknown).toBeGreaterThan(0)
  expect(result.gateways![0]!.cpuShare).toBeGreaterThan(0.8)
})
