import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { onTestFinished } from 'vitest'
import type { Column } from '../../src/model/row.ts'
import {
  ANY_MACHINE,
  clear,
  type Ended,
  ending,
  startHl7bench,
  type Workplace,
  workplace,
} from '../fixtures/commandLine.ts'

/** `ANY_MACHINE` as flags. */
export const ANY_MACHINE_FLAGS = Object.entries(ANY_MACHINE).flatMap(([name, value]) => [
  '--set',
  `validity.${name}=${value}`,
])

export const MLLP = { protocol: 'mllp', feeds: 2, workload: { kind: 'open', ratePerSecond: 40 } } as const
export const FHIR = {
  protocol: 'fhir',
  connections: 2,
  workload: { kind: 'open', ratePerSecond: 20 },
  population: 5,
  operations: [{ search: 'Patient', by: 'hicnHash', expectTotal: 1 }],
} as const

/** A scenario whose runs take some hundred milliseconds, and that any machine can carry. */
export const small = (changes: object = {}) => ({
  name: 'small',
  environment: { kind: 'process' },
  load: [MLLP],
  phases: { warmupMs: 50, measureMs: 250, drainMs: 2_000 },
  validity: ANY_MACHINE,
  runs: 2,
  seed: 7,
  ...changes,
})

/** A workplace that is gone after the test. */
export function place(): Workplace {
  const made = workplace()
  onTestFinished(() => clear(made))
  return made
}

/** Writes a file of the workplace, plain data as JSON, and returns its name. */
export function write({ folder }: Workplace, name: string, content: string | object): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Standard output and error so far. */
  text(): string
  /** Resolves with the match once what it printed matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts the command line; it is ended with the test. */
export function start(where: Workplace, args: readonly string[]): Started {
  const child = startHl7bench(where, args)
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const ended = ending(child)
  onTestFinished(async () => {
    child.kill('SIGINT')
    await ended
  })
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
      const match = pattern.exec(text)
      if (match !== null) return match
      if (child.exitCode !== null) break
      await sleep(20)
    }
    throw new Error(`never printed ${pattern}:\n${text}`)
  }
  return { child, ended, text: () => text, printed }
}

/** Starts a built-in target alone and returns its address. */
export async function serve(
  where: Workplace,
  protocol: 'mllp' | 'fhir',
  more: readonly string[] = [],
): Promise<string> {
  const { printed } = start(where, ['serve', protocol, '--port', '0', ...more])
  return (await printed(/listening on (\S+)/))[1]!
}

/** A port held by a server of the test's own, which `close` gives free. */
export async function heldPort(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => holder.once('listening', resolve))
  const { port } = holder.address() as { port: number }
  return { port, close: () => new Promise(resolve => holder.close(() => resolve())) }
}

/** The rows of a results file by column. */
export function cells(file: string): Record<Column, string>[] {
  return parse(readFileSync(file), { columns: true })
}

/** Names of all files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** Pids of the processes that a command line of this workplace started; empty where there is no /proc. */
export function survivors({ env }: Workplace): string[] {
  const mark = `XDG_STATE_HOME=${env.XDG_STATE_HOME}`
  return namesIn('/proc').filter(name => {
    try {
      return /^\d+$/.test(name) && readFileSync(join('/proc', name, 'environ'), 'utf8').includes(mark)
    } catch {
      return false
    }
  })
}

/** Waits until nothing of this workplace runs; returns what still does after 10 s. */
export async function settled(where: Workplace): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < 10_000 && survivors(where).length > 0; waitedMs += 50) await sleep(50)
  return survivors(where)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
