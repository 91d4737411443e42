import { closeSync, openSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { type Captured, startCapture } from '../environment/netns/capture.ts'
import { findKept, type Kept, UnknownCloneError } from '../environment/netns/keep/kept.ts'
import { entranceOf } from '../environment/netns/tree.ts'
import type { Console } from './console.ts'
import { listed } from './envExec.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { parseDuration } from './runOptions.ts'

interface CaptureFlags {
  readonly for?: number
  readonly json?: boolean
}

export function addEnvCapture(env: Command, console: () => Console): void {
  env
    .command('capture')
    .description('watch a host or a link of a kept clone until interrupted: packets by kind, and all of them in a file')
    .argument('<id>', 'of the clone')
    .argument('<host or link>')
    .argument('[file]', 'pcap, for tcpdump -r or Wireshark')
    .option('--for <time>', 'end by itself after this', parseLength)
    .option('--json', 'print the counts as JSON')
    .action(async (id: string, place: string, file: string | undefined, flags: CaptureFlags) => {
      const kept = findKept(id)
      const captured = await capture(kept, placeOf(kept, place), file, flags, console())
      console().out(
        flags.json
          ? `${JSON.stringify({ schema: 'hl7bench.captured/1', ...captured }, null, 2)}\n`
          : describe(captured),
      )
    })
}

function parseLength(text: string): number {
  const ms = parseDuration(text)
  if (ms < 1) throw new InvalidArgumentError('write a time from 1ms to 576h, such as 10s.')
  return ms
}

interface Place {
  readonly host: string
  readonly device?: string
}

/** A link is watched at its first end. */
function placeOf(kept: Kept, name: string): Place {
  const { hosts, links } = kept.topology
  const link = links.find(each => each.name === name)
  if (link !== undefined) return link.ends[0]
  if (hosts.some(each => each.name === name)) return { host: name }
  throw new UnknownCloneError(
    `${kept.id} has no host or link ${name}; name a host (${listed(hosts)}) or a link (${listed(links)})`,
  )
}

async function capture(
  { first, userNamespace }: Kept,
  { host, device }: Place,
  file: string | undefined,
  { for: forMs }: CaptureFlags,
  { err }: Console,
): Promise<Captured> {
  const pcap = file === undefined ? undefined : openFile(file)
  try {
    return await interruptible(async signal => {
      const running = await startCapture(
        { enter: entranceOf(first.pid, userNamespace) },
        { host, ...(device === undefined ? {} : { device }), ...(pcap === undefined ? {} : { pcap }) },
      )
      err(forMs === undefined ? 'watching; Ctrl-C ends it\n' : 'watching\n')
      const ends = forMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(forMs)])
      await Promise.race([running.ended, aborted(ends)])
      return await running.end()
    })
  } finally {
    if (pcap !== undefined) closeSync(pcap)
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'w', 0o600)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}; name a file that can be written`)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    // A timeout's signal alone does not keep the process.
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function describe({ packets, dropped }: Captured): string {
  const counts = Object.entries(packets).map(([kind, count]) => `${count} ${kind}`)
  return `packets: ${counts.length === 0 ? 'none' : counts.join(', ')}${dropped === 0 ? '' : `; ${dropped} were missed`}\n`
}
