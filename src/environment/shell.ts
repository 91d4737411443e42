import type { Exit, Guarded } from './guarded.ts'
import { MARK_VARIABLE, markOf } from './mark.ts'
import type { Output } from './output.ts'
import type { ResourceKind } from './resources.ts'

export interface ShellCommand {
  readonly id: string
  readonly resource: ResourceKind
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly output: Output
}

/** Runs a command of the user's to its end, or until the signal; it is ended with its descendants when the signal comes first. */
export async function runShell(guarded: Guarded, shell: ShellCommand, signal: AbortSignal): Promise<Exit> {
  signal.throwIfAborted()
  const { id, resource, command, cwd, env, output } = shell
  const child = await guarded.spawn({
    id,
    resource,
    argv: ['/bin/sh', '-c', command],
    cwd,
    env: { ...env, [MARK_VARIABLE]: markOf(guarded.experimentId, id) },
    stdout: output.stdout,
    stderr: output.stderr,
  })
  const onAbort = () => void guarded.end(id)
  // Aborted while it was being started, the signal says so no more.
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const exit = await child.exited.finally(() => signal.removeEventListener('abort', onAbort))
  signal.throwIfAborted()
  return exit
}
