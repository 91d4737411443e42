import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { entries } from '../../entries.ts'
import { EnvironmentError } from '../../error.ts'
import { KEEP, type KeeperReport, type KeeperRequest } from './keeperProtocol.ts'
import type { Kept } from './kept.ts'

const KEPT_CHARACTERS = 4_000

/**
 * Starts a keeper and waits until its clone stands; from then on it needs nobody. Until then it ends with us, or when `signal` is
 * aborted. Throws EnvironmentError with the reason of whoever refused.
 */
export async function startKeeper(request: KeeperRequest, signal: AbortSignal): Promise<Kept> {
  const child = spawn(process.execPath, [entries.keeper], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { stdin, stdout, stderr } = child
  stdin.on('error', () => {})
  let errors = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT_CHARACTERS)
  })
  // Not its exit: what it said last may still be on its way then.
  const exited = once(child, 'close').then(
    () => null,
    (error: Error) => {
      errors = error.message
      return null
    },
  )
  const line = once(createInterface({ input: stdout }), 'line').then(([text]) => JSON.parse(text) as KeeperReport)
  const onAbort = () => void stdin.end()
  signal.addEventListener('abort', onAbort, { once: true })
  stdin.write(`${JSON.stringify(request)}\n`)
  const report = await Promise.race([line, exited])
  signal.removeEventListener('abort', onAbort)
  if (report?.type === 'up' && !signal.aborted) {
    await letGo(child)
    return report.kept
  }
  stdin.end()
  await exited
  signal.throwIfAborted()
  throw refused(
    report?.type === 'failed'
      ? report.message
      : `the keeper of the clone ended by itself${errors === '' ? '' : `: ${errors.trim()}`}; see whether the system is short of memory (it kills processes then), and run it again`,
  )
}

async function letGo(child: ChildProcess): Promise<void> {
  await new Promise<void>(resolve => child.stdin!.end(`${KEEP}\n`, () => resolve()))
  child.stdout!.destroy()
  child.stderr!.destroy()
  child.unref()
}

const refused = (message: string) => new EnvironmentError('provision', 'environment', message)
