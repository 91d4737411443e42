import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { GeneratorProcess } from '../../src/model/environment.ts'
import type { Tick } from '../../src/model/generator.ts'
import type { RunResult } from '../../src/model/result.ts'
import { clear, ending, PROJECT, rowsOf, workplace, writeScenario } from '../fixtures/commandLine.ts'
import { needs } from '../needs.ts'
import { crowd, hasTool, pin, type RealRun, realRun, stopFor, whyNot } from './realRun.ts'

/*
 * Real generators through the real run path. Where a run must be invalid, the reason that the disturbance gives is looked for: another
 * one may stand beside it on a machine that is busy itself.
 */

const OPEN = "{ kind: 'open', arrivals: 'constant', ratePerSecond: 200 }"
const CLOSED = "{ kind: 'closed' }"

interface Parts {
  readonly workload?: string
  readonly serviceMs?: number
  readonly phases?: string
  readonly load?: string
  readonly messages?: string
}

const scenario = ({
  workload = OPEN,
  serviceMs = 5,
  phases = '{ warmupMs: 300, measureMs: 1000, drainMs: 2000 }',
  load = 'connections: 4',
  messages = "{ mix: { 'ADT^A01': 1 } }",
}: Parts = {}) => `export default {
  name: 'validity',
  sut: { builtin: { mllp: { serviceTime: { distribution: 'constant', meanMs: ${serviceMs} } } } },
  load: [{ protocol: 'mllp', workload: ${workload}, timeoutMs: 3000, messages: ${messages}, ${load} }],
  phases: ${phases},
}`

/** Calls `action` once, at the first tick that `when` holds for. */
function once(when: (tick: Tick) => boolean, action: (generator: GeneratorProcess) => void): RealRun['ticked'] {
  let isDone = false
  return (generator, tick) => {
    if (isDone || !when(tick)) return
    isDone = true
    action(generator)
  }
}

const reasonsOf = async (real: RealRun) => whyNot(await realRun(real)).join('\n')

for (const [name, workload] of [
  ['open', OPEN],
  ['closed', CLOSED],
] as const) {
  test(`a generator stopped for 300 ms in the measured phase makes the ${name} loop's run invalid`, async () => {
    const ticked = once(
      tick => tick.phase === 'measure',
      generator => stopFor(generator, 300),
    )
    expect(await reasonsOf({ scenario: scenario({ workload }), ticked })).toMatch(/paused for [23]\d\d ms/)
  })

  test(`a generator stopped in the last moments of the measured phase makes the ${name} loop's run invalid`, async () => {
    const ticked = once(
      tick => tick.phase === 'measure',
      generator => setTimeout(() => stopFor(generator, 400), 1300 - 300 - 250 - 80),
    )
    expect(await reasonsOf({ scenario: scenario({ workload }), ticked })).toMatch(/paused for [34]\d\d ms/)
  })

  test(`a generator stopped again and again for a short time makes the ${name} loop's run invalid`, async () => {
    const ticked = once(
      tick => tick.phase === 'measure',
      generator => {
        for (let i = 0; i < 6; i++) setTimeout(() => stopFor(generator, 90), i * 110)
      },
    )
    expect(await reasonsOf({ scenario: scenario({ workload }), ticked })).toMatch(
      /was paused, 10 ms and more at a time, for \d\d % of the time/,
    )
  })
}

test('a pause that begins in the warm-up and ends in the measured phase makes the run invalid', async () => {
  const ticked = once(
    tick => tick.phase === 'warmup',
    generator => stopFor(generator, 300),
  )
  expect(await reasonsOf({ scenario: scenario({ workload: CLOSED }), ticked })).toMatch(/paused for [23]\d\d ms/)
})

test('a pause in the drain, while exchanges of the measured phase are open, makes the run invalid', async () => {
  const ticked = once(
    tick => tick.phase === 'drain',
    generator => stopFor(generator, 300),
  )
  const slow = scenario({ serviceMs: 1500, load: 'connections: 400' })
  expect(await reasonsOf({ scenario: slow, ticked })).toMatch(/paused for [23]\d\d ms/)
})

test('a pause long before the measured phase is what the warm-up is for: it does not count', async () => {
  const ticked = once(
    () => true,
    generator => stopFor(generator, 300),
  )
  const long = scenario({ phases: '{ warmupMs: 2500, measureMs: 500, drainMs: 1000 }' })
  expect(await reasonsOf({ scenario: long, ticked })).not.toMatch(/paused for [3]\d\d ms/)
})

test('code of the scenario that blocks the event loop for 300 ms makes the run invalid', async () => {
  const messages = `(index: number) => {
    if (index === 150) for (const until = Date.now() + 300; Date.now() < until; );
    return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
  }`
  expect(await reasonsOf({ scenario: scenario({ messages }) })).toMatch(/paused for [23]\d\d ms/)
})

test('an open loop whose generator makes messages too slowly is invalid: they wait for slots, not for the target', async () => {
  const messages = `() => {
    for (const until = performance.now() + 0.5; performance.now() < until; );
    return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
  }`
  const workload = "{ kind: 'open', arrivals: 'constant', ratePerSecond: 4000 }"
  const phases = '{ warmupMs: 300, measureMs: 700, drainMs: 200 }'
  const slow = scenario({ messages, workload, phases, serviceMs: 0, load: 'connections: 8' })
  expect(await reasonsOf({ scenario: slow })).toMatch(/event loop was busy|waited for a CPU/)
})

test('code of the scenario that makes garbage without end makes the run invalid', async () => {
  const messages = `(index: number) => {
    const kept = (globalThis.kept ??= [])
    for (let i = 0; i < 100_000; i++) kept.push({ i, text: String(i) })
    if (kept.length > 2_000_000) kept.length = 0
    return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
  }`
  const hungry = scenario({ messages, workload: CLOSED, phases: '{ warmupMs: 0, measureMs: 1500, drainMs: 2000 }' })
  expect(await reasonsOf({ scenario: hungry })).not.toBe('')
})

const needsTaskset = needs(hasTool('taskset'), 'taskset (util-linux)')

for (const [name, workload] of [
  ['closed', CLOSED],
  ['open', "{ kind: 'open', arrivals: 'poisson', ratePerSecond: 3000 }"],
] as const) {
  needsTaskset(
    `a generator that shares its core with busy neighbours makes the ${name} loop's run invalid`,
    async () => {
      crowd(0, 6)
      const busy = scenario({ workload, serviceMs: 0, load: 'connections: 16' })
      const result = await realRun({ scenario: busy, spawned: generator => pin(generator, 0) })
      expect(result.state).toBe('invalid')
    },
  )
}

needs(hasTool('prlimit'), 'prlimit (util-linux)')(
  'a generator that runs out of descriptors makes the run invalid',
  async () => {
    const spawned = ({ pid }: GeneratorProcess) => void spawnSync('prlimit', ['--pid', String(pid), '--nofile=64:64'])
    const many = scenario({ load: 'connections: 200' })
    expect(await reasonsOf({ scenario: many, spawned })).toContain('EMFILE')
  },
)

const canUnshare = spawnSync('unshare', ['-Urn', 'ip', 'link', 'set', 'lo', 'up']).status === 0

needs(canUnshare, 'unshare with user namespaces (util-linux) and ip (iproute2)')(
  'a generator that runs out of ports makes the run invalid',
  async () => {
    const place = workplace()
    onTestFinished(() => clear(place))
    const file = writeScenario(place, {
      name: 'ports',
      load: [
        {
          protocol: 'mllp',
          connections: 150,
          workload: { kind: 'closed', thinkMs: 50 },
          timeoutMs: 2000,
          messages: { mix: { 'ADT^A01': 1 } },
        },
      ],
      phases: { warmupMs: 100, measureMs: 500, drainMs: 500 },
      runs: 1,
    })
    const program = `ip link set lo up && echo 40000 40099 > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"`
    const hl7bench = [process.execPath, join(PROJECT, 'bin', 'hl7bench.js'), 'run', file, '--results', place.results]
    const child = spawn('unshare', ['-Urn', 'sh', '-c', program, 'sh', ...hl7bench], {
      cwd: place.folder,
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = await ending(child)
    const rows = rowsOf(place)
    expect(rows.length, ended.stderr).toBeGreaterThan(0)
    for (const { state, reasons } of rows) {
      expect(state).toBe('invalid')
      expect(reasons!.join()).toMatch(/only \d+ of 150 connections could be opened.*EADDRNOTAVAIL/s)
    }
    expect(ended.code).toBe(113)
  },
)

/** Whether the machine itself held the generator up so much that a run may rightly be invalid. */
function isDisturbed(result: RunResult): boolean {
  if (result.state === 'failed') return false
  return result.loads.some(load =>
    load.generators.some(
      ({ starvedShare, pausedMs }) => (starvedShare ?? 1) > 0.05 || pausedMs > 0.05 * load.measuredMs,
    ),
  )
}

/** Fails for a wrong rule, not for a busy machine: one of three runs is valid, or something held up the generator of each. */
async function expectValid(real: RealRun): Promise<void> {
  const results: RunResult[] = []
  for (let i = 0; i < 3; i++) {
    results.push(await realRun(real))
    if (results.at(-1)!.state === 'valid') return
  }
  expect(results.filter(result => !isDisturbed(result)).map(whyNot)).toEqual([])
}

test('an ordinary run is valid, open and closed', async () => {
  await expectValid({ scenario: scenario({ workload: OPEN }) })
  await expectValid({ scenario: scenario({ workload: CLOSED }) })
})

test('a saturated target leaves the run valid: waiting for it is what is measured', async () => {
  const saturating = "{ kind: 'open', arrivals: 'poisson', ratePerSecond: 300 }"
  const saturated = scenario({ workload: saturating, serviceMs: 40, load: 'connections: 2' })
  await expectValid({ scenario: saturated })
})
