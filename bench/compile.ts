import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export interface Compiler {
  /** First line of `gcc --version`. */
  readonly version: string
  /**
   * Compiles a program of `peers/`; each is compiled once.
   * @returns the program's file name
   * @throws Error when there is no C compiler, or it refuses the source
   */
  compile(name: string, tls: boolean): string
}

const SHARED: Readonly<Record<string, readonly string[]>> = {
  mllpReceiver: ['server.c'],
  fhirReceiver: ['server.c'],
  mllpSender: ['mllpClient.c'],
  mllpAtRate: ['mllpClient.c'],
}

/** @throws Error when gcc cannot be run. */
export function createCompiler(folder: string): Compiler {
  const { error, stdout } = spawnSync('gcc', ['--version'], { encoding: 'utf8' })
  if (error !== undefined)
    throw new Error(
      `the bare peers are C programs and gcc cannot be run (${error.message}); install it, for instance: apt-get install gcc libc6-dev`,
    )
  const programs = new Map<string, string>()

  function compile(name: string, tls: boolean): string {
    const key = tls ? `${name}Tls` : name
    const program = programs.get(key) ?? build(name, tls, join(folder, key))
    programs.set(key, program)
    return program
  }

  return { version: stdout.split('\n')[0]!.trim(), compile }
}

function build(name: string, tls: boolean, program: string): string {
  const sources = [`${name}.c`, ...SHARED[name]!, 'wire.c', 'meters.c'].map(file =>
    join(import.meta.dirname, 'peers', file),
  )
  const args = ['-O2', '-o', program, ...(tls ? ['-DWITH_TLS'] : []), ...sources, ...(tls ? ['-lssl', '-lcrypto'] : [])]
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' })
  if (status === 0) return program
  throw new Error(
    `gcc refused ${name}.c:\n${stderr.trim()}\nit needs Linux (epoll) and the C library's headers${tls ? ', and those of OpenSSL: apt-get install libssl-dev' : ''}`,
  )
}
