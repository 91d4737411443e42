/**
 * Process entry: outlives its controller, ends what that one leaves behind and then removes its resource journal. Its standard input is the
 * lifeline: the system closes it whichever way the controller ends. Runs in a session of its own, deaf to the terminal's signals.
 *
 * Works on POSIX systems; Windows has neither process groups nor signals and is out of scope.
 */
import { type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { clear } from './clear.ts'
import type { GuardianReport, GuardianRequest } from './guardianProtocol.ts'
import { startTimeOf } from './processTable.ts'
import { endTree, type ProcessIdentity } from './processTree.ts'
import { type JournalledExperiment, replay } from './replay.ts'
import { draftFile } from './state.ts'

const GRACE_AFTER_CONTROLLER_MS = 200

const [experimentId, stateFolder, controllerPid, controllerStartedAt] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
]
if (controllerStartedAt === undefined) throw new Error('usage: guardian EXPERIMENT STATE-FOLDER PID START-TIME')
const roots = new Map<string, ProcessIdentity>()
/** The controller's journal is there: it writes down what it asks for, first. */
let hasBegun = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// The reader may be gone; what remains to be done is told by the end of the input.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
lines.on('line', line => perform(JSON.parse(line) as GuardianRequest))
lines.on('close', () => void takeLeave())
process.on('uncaughtException', error => {
  process.stderr.write(`${error.stack ?? error}\n`)
  void endEverything().finally(() => process.exit(1))
})

function perform(request: GuardianRequest): void {
  hasBegun = true
  if (request.op === 'spawn') spawnRoot(request)
  else if (request.op === 'watch') roots.set(request.id, request)
  else if (request.op === 'forget') roots.delete(request.id)
  else void endBelow(request.id, request.graceMs)
}

function report(line: GuardianReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function spawnRoot(request: GuardianRequest & { op: 'spawn' }): void {
  const files: number[] = []
  try {
    files.push(openSync(request.stdout, 'a'), openSync(request.stderr, 'a'))
    const { id, argv, cwd, env } = request
    spawnChild(id, argv, { cwd, env, stdio: ['ignore', files[0], files[1]], detached: true })
  } catch (error) {
    report({ type: 'spawn-failed', id: request.id, message: (error as Error).message })
  } finally {
    for (const file of files) closeSync(file)
  }
}

function spawnChild(id: string, [program, ...args]: readonly [string, ...string[]], options: SpawnOptions): void {
  const child = spawn(program, args, options)
  child.on('error', error => {
    if (child.pid === undefined) report({ type: 'spawn-failed', id, message: error.message })
  })
  if (child.pid === undefined) return
  const root = { pid: child.pid, startedAt: startTimeOf(child.pid) ?? '' }
  roots.set(id, root)
  report({ type: 'spawned', id, ...root })
  child.on('exit', (code, signal) => report({ type: 'exited', id, code, signal }))
}

async function endBelow(id: string, graceMs: number): Promise<void> {
  const ended = [...roots].filter(([rootId]) => rootId === id || rootId.startsWith(`${id}.`))
  const survivors = await endTree({ experimentId, id, roots: ended.map(([, root]) => root) }, graceMs)
  if (survivors.length === 0) for (const [rootId] of ended) roots.delete(rootId)
  report({ type: 'ended', id, survivors: survivors.map(({ pid }) => pid) })
}

/** Without a journal of our controller's there is nothing of its, and what carries the experiment's mark is another controller's. */
async function takeLeave(): Promise<void> {
  const isAllGone = (hasBegun || ownJournal() !== null) && (await endEverything())
  const journal = isAllGone ? ownJournal() : null
  if (journal !== null) await clear(journal)
  rmSync(dirname(draftFile(stateFolder, experimentId, Number(controllerPid))), { recursive: true, force: true })
  process.exit(0)
}

async function endEverything(): Promise<boolean> {
  const everything = { experimentId, id: null, roots: [...roots.values()] }
  return (await endTree(everything, GRACE_AFTER_CONTROLLER_MS)).length === 0
}

function ownJournal(): JournalledExperiment | null {
  const found = replay(stateFolder, experimentId)
  const { pid, startedAt } = found?.controller ?? {}
  return pid === Number(controllerPid) && startedAt === controllerStartedAt ? found : null
}
