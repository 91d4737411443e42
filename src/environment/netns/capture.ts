import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EnvironmentError } from '../error.ts'
import type { Tree } from './tree.ts'

/** What the interfaces of a host saw. */
export interface Captured {
  /** How often the marker was in a packet. */
  readonly marker: number
  /** Packets by kind: `esp`, `ike`, `wireguard`, `icmp`, `neighbour` (ARP), `fragment`, `other`. */
  readonly packets: Readonly<Record<string, number>>
  /** Packets that the kernel had no room for. */
  readonly dropped: number
}

export interface Capture {
  /** It ended, asked to or not. */
  readonly ended: Promise<void>
  /** Ends it; resolves with all that was seen until now. */
  end(): Promise<Captured>
}

const PROGRAM = fileURLToPath(new URL('../../../infra/capture/capture.py', import.meta.url))

export interface CaptureOptions {
  readonly host: string
  /** Looked for in every packet; empty = nothing. */
  readonly marker?: string
  /** Only this interface; absent = all of the host. */
  readonly device?: string
  /** Open file that packets are written to in the format of pcap. */
  readonly pcap?: number
}

/** Watches a host from now on. Throws EnvironmentError where it cannot. */
export async function startCapture(
  { enter }: Pick<Tree, 'enter'>,
  { host, marker = '', device = '', pcap }: CaptureOptions,
): Promise<Capture> {
  const [program, ...args] = enter(host, [
    ...['python3', PROGRAM, marker, device],
    ...(pcap === undefined ? [] : ['/proc/self/fd/3']),
  ])
  // Of a process group of its own: what interrupts us at a terminal must not end it before it has written all.
  const child = spawn(program, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...(pcap === undefined ? [] : [pcap])],
  })
  if (child.stdin === null || child.stdout === null || child.stderr === null) throw new Error('pipes were asked for')
  const { stdin, stdout, stderr } = child
  stdin.on('error', () => {})
  let errors = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const lines = createInterface({ input: stdout })
  const exited = once(child, 'exit').then(() => null)
  const line = () => Promise.race([once(lines, 'line').then(([text]) => text as string), exited])
  if ((await line()) !== 'listening')
    throw new EnvironmentError(
      'provision',
      'environment',
      `${host} cannot be watched: ${errors.trim().split('\n').at(-1) ?? ''}; see what this machine can do: hl7bench doctor`,
    )
  return {
    ended: exited.then(() => {}),
    async end() {
      const last = line()
      stdin.end()
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
