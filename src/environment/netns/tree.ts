import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { EnvironmentError } from '../error.ts'
import type { Guarded } from '../guarded.ts'
import { readProcesses } from '../processTable.ts'
import { READY, type Setup, setupScript, workFolder } from './script.ts'

/** The processes and namespaces of one clone: all of it ends with its first process, and that with the controller. */
export interface Tree {
  /** Pid of the clone's first process, as seen from outside. */
  readonly pid: number
  /** Command line that runs `argv` on a host of the clone, in a folder. */
  enter(host: string, argv: readonly string[], cwd?: string): [string, ...string[]]
  /** Runs a command on a host to its end, at most 30 s. */
  run(host: string, argv: readonly string[]): Promise<Finished>
  /** Runs a shell script in the clone and on none of its hosts, whose networks are /run/netns/<host>; to its end, at most 30 s: standard output, or standard error where it fails. */
  script(text: string): Promise<Finished>
  /** Path from outside of a file in the work folder of a host. */
  fileOf(host: string, name: string): string
  /** What a daemon has logged so far; empty when it has said nothing. */
  logOf(host: string, daemon: string): string
  /** The clone ended by itself. */
  readonly ended: Promise<string>
}

export interface Finished {
  /** Exit code; null = ended by force. */
  readonly code: number | null
  /** Standard output and error. */
  readonly output: string
}

const KEPT_CHARACTERS = 8_000
const LONGEST_COMMAND_MS = 30_000
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024
/**
 * Starts the tree of a clone. Names in it are private: no namespace, mount, link or process shows in the system's own tables but
 * the processes. Throws EnvironmentError with the step that failed.
 */
export async function startTree(guarded: Guarded, id: string, setup: Setup, signal: AbortSignal): Promise<Tree> {
  const { userNamespace } = setup.mechanisms
  const { child, exited } = await guarded.adopt(id, 'clone', mark =>
    spawn(
      'unshare',
      [
        ...(userNamespace ? ['--user', '--map-root-user'] : []),
        ...['--mount', '--pid', '--net', '--ipc', '--fork', '--kill-child', '--propagation', 'private', 'sh', '-s'],
      ],
      { cwd: '/', env: { ...process.env, ...mark }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    ),
  )
  const { stdin, stdout, stderr } = child
  const errors = keepEnd(stderr)
  const ended = exited.then(({ code, signal: by }) => `the clone ended with ${by ?? `exit code ${code}`}: ${errors()}`)
  try {
    await ready(stdin, stdout, setupScript(setup), ended, signal)
    return treeOf(childOf(child.pid!), userNamespace, ended)
  } catch (error) {
    await guarded.end(id, 0)
    throw error
  }
}

/** How to get onto the hosts of a clone, by the pid of its first process as seen from outside. */
export function entranceOf(pid: number, userNamespace: boolean): Tree['enter'] {
  return (host, argv, cwd = '/') => [
    ...insideOf(pid, userNamespace),
    ...[
      'ip',
      'netns',
      'exec',
      host,
      'sh',
      '-c',
      `PATH="$PATH:/usr/sbin:/sbin"; mount --bind ${workFolder(host)} /run && cd "$1" && shift && exec "$@"`,
      ...['sh', cwd],
      ...argv,
    ],
  ]
}

/** Before a command that is to run in a clone. */
const insideOf = (pid: number, userNamespace: boolean): [string, ...string[]] => [
  'nsenter',
  ...['--target', String(pid), '--mount', '--pid', '--net', '--ipc'],
  ...(userNamespace ? ['--user', '--preserve-credentials'] : []),
  '--',
]

function treeOf(pid: number, userNamespace: boolean, ended: Promise<string>): Tree {
  const fileOf = (host: string, name: string) => `/proc/${pid}/root${workFolder(host)}/${name}`
  const enter = entranceOf(pid, userNamespace)
  return {
    pid,
    enter,
    run: (host, argv) => finish(enter(host, argv)),
    script: text =>
      finishScript([...insideOf(pid, userNamespace), 'sh', '-s'], `export PATH="$PATH:/usr/sbin:/sbin"\n${text}`),
    fileOf,
    logOf(host, daemon) {
      try {
        return readFileSync(fileOf(host, `${daemon}.log`), 'utf8')
      } catch {
        return ''
      }
    },
    ended,
  }
}

function finish(command: readonly [string, ...string[]]): Promise<Finished> {
  return execute(command, '', (stdout, stderr) => stdout + stderr)
}

/** Warnings of what goes well would be in the way of what it says. */
function finishScript(command: readonly [string, ...string[]], text: string): Promise<Finished> {
  return execute(command, text, (stdout, stderr, code) => (code === 0 ? stdout : stderr))
}

function execute(
  [program, ...args]: readonly [string, ...string[]],
  input: string,
  outputOf: (stdout: string, stderr: string, code: number | null) => string,
): Promise<Finished> {
  const limits = { timeout: LONGEST_COMMAND_MS, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES } as const
  return new Promise(resolve => {
    const { stdin } = execFile(program, args, limits, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, output: outputOf(stdout, stderr, code) })
    })
    stdin?.on('error', () => {}).end(input)
  })
}

function ready(
  input: Writable,
  output: Readable,
  script: string,
  ended: Promise<string>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes(READY)) {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
    })
    void ended.then(reason => {
      signal.removeEventListener('abort', onAbort)
      reject(
        new EnvironmentError(
          'provision',
          'environment',
          `${reason.trim()}; see what this machine can do: hl7bench doctor`,
        ),
      )
    })
    input.on('error', () => {})
    input.write(script)
  })
}

/** The shell is the one child of unshare. */
function childOf(pid: number): number {
  const child = readProcesses().find(entry => entry.ppid === pid)
  if (child !== undefined) return child.pid
  throw new EnvironmentError('provision', 'environment', 'the clone ended as it came up; run it again')
}

function keepEnd(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-KEPT_CHARACTERS)
  })
  return () => text
}
