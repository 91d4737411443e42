import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { converse } from './dialogue.ts'
import { CORES, type Processes } from './processes.ts'

/** What a receiver found out about itself, over its whole life. */
export interface ReceiverReport {
  readonly exchanges: number
  readonly cpuMicroseconds: number
  /** null = this machine does not tell. */
  readonly starvedShare: number | null
}

export interface Receiver {
  readonly port: number
  /** Ends it and tells what it counted itself. */
  stop(): Promise<ReceiverReport>
}

/**
 * Compiles a receiver of `peers/` into `folder`.
 * @returns the program's file name
 * @throws Error when there is no C compiler, or it refuses the source
 */
export function compileReceiver(name: string, folder: string): string {
  const sources = [`${name}.c`, 'server.c'].map(file => join(import.meta.dirname, 'peers', file))
  const program = join(folder, name)
  const { error, status, stderr } = spawnSync('gcc', ['-O2', '-o', program, ...sources], { encoding: 'utf8' })
  if (error !== undefined)
    throw new Error(
      `the receivers are C programs and gcc cannot be run (${error.message}); install it, for instance: apt-get install gcc libc6-dev`,
    )
  if (status !== 0)
    throw new Error(
      `gcc refused ${name}.c:\n${stderr.trim()}\nthe receivers need Linux (epoll) and the C library's headers`,
    )
  return program
}

export async function startReceiver(processes: Processes, program: string): Promise<Receiver> {
  const dialogue = converse('the receiver', processes.start(CORES.receiver, program, []))
  const { port } = (await dialogue.hear()) as { port: number }
  return {
    port,
    async stop() {
      const ended = dialogue.end()
      const report = (await dialogue.hear()) as ReceiverReport
      await ended
      return report
    },
  }
}
