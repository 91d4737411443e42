import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Command } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { findKept, type Kept, UnknownCloneError } from '../environment/netns/keep/kept.ts'
import { entranceOf } from '../environment/netns/tree.ts'
import { readProcesses, startTimeOf } from '../environment/processTable.ts'
import { selectTree } from '../environment/processTree.ts'

export function addEnvExec(env: Command, exit: (code: number) => void): void {
  env
    .command('exec')
    .description('run a command on a host of a kept clone; ends with its exit code')
    .argument('<id>', 'of the clone')
    .argument('<host>')
    .argument('<command...>', 'after --')
    .action(async (id: string, host: string, command: string[]) => {
      const kept = findKept(id)
      checkHost(kept, host)
      exit(await execute(kept, host, command))
    })
}

export function checkHost({ id, topology }: Kept, host: string): void {
  if (topology.hosts.some(({ name }) => name === host)) return
  throw new UnknownCloneError(`${id} has no host ${host}; name one of ${listed(topology.hosts)}`)
}

const MOST_NAMES = 20

/** The first names, and how many there are besides. */
export function listed(named: readonly { readonly name: string }[]): string {
  const names = named.slice(0, MOST_NAMES).map(({ name }) => name)
  return [...names, ...(named.length > MOST_NAMES ? [`${named.length - MOST_NAMES} more`] : [])].join(', ')
}

const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const

async function execute({ first, userNamespace }: Kept, host: string, command: readonly string[]): Promise<number> {
  const [program, ...args] = entranceOf(first.pid, userNamespace)(host, command, cwdInside())
  const child = spawn(program, args, { stdio: 'inherit', env: environmentInside() })
  const passOn = (signal: NodeJS.Signals) => signalAll(child.pid, signal)
  const ignore = () => {}
  // A terminal interrupts the command as well, and it decides.
  process.on('SIGINT', ignore)
  for (const signal of PASSED_ON) process.on(signal, passOn)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', error =>
        reject(
          new EnvironmentError(
            'provision',
            'environment',
            `the clone cannot be entered: ${error.message}; see what this machine can do: hl7bench doctor`,
            { cause: error },
          ),
        ),
      )
      child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]))
    })
  } finally {
    process.off('SIGINT', ignore)
    for (const signal of PASSED_ON) process.off(signal, passOn)
  }
}

/** What is below /run is a host's own there. */
function cwdInside(): string {
  const here = process.cwd()
  return here === '/run' || here.startsWith('/run/') ? '/' : here
}

/** State of its own: pids of a clone mean nothing outside, and those of outside nothing in it. */
function environmentInside(): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: '/run/state' }
}

/** nsenter waits for the command in a process of its own, and passes nothing on. */
function signalAll(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  const root = { pid, startedAt: startTimeOf(pid) ?? '' }
  const members = selectTree(readProcesses(), { experimentId: 'exec', id: String(pid), roots: [root] })
  for (const member of members.filter(each => each.pid !== pid)) {
    try {
      process.kill(member.pid, signal)
    } catch {
      // Ended meanwhile.
    }
  }
}
