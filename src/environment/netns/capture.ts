import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EnvironmentError } from '../error.ts'
import type { Tree } from './tree.ts'

/** What every interface of a host saw. */
export interface Captured {
  /** How often the marker was in a packet. */
  readonly marker: number
  /** Packets by kind: `esp`, `ike`, `wireguard`, `icmp`, `neighbour` (ARP), `fragment`, `other`. */
  readonly packets: Readonly<Record<string, number>>
  /** Packets that the kernel had no room for. */
  readonly dropped: number
}

export interface Capture {
  /** Ends it; resolves with all that was seen until now. */
  end(): Promise<Captured>
}

const PROGRAM = fileURLToPath(new URL('../../../infra/capture/capture.py', import.meta.url))

/** Watches a host from now on. Throws EnvironmentError where it cannot. @param pcapFile file in the host's work folder; null = none */
export async function startCapture(
  tree: Tree,
  host: string,
  marker: string,
  pcapFile: string | null,
): Promise<Capture> {
  const [program, ...args] = tree.enter(host, [
    ...['python3', PROGRAM, marker],
    ...(pcapFile === null ? [] : [`/run/${pcapFile}`]),
  ])
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const lines = createInterface({ input: child.stdout })
  const exited = once(child, 'exit').then(() => null)
  const line = () => Promise.race([once(lines, 'line').then(([text]) => text as string), exited])
  if ((await line()) !== 'listening')
    throw new EnvironmentError(
      'provision',
      'environment',
      `${host} cannot be watched: ${errors.trim().split('\n').at(-1) ?? ''}; see what this machine can do: hl7bench doctor`,
    )
  return {
    async end() {
      const last = line()
      child.stdin.end()
      const text = await last
      await exited
      if (text === null)
        throw new EnvironmentError(
          'provision',
          'environment',
          `the capture on ${host} ended by itself: ${errors.trim()}; run it again`,
        )
      return JSON.parse(text) as Captured
    },
  }
}
