import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { preflightProcess, processProvisioner } from '../../src/environment/process.ts'
import { replayAll } from '../../src/environment/replay.ts'
import {
  caseOf,
  fixtureEntries,
  guardedForTest,
  leftovers,
  marked,
  needsProc,
  never,
  run,
  type ScenarioParts,
  scenarioOf,
  sutCommand,
  until,
} from './support.ts'

async function cloneForTest(parts: ScenarioParts) {
  const guarded = await guardedForTest()
  const scenario = scenarioOf(parts)
  const provisioner = processProvisioner(guarded, fixtureEntries)
  const clone = await provisioner.provision(scenario, {
    experimentId: guarded.experimentId,
    cloneId: 'c0001',
    signal: never,
  })
  const folder = join(guarded.folder, '..', 'run')
  const start = (signal = never) => clone.start(run, caseOf(scenario), folder, signal)
  return { guarded, clone, folder, start, text: (name: string) => readFileSync(join(folder, name), 'utf8') }
}

describe('the built-in targets', () => {
  test('have a process for each protocol, a port of their own, and whole records once stopped', async () => {
    const { start, guarded, folder, text } = await cloneForTest({ protocols: ['mllp', 'fhir', 'mllp'] })
    const target = await start()
    expect(replayAll(guarded.folder)[0]!.resources.filter(({ kind }) => kind === 'target')).toHaveLength(2)
    expect(target.mllp!.port).not.toBe(target.fhir!.port)
    expect(target.fhir!.basePath).toBe('/fhir')
    await Promise.all([target.stop(), target.stop()])
    expect(target.arrivals.mllp).toBe(join(folder, 'arrivals-mllp.bin'))
    expect([text('arrivals-mllp.bin'), text('arrivals-fhir.bin')]).toEqual(['whole', 'whole'])
    expect(text('target-mllp.log')).toContain('serving mllp')
    expect(replayAll(guarded.folder)[0]!.resources.map(({ kind }) => kind)).toEqual(['guardian'])
  })

  test('that cannot listen fail the start with their reason, and leave nothing', async () => {
    const { start, guarded } = await cloneForTest({ protocols: ['mllp', 'fhir'], meanMs: 13 })
    await expect(start()).rejects.toMatchObject({
      stage: 'start',
      fault: 'environment',
      message: expect.stringContaining('thirteen is unlucky'),
    })
    expect(marked(guarded.experimentId, 'c0001')).toEqual([])
  })

  test('are ended when their start is aborted, however early', async () => {
    const { start, guarded } = await cloneForTest({ protocols: ['mllp', 'fhir'] })
    const abort = new AbortController()
    const starting = start(abort.signal)
    abort.abort(new Error('enough'))
    await expect(starting).rejects.toThrow('enough')
    expect(marked(guarded.experimentId, 'c0001')).toEqual([])
  })

  test('that end by themselves are told at once', async () => {
    const { start } = await cloneForTest({})
    const target = await start()
    const socket = connect(target.mllp!.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('x')
    expect(await target.ended).toContain('the built-in MLLP target ended with exit code 9')
    await target.stop()
  })
})

describe("the user's command", () => {
  test('gets its ports by variables and placeholders, and its output is kept', async () => {
    const { start, guarded, text } = await cloneForTest({
      protocols: ['mllp', 'fhir'],
      sut: { start: sutCommand('plain', '{mllpPort}/{fhirPort}/{runDir}') },
    })
    const target = await start()
    const { mllp, fhir } = target
    expect(text('sut.out.log')).toContain(`args ${mllp!.port}/${fhir!.port}/`)
    expect(text('sut.out.log')).toContain('port none')
    expect(target.arrivals).toEqual({ mllp: null, fhir: null })
    await target.stop()
    expect(marked(guarded.experimentId, 'c0001')).toEqual([])
    await expect(once(connect(mllp!.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('with one protocol is told PORT, and only that protocol is waited for', async () => {
    const { start, text } = await cloneForTest({ protocols: ['fhir'], sut: { start: sutCommand('plain') } })
    const target = await start()
    expect(target.mllp).toBeNull()
    expect(text('sut.out.log')).toContain(`port ${target.fhir!.port}`)
  })

  test('without metadata is ready when its base answers', async () => {
    const { start } = await cloneForTest({ protocols: ['fhir'], sut: { start: sutCommand('moody-fhir') } })
    expect((await start()).fhir).not.toBeNull()
  })

  test('that dies at once fails the start with its exit code and its last lines', async () => {
    const { start } = await cloneForTest({ sut: { start: sutCommand('dies') } })
    const message = expect.stringMatching(/exit code 3.*\n.*temper dies.*\n.*cannot find the database/)
    await expect(start()).rejects.toMatchObject({ stage: 'start', fault: 'target', message })
  })

  test('that never listens fails the start in time and leaves nothing', async () => {
    const { start, guarded } = await cloneForTest({ sut: { start: sutCommand('silent'), readyTimeoutMs: 700 } })
    await expect(start()).rejects.toThrow(/not ready within 700 ms \(mllp 127\.0\.0\.1:\d+: ECONNREFUSED\)/)
    expect(marked(guarded.experimentId, 'c0001')).toEqual([])
  })

  test('whose port was taken is started again on others, three times at most', async () => {
    const { start, text } = await cloneForTest({ sut: { start: sutCommand('port-taken') } })
    const { mllp } = await start()
    const ports = text('starts').trim().split('\n')
    expect(new Set(ports).size).toBe(3)
    expect(ports[2]).toBe(String(mllp!.port))
  })

  test('that ends by itself after the start is told; one that is stopped is not', async () => {
    const { start } = await cloneForTest({ sut: { start: sutCommand('late-death') } })
    expect(await (await start()).ended).toContain('exit code 7')
    const other = await cloneForTest({ sut: { start: sutCommand('plain') } })
    const target = await other.start()
    await target.stop()
    const first = await Promise.race([target.ended, new Promise(resolve => setTimeout(resolve, 200, 'quiet'))])
    expect(first).toBe('quiet')
  })

  test('is ended when its start is aborted', async () => {
    const { start, guarded } = await cloneForTest({ sut: { start: sutCommand('silent') } })
    const abort = new AbortController()
    const starting = start(abort.signal)
    setTimeout(() => abort.abort(new Error('enough')), 300)
    await expect(starting).rejects.toThrow('enough')
    expect(marked(guarded.experimentId, 'c0001')).toEqual([])
  })

  test.skipIf(needsProc)(
    `is ended with all its descendants, also those that ran away or are deaf${needsProc}`,
    async () => {
      for (const [temper, processes] of [
        ['family', 4],
        ['daemon', 2],
        ['deaf', 1],
      ] as const) {
        const { start, guarded } = await cloneForTest({ sut: { start: sutCommand(temper) } })
        const target = await start()
        await until(() => marked(guarded.experimentId, 'c0001').length >= processes)
        await target.stop()
        expect([temper, marked(guarded.experimentId, 'c0001')]).toEqual([temper, []])
      }
    },
  )
})

describe('a clone', () => {
  test('starts generators that are spoken to by lines, and end with their input or when killed', async () => {
    const { clone } = await cloneForTest({})
    const [talking, killed] = await Promise.all([clone.spawnGenerator(0), clone.spawnGenerator(0)])
    talking.input.write('{"hello":1}\n')
    expect(String((await once(talking.output, 'data'))[0])).toBe('{"hello":1}\n')
    talking.input.end()
    killed.kill()
    expect(await talking.exited).toEqual({ code: 0, signal: null })
    expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('is released with all that was started in it, once', async () => {
    const { clone, start, guarded } = await cloneForTest({ sut: { start: sutCommand('plain') } })
    await start()
    await clone.spawnGenerator(0)
    const [first, second] = await Promise.all([clone.release(), clone.release()])
    expect(first).toBe(second)
    expect(first.leaks).toEqual([])
    expect(first.releaseMs).toBeGreaterThan(0)
    expect(replayAll(guarded.folder)[0]!.resources.map(({ id }) => id)).toEqual(['guardian'])
    await guarded.close()
    expect(await leftovers(guarded.experimentId)).toEqual([])
    expect(replayAll(guarded.folder)).toEqual([])
  })

  test('says what would make every start fail', async () => {
    expect(await preflightProcess(scenarioOf({}))).toEqual([])
    const problems = await preflightProcess(scenarioOf({ sut: { start: 'x', cwd: '/nowhere/at/all' } }))
    expect(problems).toMatchObject([{ what: expect.stringContaining('/nowhere/at/all'), remedy: 'correct sut.cwd' }])
  })
})
