import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CommandRequest, startGuarded } from '../../src/environment/guarded.ts'
import { MARK_VARIABLE, markOf } from '../../src/environment/mark.ts'
import { readProcesses } from '../../src/environment/processTable.ts'
import { replayAll } from '../../src/environment/replay.ts'
import {
  fixture,
  guardedForTest,
  leftovers,
  marked,
  needsProc,
  newExperimentId,
  temporaryFolder,
  until,
} from './support.ts'

async function commandsForTest() {
  const guarded = await guardedForTest()
  const folder = temporaryFolder()
  const command = (id: string, script: string, cwd = folder): CommandRequest => ({
    id,
    resource: 'hook',
    argv: ['/bin/sh', '-c', script],
    cwd,
    env: { PATH: process.env.PATH!, [MARK_VARIABLE]: markOf(guarded.experimentId, id) },
    stdout: join(folder, 'out'),
    stderr: join(folder, 'err'),
  })
  return { guarded, folder, command }
}

describe('a guardian', () => {
  test('tells how its processes ended, and keeps their output', async () => {
    const { guarded, folder, command } = await commandsForTest()
    const [first, second] = await Promise.all([
      guarded.spawn(command('a', 'echo one; echo two >&2; exit 5')),
      guarded.spawn(command('b', 'kill -9 $$')),
    ])
    expect(await first.exited).toEqual({ code: 5, signal: null })
    expect(await second.exited).toEqual({ code: null, signal: 'SIGKILL' })
    expect([readFileSync(join(folder, 'out'), 'utf8'), readFileSync(join(folder, 'err'), 'utf8')]).toEqual([
      'one\n',
      'two\n',
    ])
  })

  test('says why a process could not be started, and goes on', async () => {
    const { guarded, command } = await commandsForTest()
    await expect(guarded.spawn(command('a', 'true', '/nowhere/at/all'))).rejects.toMatchObject({
      stage: 'start',
      message: expect.stringContaining('ENOENT'),
    })
    await expect(guarded.spawn({ ...command('b', 'true'), stdout: '/nowhere/out' })).rejects.toThrow('ENOENT')
    expect(await (await guarded.spawn(command('c', 'true'))).exited).toEqual({ code: 0, signal: null })
  })

  test('ends an id with all below it and nothing beside it', async () => {
    const { guarded, command } = await commandsForTest()
    const names = ['c1', 'c1.a', 'c1.a.b', 'c11', 'c2.c1']
    const started = await Promise.all(names.map(id => guarded.spawn(command(id, 'exec sleep 1000'))))
    expect(await guarded.end('c1')).toEqual([])
    expect((await Promise.all(started.slice(0, 3).map(({ exited }) => exited))).map(({ signal }) => signal)).toEqual([
      'SIGTERM',
      'SIGTERM',
      'SIGTERM',
    ])
    for (const { pid } of started.slice(3)) expect(process.kill(pid, 0)).toBe(true)
    expect(replayAll(guarded.folder)[0]!.resources.map(({ id }) => id)).toEqual(['guardian', 'c11', 'c2.c1'])
  })

  test('sends SIGKILL to what ignores SIGTERM', async () => {
    const { guarded, folder, command } = await commandsForTest()
    const deaf = await guarded.spawn(command('a', "trap '' TERM; echo ready; while :; do sleep 0.05; done"))
    await until(() => readFileSync(join(folder, 'out'), 'utf8') === 'ready\n')
    expect(await guarded.end('a', 100)).toEqual([])
    expect(await deaf.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('lets go of everything when it is closed, and the journal is removed', async () => {
    const { guarded, command } = await commandsForTest()
    const { pid } = await guarded.spawn(command('a', 'exec sleep 1000'))
    expect(await Promise.all([guarded.close(), guarded.close()])).toEqual([[], []])
    // A zombie has ended: whoever inherited it may be slow to look.
    expect(readProcesses().some(entry => entry.pid === pid)).toBe(false)
    expect(replayAll(guarded.folder)).toEqual([])
    expect(await guarded.end('a')).toEqual([])
  })

  test.skipIf(needsProc)(`that dies is noticed, and the controller ends everything itself${needsProc}`, async () => {
    const { guarded, command } = await commandsForTest()
    const { exited } = await guarded.spawn(command('a', 'setsid sleep 1000 & exec sleep 1000'))
    const waiting = exited.catch((error: Error) => error.message)
    await until(() => marked(guarded.experimentId, 'a').length === 2)
    process.kill(marked(guarded.experimentId, 'guardian')[0]!.pid, 'SIGKILL')
    expect(await waiting).toContain('the guardian process ended unexpectedly (SIGKILL)')
    expect(guarded.lost.reason).toMatchObject({ stage: 'measure', fault: 'harness' })
    await expect(guarded.spawn(command('b', 'true'))).rejects.toBe(guarded.lost.reason)
    expect(await guarded.end('a')).toEqual([])
    expect(await leftovers(guarded.experimentId)).toEqual([])
  })

  test('is deaf to the signals of the terminal', async () => {
    const { guarded, command } = await commandsForTest()
    const guardian = replayAll(guarded.folder)[0]!.resources[0]!.identity!.pid
    await (await guarded.spawn(command('a', 'true'))).exited
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian, signal)
    expect(await (await guarded.spawn(command('b', 'true'))).exited).toEqual({ code: 0, signal: null })
  })

  test('that cannot run makes the experiment fail with what it said', async () => {
    const guarded = await startGuarded({
      experimentId: newExperimentId(),
      kind: 'process',
      folder: temporaryFolder(),
      entry: fixture('no-such-guardian.ts'),
    })
    await until(() => guarded.lost.aborted)
    expect(String(guarded.lost.reason)).toContain('no-such-guardian.ts')
    expect(await guarded.close()).toEqual([])
  })

  test('is not had twice for one experiment', async () => {
    const { guarded } = await commandsForTest()
    const again = startGuarded({ experimentId: guarded.experimentId, kind: 'process', folder: guarded.folder })
    await expect(again).rejects.toThrow(/already has a resource journal.*env sweep --experiment/)
  })
})
