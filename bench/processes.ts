import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'

/** The core that a sender runs on, and the one of the receiver. */
export const CORES = { sender: 0, receiver: 1 } as const

export interface Processes {
  /** Whether each process is held on its core by taskset(1). */
  readonly pinned: boolean
  /** @param env added to the environment of the bench */
  start(
    core: number,
    command: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): ChildProcessWithoutNullStreams
  /** Kills what still runs. */
  endAll(): void
}

/** Starts the processes of a bench, each on its core where the machine allows it. */
export function createProcesses(): Processes {
  const pinned = Object.values(CORES).every(mayPin)
  const running = new Set<ChildProcessWithoutNullStreams>()

  function start(
    core: number,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcessWithoutNullStreams {
    const options = { env: { ...process.env, ...env } }
    // taskset becomes the command that it starts, so the child has the pid of the command itself.
    const child = pinned
      ? spawn('taskset', ['-c', String(core), command, ...args], options)
      : spawn(command, args, options)
    running.add(child)
    child.once('close', () => running.delete(child))
    // A process that ended early is reported by its end, not by the pipe that it left.
    child.stdin.on('error', () => {})
    return child
  }

  function endAll(): void {
    for (const child of running) child.kill('SIGKILL')
  }

  return { pinned, start, endAll }
}

function mayPin(core: number): boolean {
  return spawnSync('taskset', ['-c', String(core), 'true']).status === 0
}
