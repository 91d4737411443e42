import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Measurement, Task } from '../measurement.ts'

/** A task and what to send. */
export type PeerTask<Content> = Omit<Task, 'receiver'> & { readonly content: Content }

/** Reads the task from standard input; its end ends the process. */
export function readTask<Content>(): Promise<PeerTask<Content>> {
  return new Promise(resolve => {
    const lines = createInterface({ input: process.stdin })
    lines.once('line', line => resolve(JSON.parse(line) as PeerTask<Content>))
    lines.once('close', () => process.exit(0))
  })
}

/** Lets the load that already runs warm up, measures it, prints the measurement and ends the process: nothing may be answered that is not counted. */
export async function measure(task: Pick<Task, 'phases'>, answered: () => number): Promise<never> {
  finish(await observe(task, answered))
}

/** Lets the load that already runs warm up, and measures it. */
export async function observe({ phases }: Pick<Task, 'phases'>, answered: () => number): Promise<Measurement> {
  await sleep(phases.warmupMs)
  const from = readMeters(answered())
  await sleep(phases.measureMs)
  const to = readMeters(answered())
  const measuredMs = to.atMs - from.atMs
  return {
    exchanges: to.answered - from.answered,
    measuredMs,
    cpuMs: to.cpuMs - from.cpuMs,
    starvedShare: to.waitedMs === null || from.waitedMs === null ? null : (to.waitedMs - from.waitedMs) / measuredMs,
    answered: to.answered,
  }
}

/** Prints what was found and ends the process. */
export function finish(found: object): never {
  // Written at once, as standard output is a pipe.
  process.stdout.write(`${JSON.stringify(found)}\n`)
  process.exit(0)
}

/** Ends the process: a peer that was answered badly did not do the work that is measured. */
export function giveUp(reason: string): never {
  console.error(reason)
  process.exit(1)
}

/** The clock and the meters of this process. */
export function readMeters(answered: number) {
  const { user, system } = process.cpuUsage()
  return { atMs: performance.now(), cpuMs: (user + system) / 1000, waitedMs: readWaitedMs(), answered }
}

/** Second field of schedstat: ns spent waiting on a run queue (Linux Documentation/scheduler/sched-stats). */
function readWaitedMs(): number | null {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return null
  }
}
