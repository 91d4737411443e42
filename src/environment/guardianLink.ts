import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { EnvironmentError } from './error.ts'
import type { GuardianReport, GuardianRequest } from './guardianProtocol.ts'
import { MARK_VARIABLE, markOf } from './mark.ts'
import { startTimeOf } from './processTable.ts'

/** The controller's end of the lifeline. */
export interface GuardianLink {
  readonly pid: number
  send(request: GuardianRequest): void
  /** Aborted, with an EnvironmentError as the reason, when the guardian ended before it was told to. */
  readonly lost: AbortSignal
  /** Lets go of the lifeline; resolves when the guardian has ended everything and itself. Idempotent. */
  close(): Promise<void>
  /** Ends the guardian and nothing else: what carries the experiment's mark is another controller's. */
  abandon(): Promise<void>
}

const KEPT_ERROR_CHARACTERS = 4_000
/** A guardian needs a few seconds where processes cannot be ended; one that takes longer hangs. */
const LONGEST_FAREWELL_MS = 15_000

export interface Guarding {
  readonly experimentId: string
  /** State folder of its resource journal. */
  readonly folder: string
  readonly entry: string
}

/** Starts the guardian of an experiment, in a session of its own. Throws when it cannot be started. */
export async function linkGuardian(
  { experimentId, folder, entry }: Guarding,
  onReport: (report: GuardianReport) => void,
): Promise<GuardianLink> {
  const controller = [String(process.pid), startTimeOf(process.pid) ?? '']
  const child = spawn(process.execPath, [entry, experimentId, folder, ...controller], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, [MARK_VARIABLE]: markOf(experimentId, 'guardian') },
  })
  const exited = once(child, 'exit').catch(() => {})
  await once(child, 'spawn').catch(error => {
    throw new EnvironmentError(
      'provision',
      'harness',
      `the guardian process could not be started (${(error as Error).message}); check the limits on processes and memory (ulimit -u)`,
      { cause: error },
    )
  })
  const lost = new AbortController()
  let isClosing = false
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT_ERROR_CHARACTERS)
  })
  // Writing to a guardian that has just died: `close` below tells why it did.
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', line => onReport(JSON.parse(line) as GuardianReport))
  child.on('close', (code, signal) => {
    if (!isClosing) lost.abort(lostError(code, signal, errors))
  })
  return {
    pid: child.pid!,
    lost: lost.signal,
    send: request => void child.stdin.write(`${JSON.stringify(request)}\n`),
    async close() {
      isClosing = true
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_FAREWELL_MS)
      await exited
      clearTimeout(timer)
    },
    async abandon() {
      isClosing = true
      child.kill('SIGKILL')
      await exited
    },
  }
}

const lostError = (code: number | null, signal: string | null, errors: string) =>
  new EnvironmentError(
    'measure',
    'harness',
    `the guardian process ended unexpectedly (${signal ?? `exit code ${code}`})${errors === '' ? '' : `: ${errors.trim()}`}; ` +
      'see whether the system is short of memory (it kills processes then), and run again',
  )
