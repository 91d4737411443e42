import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import {
  opensPidNamespace,
  type ProcessEntry,
  parsePs,
  readProcesses,
  runPs,
  startTimeOf,
} from '../../src/environment/processTable.ts'
import { endTree, selectTree } from '../../src/environment/processTree.ts'
import { needs } from '../needs.ts'
import { needsProc, until } from './support.ts'

const entry = (pid: number, ppid: number, pgid: number, mark: string | null = null, startedAt = 's'): ProcessEntry => ({
  pid,
  ppid,
  pgid,
  mark,
  startedAt,
})
const select = (
  processes: readonly ProcessEntry[],
  id: string | null,
  ...roots: readonly { pid: number; startedAt: string }[]
) => selectTree(processes, { experimentId: 'e', id, roots }).map(({ pid }) => pid)

test('a tree holds the marked, the roots, their groups and all descendants', () => {
  const table = [
    entry(10, 1, 10), // root
    entry(11, 10, 10),
    entry(12, 1, 10), // orphan of the group
    entry(13, 11, 13), // left the group
    entry(14, 13, 13),
    entry(20, 1, 20, 'e/c1.x'), // daemon, by its mark
    entry(21, 20, 21),
    entry(30, 1, 30, 'e/c10'),
    entry(31, 1, 31, 'f/c1'),
  ]
  expect(select(table, 'c1', { pid: 10, startedAt: 's' })).toEqual([10, 11, 12, 13, 14, 20, 21])
  expect(select(table, null)).toEqual([20, 21, 30])
})

test('a pid that somebody else has now is no root, nor is its group', () => {
  const table = [entry(10, 1, 10, null, 'later'), entry(11, 10, 10)]
  expect(select(table, 'c1', { pid: 10, startedAt: 's' })).toEqual([])
})

test('a group whose leader has ended is still ended', () => {
  expect(select([entry(11, 1, 10)], 'c1', { pid: 10, startedAt: 's' })).toEqual([11])
})

test('the process that looks is never a member, and what it started is only by its own merit', () => {
  const table = [
    entry(process.pid, 1, process.pid, 'e/guardian'),
    entry(11, process.pid, 11, 'e/c1'),
    entry(12, process.pid, 12),
  ]
  expect(select(table, 'c1')).toEqual([11])
})

test('a tree is closed under descent, whatever the table', () => {
  const pid = fc.integer({ min: 2, max: 30 })
  const entries = fc.uniqueArray(
    fc.record({ pid, ppid: pid, pgid: pid, startedAt: fc.constant('s'), mark: fc.constantFrom(null, 'e/a', 'e/b') }),
    { selector: each => each.pid },
  )
  fc.assert(
    fc.property(entries, table => {
      const members = new Set(select(table, 'a'))
      for (const each of table) {
        const isMember = each.mark === 'e/a' || members.has(each.ppid)
        expect(members.has(each.pid)).toBe(isMember)
      }
    }),
  )
})

test('the output of ps is read, zombies left out', () => {
  const text =
    '    1     0     1 Ss   Sun Nov 22 21:00:01 2026\n  900     1   900 Z+   Sun Nov 22 21:00:01 2026\n 1234   900  1230 R    Sun Nov  1 01:00:01 2026    \n'
  expect(parsePs(text)).toEqual([
    { pid: 1, ppid: 0, pgid: 1, startedAt: 'Sun Nov 22 21:00:01 2026', mark: null },
    { pid: 1234, ppid: 900, pgid: 1230, startedAt: 'Sun Nov  1 01:00:01 2026', mark: null },
  ])
})

test('ps and /proc tell the same about this process', () => {
  const byPs = parsePs(runPs(['-A'])).find(({ pid }) => pid === process.pid)
  const own = readProcesses().find(({ pid }) => pid === process.pid)
  expect([byPs?.ppid, byPs?.pgid]).toEqual([process.ppid, own?.pgid])
  expect(startTimeOf(process.pid)).toBe(own?.startedAt)
  expect(parsePs(runPs(['-p', '99999999']))).toEqual([])
  expect(startTimeOf(99_999_999)).toBeNull()
})

test.skipIf(needsProc)(
  `a tree is ended although its parents end first and its mark was thrown away${needsProc}`,
  async () => {
    const child = spawn(
      '/bin/sh',
      ['-c', 'env -i setsid /bin/sh -c "trap \'\' TERM; echo up; while :; do sleep 0.05; done" & wait'],
      { detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout!, 'data')
    const root = { pid: child.pid!, startedAt: startTimeOf(child.pid!)! }
    const tree = { experimentId: 'none', id: 'none', roots: [root] }
    const members = selectTree(readProcesses(), tree).map(({ pid }) => pid)
    expect(members.length).toBeGreaterThanOrEqual(2)
    expect(await endTree(tree, 200)).toEqual([])
    const alive = new Set(readProcesses().map(({ pid }) => pid))
    expect(members.filter(pid => alive.has(pid))).toEqual([])
  },
)

const hasPython = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0

/** Ends its first thread and lives on in another: so does every process with threads, for a while, as it ends. */
const HEADLESS = `
import ctypes, os, threading, time
threading.Thread(target=lambda: (print('ready', flush=True), time.sleep(60)), daemon=True).start()
time.sleep(0.1)
ctypes.CDLL(None).syscall(93 if os.uname().machine == 'aarch64' else 60, 0)
`

needs(hasPython, 'Linux and python3')('a process lives as long as any of its threads does', async () => {
  const child = spawn('python3', ['-c', HEADLESS], { stdio: ['ignore', 'pipe', 'ignore'] })
  const { pid } = child
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  await until(() => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
  expect(readProcesses().some(entry => entry.pid === pid)).toBe(true)
  const exited = once(child, 'exit')
  expect(
    await endTree({ experimentId: 'none', id: null, roots: [{ pid: pid!, startedAt: startTimeOf(pid!)! }] }, 0),
  ).toEqual([])
  await exited
})

const asRootOfOwn = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
const canUnshare = spawnSync('unshare', [...asRootOfOwn, '--pid', '--fork', 'true']).status === 0

needs(canUnshare, 'pid namespaces and unshare')(
  'a process that waits for others in a namespace is left to see their end, so that it reaps them',
  async () => {
    const clone = spawn('unshare', [...asRootOfOwn, '--pid', '--fork', '--kill-child', 'sh', '-c', 'echo up; cat'])
    onTestFinished(() => void clone.kill('SIGKILL'))
    await once(clone.stdout, 'data')
    const first = readProcesses().find(({ ppid }) => ppid === clone.pid)!
    const user = asRootOfOwn.length === 0 ? [] : ['--user', '--preserve-credentials']
    const script = 'trap "exit 7" TERM; echo in; while :; do sleep 0.05; done'
    const entered = spawn('nsenter', ['--target', String(first.pid), '--pid', ...user, 'sh', '-c', script])
    onTestFinished(() => void entered.kill('SIGKILL'))
    await once(entered.stdout, 'data')
    const root = { pid: entered.pid!, startedAt: startTimeOf(entered.pid!)! }
    expect([clone.pid!, entered.pid!, first.pid].map(opensPidNamespace)).toEqual([true, true, false])
    const exited = once(entered, 'exit')
    expect(await endTree({ experimentId: 'none', id: 'none', roots: [root] }, 10_000)).toEqual([])
    expect(await exited).toEqual([7, null])
  },
)
