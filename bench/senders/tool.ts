import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Measurement, Sender, Task } from '../measurement.ts'
import { CORES, type Processes } from '../processes.ts'

/** A load generator of another project that is a program of its own. */
export interface Tool {
  readonly name: string
  /** How its program is started; it must end on SIGINT, and print the summary that `answeredOf` reads. */
  readonly command: string
  readonly versionOf: (printed: string) => string
  readonly versionArgs: readonly string[]
  readonly args: (task: Task) => readonly string[]
  /** What its script verified, from what it printed. @throws Error when something was answered badly */
  readonly answeredOf: (printed: string) => number
  readonly env?: Readonly<Record<string, string>>
}

/** The file of a program on PATH, in GOBIN or in Go's default folder; null = it is not installed. */
export function findProgram(name: string): string | null {
  const { PATH = '', GOBIN, GOPATH } = process.env
  const folders = [...PATH.split(delimiter), GOBIN, join(GOPATH ?? join(homedir(), 'go'), 'bin')]
  return folders.flatMap(folder => (folder ? join(folder, name) : [])).find(file => existsSync(file)) ?? null
}

/**
 * Drives a tool that has neither warm-up nor meters: it runs on and is interrupted; the receiver counts its exchanges in the measured
 * phase, and the kernel its CPU time (schedstat of its threads). What its own script verified must agree with the receiver's count.
 */
export function toolSender(processes: Processes, tool: Tool): Sender {
  return { name: tool.name, version: versionOf(tool), send: task => runTool(processes, tool, task) }
}

/** One measurement, and what the tool printed. @throws Error when it failed or was answered badly */
export async function runTool(
  processes: Processes,
  tool: Tool,
  task: Task,
): Promise<Measurement & { readonly printed: string }> {
  const child = processes.start(CORES.sender, tool.command, tool.args(task), tool.env)
  let printed = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  await Promise.race([sleep(task.phases.warmupMs), ended])
  const from = await read(task, child.pid!)
  await Promise.race([sleep(task.phases.measureMs), ended])
  const to = await read(task, child.pid!)
  child.kill('SIGINT')
  await ended
  if (from === null || to === null) throw new Error(`${tool.name} ended by itself:\n${printed}${complaint}`.trim())
  try {
    return { ...between(from, to), answered: tool.answeredOf(printed), printed }
  } catch (error) {
    throw new Error(`${tool.name}: ${(error as Error).message}:\n${printed}${complaint}`.trim())
  }
}

interface Reading {
  readonly exchanges: number
  readonly atMs: number
  readonly cpuMs: number
  readonly waitedMs: number
}

async function read({ receiver }: Task, pid: number): Promise<Reading | null> {
  const { exchanges, atMicroseconds } = await receiver.read()
  const times = threadTimes(pid)
  return times === null ? null : { exchanges, atMs: atMicroseconds / 1000, ...times }
}

function between(from: Reading, to: Reading): Omit<Measurement, 'answered'> {
  const measuredMs = to.atMs - from.atMs
  return {
    exchanges: to.exchanges - from.exchanges,
    measuredMs,
    cpuMs: to.cpuMs - from.cpuMs,
    starvedShare: (to.waitedMs - from.waitedMs) / measuredMs,
  }
}

/** Time on a CPU and time waiting for one, summed over the threads; null = the process has ended. */
function threadTimes(pid: number): { cpuMs: number; waitedMs: number } | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map(thread =>
      readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number),
    )
    const sum = (field: number) => threads.reduce((total, fields) => total + fields[field]!, 0) / 1e6
    return { cpuMs: sum(0), waitedMs: sum(1) }
  } catch {
    return null
  }
}

export function versionOf({ command, versionArgs, versionOf: read }: Tool): string {
  const { stdout, stderr } = spawnSync(command, versionArgs, { encoding: 'utf8' })
  return read(`${stdout}${stderr}`)
}
