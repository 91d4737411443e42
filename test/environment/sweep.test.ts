import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listEnvironments } from '../../src/environment/list.ts'
import { MARK_VARIABLE } from '../../src/environment/mark.ts'
import { bootId, startTimeOf } from '../../src/environment/processTable.ts'
import { journalFile, stateFolder } from '../../src/environment/state.ts'
import { sweep, sweepDead } from '../../src/environment/sweep.ts'
import { guardedForTest, needsProc, newExperimentId, temporaryFolder } from './support.ts'

/** A process that somebody forgot. */
async function stray(mark?: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('sleep', ['1000'], {
    stdio: 'ignore',
    env: { ...process.env, ...(mark && { [MARK_VARIABLE]: mark }) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child as ChildProcess & { pid: number }
}

const isAlive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null
const identityOf = (pid: number) => ({ pid, startedAt: startTimeOf(pid)! })

/** The journal of an experiment whose controller is no more. */
function deadJournal(folder: string, lines: readonly object[], controller: object = {}): string {
  const experiment = newExperimentId()
  const file = journalFile(folder, experiment)
  mkdirSync(dirname(file), { recursive: true })
  const at = new Date(Date.now() - 60_000).toISOString()
  const first = {
    op: 'controller',
    experiment,
    kind: 'process',
    owner: 'me',
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    startedAt: 'long ago',
    at,
    expires: new Date(Date.now() + 60_000).toISOString(),
    ...controller,
  }
  writeFileSync(file, [first, ...lines].map(line => `${JSON.stringify({ at, ...line })}\n`).join(''))
  return experiment
}

const intent = (id: string) => ({ op: 'intent', id, resource: 'sut' })

describe('a sweep', () => {
  test('ends what pid and start time name, and not whoever has the pid now', async () => {
    const folder = temporaryFolder()
    const [own, other, gone] = await Promise.all([stray(), stray(), stray()])
    const experiment = deadJournal(folder, [
      intent('c1.a'),
      { op: 'created', id: 'c1.a', ...identityOf(own.pid) },
      intent('c1.b'),
      { op: 'created', id: 'c1.b', pid: other.pid, startedAt: '12' },
      intent('c1.c'),
      { op: 'created', id: 'c1.c', ...identityOf(gone.pid) },
      { op: 'gone', id: 'c1.c' },
    ])
    const ended = once(own, 'exit')
    expect(await sweep({ folder })).toEqual({
      removed: [{ experiment, pids: [own.pid], workTrees: [] }],
      kept: [],
      leaks: [],
    })
    await ended
    expect([isAlive(other), isAlive(gone)]).toEqual([true, true])
    expect(existsSync(join(folder, experiment))).toBe(false)
  })

  test.skipIf(needsProc)(
    `finds by its mark what was intended and never confirmed, also behind a torn line${needsProc}`,
    async () => {
      const folder = temporaryFolder()
      const experiment = deadJournal(folder, [intent('c1.a')])
      appendFileSync(journalFile(folder, experiment), '{"op":"created","id":"c1.a","pi')
      const own = await stray(`${experiment}/c1.a`)
      const neighbour = await stray(`${experiment}0/c1.a`)
      expect(listEnvironments(folder)).toMatchObject([{ clone: 'c1', pid: null, alive: true, controllerAlive: false }])
      const ended = once(own, 'exit')
      expect((await sweepDead(folder)).removed).toEqual([{ experiment, pids: [own.pid], workTrees: [] }])
      await ended
      expect(isAlive(neighbour)).toBe(true)
    },
  )

  test.skipIf(needsProc)(`asked for one experiment ends it also when its journal is lost${needsProc}`, async () => {
    const experiment = newExperimentId()
    const own = await stray(`${experiment}/c1.a`)
    const ended = once(own, 'exit')
    const { removed } = await sweep({ folder: temporaryFolder(), experiment })
    expect(removed).toEqual([{ experiment, pids: [own.pid], workTrees: [] }])
    await ended
  })

  test('removes nothing when it is only a rehearsal', async () => {
    const folder = temporaryFolder()
    const own = await stray()
    const experiment = deadJournal(folder, [intent('c1.a'), { op: 'created', id: 'c1.a', ...identityOf(own.pid) }])
    expect((await sweep({ folder, dryRun: true })).removed).toEqual([{ experiment, pids: [own.pid], workTrees: [] }])
    expect([isAlive(own), existsSync(join(folder, experiment))]).toEqual([true, true])
  })

  test('leaves alone what a living controller holds', async () => {
    const { folder, experimentId } = await guardedForTest()
    const { removed, kept } = await sweep({ folder })
    expect(removed).toEqual([])
    expect(kept).toEqual([{ experiment: experimentId, reason: `its controller (pid ${process.pid}) is running` }])
    expect(listEnvironments(folder)).toMatchObject([
      { experiment: experimentId, kind: 'process', clone: null, alive: true, controllerAlive: true },
    ])
  })

  test('leaves alone what has not expired, when only that is asked for', async () => {
    const folder = temporaryFolder()
    const young = deadJournal(folder, [])
    const old = deadJournal(folder, [], { expires: new Date(Date.now() - 1).toISOString() })
    const { removed, kept } = await sweep({ folder, expiredOnly: true })
    expect(removed.map(({ experiment }) => experiment)).toEqual([old])
    expect(kept).toMatchObject([{ experiment: young, reason: expect.stringContaining('it expires at') }])
  })

  test('leaves alone what belongs to another machine that shares the folder', async () => {
    const folder = temporaryFolder()
    const own = await stray()
    deadJournal(folder, [intent('c1.a'), { op: 'created', id: 'c1.a', ...identityOf(own.pid) }], { host: 'elsewhere' })
    expect(listEnvironments(folder)).toMatchObject([{ alive: null, controllerAlive: null }])
    expect((await sweep({ folder })).kept[0]!.reason).toContain('another machine (elsewhere)')
    expect(isAlive(own)).toBe(true)
  })

  test('trusts no pid of an earlier boot', async () => {
    const folder = temporaryFolder()
    const other = await stray()
    const experiment = deadJournal(folder, [intent('c1.a'), { op: 'created', id: 'c1.a', ...identityOf(other.pid) }], {
      boot: 'an earlier one',
    })
    expect(listEnvironments(folder)).toMatchObject([{ alive: false }])
    expect((await sweep({ folder })).removed).toEqual([{ experiment, pids: [], workTrees: [] }])
    expect([isAlive(other), existsSync(join(folder, experiment))]).toEqual([true, false])
  })

  test('removes a journal without a beginning once it is clear that nobody is writing it', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'begun'))
    expect((await sweep({ folder })).kept).toEqual([{ experiment: 'begun', reason: 'it is just being started' }])
    utimesSync(join(folder, 'begun'), 1, 1)
    expect((await sweep({ folder })).removed).toEqual([{ experiment: 'begun', pids: [], workTrees: [] }])
  })

  test('finds nothing where there never was anything', async () => {
    expect(await sweepDead(join(temporaryFolder(), 'none'))).toEqual({ removed: [], kept: [], leaks: [] })
    expect(listEnvironments(join(temporaryFolder(), 'none'))).toEqual([])
  })
})

describe('the resource journal', () => {
  test('says what is intended before it is created, who owns it and when it expires', async () => {
    const { journalFile: file, adopt } = await guardedForTest()
    await adopt('c1.a', 'generator', mark => {
      expect(JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1)!)).toMatchObject({
        op: 'intent',
        id: 'c1.a',
        resource: 'generator',
      })
      return spawn('sleep', ['1000'], { detached: true, stdio: 'ignore', env: { ...process.env, ...mark } })
    })
    const [first] = readFileSync(file, 'utf8')
      .split('\n')
      .map(line => line && JSON.parse(line))
    expect(first).toMatchObject({
      op: 'controller',
      pid: process.pid,
      startedAt: startTimeOf(process.pid),
      host: hostname(),
      owner: expect.any(String),
    })
    expect(Date.parse(first.expires) - Date.parse(first.at)).toBeGreaterThan(86_000_000)
  })

  test('lies under XDG_STATE_HOME when that is an absolute path', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/hl7bench')
    expect(stateFolder({ XDG_STATE_HOME: 'state' })).toMatch(/\/\.local\/state\/hl7bench$/)
    expect(stateFolder({})).toMatch(/\/\.local\/state\/hl7bench$/)
  })
})
