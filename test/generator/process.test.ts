import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { type ConductedGenerator, conduct } from '../../src/experiment/conduct.ts'
import { whyInvalid } from '../../src/experiment/judge.ts'
import { mergeLoad } from '../../src/experiment/mergeLoad.ts'
import { arrivalsOf } from '../../src/generator/measure.ts'
import { Fates } from '../../src/ledger/fate.ts'
import type { GeneratorPlan, GeneratorResult, Tick } from '../../src/model/generator.ts'
import type { ValidityLimits } from '../../src/model/scenario.ts'
import { startMllpTarget } from '../../src/target/mllpTarget.ts'
import { needs } from '../needs.ts'
import { closing, entry, plan, start } from './generatorProcess.ts'

const limits: ValidityLimits = {
  maxLagShare: 0.1,
  minReadyShare: 0.99,
  maxPauseMs: 200,
  maxCpuShare: 0.95,
  maxStarvedShare: 0.2,
}
async function target(meanMs = 5): Promise<number> {
  const behaviour = { serviceTime: { distribution: 'constant', meanMs, cv: 0 }, faults: [] } as const
  const { port, close } = await startMllpTarget({ host: '127.0.0.1', port: 0, behaviour, seed: 1, arrivalsFile: null })
  closing.push(close)
  return port
}

function judge({ load }: GeneratorPlan, result: GeneratorResult): string[] {
  return whyInvalid(
    [mergeLoad(load, [result], [], limits.maxLagShare, { warmupMs: 0, measureMs: 1000, drainMs: 2000 })],
    limits,
  )
}

test('a generator is told its plan, says ready, is told to start, and ends with its result', async () => {
  const told = plan(await target())
  const generator = start()
  const conducted = await conduct(generator, told)
  const ticks: Tick[] = []
  const result = await conducted.measure(tick => ticks.push(tick))
  expect(conducted.connections).toBe(4)
  expect(result.measured.accepted).toBe(180)
  expect(result.total.accepted).toBe(200)
  expect(Fates.decode(result.ledger).planned).toBe(200)
  expect(ticks.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(200)
  expect(await generator.exited).toEqual({ code: 0, signal: null })
})

test('the end of its input stops a generator, before the start and under load', async () => {
  const port = await target()
  const waiting = start()
  await conduct(waiting, plan(port))
  waiting.child.stdin!.end()
  expect(await waiting.exited).toEqual({ code: 0, signal: null })
  const loading = start()
  const conducted = await conduct(
    loading,
    plan(port, {}, { phases: { warmupMs: 0, measureMs: 60_000, drainMs: 1000 } }),
  )
  const ending = conducted.measure(() => loading.child.stdin!.end()).catch((error: Error) => error.message)
  expect(await ending).toContain('the generator ended')
  expect(await loading.exited).toEqual({ code: 0, signal: null })
})

test('when nobody listens the generator says so, and whose fault it is', async () => {
  const port = await target()
  await closing.pop()!()
  await expect(conduct(start(), plan(port, { timeoutMs: 300 }))).rejects.toMatchObject({
    stage: 'connect',
    fault: 'target',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

async function measured(
  conducted: Promise<ConductedGenerator>,
  onTick: (tick: Tick) => void = () => {},
): Promise<GeneratorResult> {
  return await (await conducted).measure(onTick)
}

test('a run in which the generator was stopped for 300 ms is invalid', async () => {
  const told = plan(await target())
  const generator = start()
  let isStopped = false
  const result = await measured(conduct(generator, told), tick => {
    if (isStopped || tick.phase !== 'measure') return
    isStopped = true
    generator.child.kill('SIGSTOP')
    setTimeout(() => generator.child.kill('SIGCONT'), 300)
  })
  expect(result.measured.accepted).toBe(180)
  expect(judge(told, result).join()).toMatch(/paused for \d+ ms/)
})

test('a run in which code of the scenario blocked the event loop is invalid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-code-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const module = join(folder, 'scenario.ts')
  writeFileSync(
    module,
    `export default { load: [{ messages: (index: number) => {
      if (index === 100) { const until = Date.now() + 300; while (Date.now() < until); }
      return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
    } }] }`,
  )
  const told = plan(await target(), {}, { content: { kind: 'code' }, module: pathToFileURL(module).href })
  const result = await measured(conduct(start(), told))
  expect(judge(told, result).join()).toMatch(/paused for \d+ ms/)
})

test('a closed loop that code of the scenario blocked nearly all the time, a few ms at once and without a CPU, is invalid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-code-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const module = join(folder, 'scenario.ts')
  writeFileSync(
    module,
    `const never = new Int32Array(new SharedArrayBuffer(4))
    export default { load: [{ messages: () => {
      Atomics.wait(never, 0, 0, 9)
      return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
    } }] }`,
  )
  const workload = { kind: 'closed', thinkMs: 0, records: null } as const
  const told = plan(await target(0), { workload }, { content: { kind: 'code' }, module: pathToFileURL(module).href })
  const result = await measured(conduct(start(), told))
  expect(result.health.cpuShare).toBeLessThan(0.5)
  expect(result.health.loopBusyShare).toBeGreaterThan(0.95)
  expect(judge(told, result).join()).toContain('its event loop was busy')
})

test('what code of the scenario prints does not get between the lines of the generator', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-code-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const module = join(folder, 'scenario.ts')
  writeFileSync(
    module,
    `console.log('loaded')
    export default { load: [{ messages: (index: number) => {
      if (index < 3) { console.log(index); process.stdout.write('made a message\\n') }
      return 'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'
    } }] }`,
  )
  const told = plan(await target(), {}, { content: { kind: 'code' }, module: pathToFileURL(module).href })
  expect((await measured(conduct(start(), told))).measured.accepted).toBe(180)
})

test.each([
  [
    "if (index === 30) throw new TypeError('DOE^JANE')",
    /^message 30 of the function .*: TypeError at scenario\.ts:2:\d+; /,
  ],
  [
    "if (index === 30) return Promise.reject(new Error('DOE^JANE'))",
    /^message 30 of the function is a Promise; return /,
  ],
])(
  'a function that fails under load (%s) ends the generator with its place, and none of its words',
  async (fails, told) => {
    const folder = mkdtempSync(join(tmpdir(), 'hl7bench-code-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const module = join(folder, 'scenario.ts')
    const message = "'MSH|^~\\\\&|A|B|C|D|x||ADT^A01|x|T|2.5.1'"
    writeFileSync(
      module,
      `export default { load: [{ messages: (index: number) => {\n${fails}\nreturn ${message} } }] }`,
    )
    const planned = plan(await target(), {}, { content: { kind: 'code' }, module: pathToFileURL(module).href })
    const failure = await measured(conduct(start(), planned)).catch((error: Error) => error)
    expect(failure).toMatchObject({ stage: 'measure', fault: 'harness', message: expect.stringMatching(told) })
    expect((failure as Error).message).not.toMatch(/DOE|\n| at .*\//)
  },
)

test('a line that was cut off when the generator was killed is passed over', async () => {
  const script = `process.stdout.write('{"type":"ready","connections":4}\\n{"type":"tick","at'); process.kill(process.pid, 'SIGKILL')`
  const conducted = await conduct(start(process.execPath, ['-e', script]), plan(1))
  await expect(conducted.measure(() => {})).rejects.toThrow('SIGKILL')
})

test('two loads of one rate do not arrive in pairs, the generators of one load share one schedule', () => {
  const workload = { kind: 'open', arrivals: 'poisson', ratePerSecond: 100, records: null, maxOutstanding: 10 } as const
  const timesOf = (loadIndex: number, index: number, generators: number) => {
    const cursor = arrivalsOf(plan(1, { workload, generators }, { loadIndex, index }))!
    return Array.from({ length: 20 / generators }, () => {
      const { timeMs } = cursor
      cursor.advance()
      return timeMs
    })
  }
  const first = new Set(timesOf(0, 0, 1))
  expect(timesOf(1, 0, 1).some(timeMs => first.has(timeMs))).toBe(false)
  expect(new Set([...timesOf(0, 0, 2), ...timesOf(0, 1, 2)])).toEqual(first)
})

test('fixed work that outlasts the phase is not set against a longer time than it was counted in', async () => {
  const workload = {
    kind: 'open',
    arrivals: 'constant',
    ratePerSecond: 500,
    records: 100,
    maxOutstanding: 100,
  } as const
  const phases = { warmupMs: 0, measureMs: 250, drainMs: 5000 }
  const told = plan(await target(10), { connections: 1, workload }, { phases })
  const result = await measured(conduct(start(), told))
  expect(result.measured.accepted).toBe(100)
  expect(result.measuredMs).toBeGreaterThan(800)
  expect(result.acceptedInPhase).toBe(100)
})

test.skipIf(process.platform === 'win32')(
  'a run in which the generator ran out of descriptors is invalid',
  async () => {
    const told = plan(await target(), { connections: 200, timeoutMs: 700 })
    const result = await measured(
      conduct(start('/bin/sh', ['-c', `ulimit -n 64; exec '${process.execPath}' '${entry}'`]), told),
    )
    expect(result.health.connectionsOpened).toBeLessThan(200)
    expect(judge(told, result).join()).toContain('EMFILE')
  },
)

needs(existsSync('/proc/self/schedstat'), 'Linux with schedstats')(
  'a generator whose connections use up all descriptors is still seen to wait for a CPU, and to be robbed of it',
  async () => {
    const told = plan(await target(), { connections: 200, timeoutMs: 700 })
    const limited = start('/bin/sh', ['-c', `ulimit -n 64; exec '${process.execPath}' '${entry}'`])
    const { starvedShare, stolenShare } = (await measured(conduct(limited, told))).health
    expect(starvedShare).toBeGreaterThanOrEqual(0)
    expect(stolenShare).toBeGreaterThanOrEqual(0)
  },
)

test('a saturated target leaves the run valid: its queue is not the generator’s doing', async () => {
  const told = plan(await target(40), {
    connections: 2,
    workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 200, records: null, maxOutstanding: 1000 },
  })
  const result = await measured(conduct(start(), told))
  expect(judge(told, result).filter(reason => !/paused|waited for a CPU/.test(reason))).toEqual([])
  expect(result.measured.unfinished + result.measured.accepted).toBeGreaterThan(100)
  expect(result.health.ready).toBe(result.health.due)
})
