import { join } from 'node:path'
import { decode, quantilesOf } from '../../src/stats/histogram.ts'
import type { Content } from '../content.ts'
import { sampleSearch } from '../content.ts'
import { converse } from '../dialogue.ts'
import type { Measurement } from '../measurement.ts'
import { type Meters, starvedShareBetween } from '../meters.ts'
import { packageVersion } from '../packageVersion.ts'
import { CORES, type Processes } from '../processes.ts'
import { conductGenerator, planOf } from '../senders/generator.ts'
import { K6_REMEDY, k6AtRateTool } from '../senders/k6.ts'
import { findProgram, runTool, versionOf } from '../senders/tool.ts'
import type { Contender, Lag, Pace, RateTask } from './contender.ts'

const PEERS = join(import.meta.dirname, '../peers')
const MOST_OUTSTANDING = 100_000
const DRAIN_MS = 5_000
/** What a generator spins where every core is wanted by somebody else (experiment/spinShare.ts). */
const SHARED_CORE_SHARE = 0.2

export const RATE_PEERS = ['autocannon', 'k6'] as const

/** The floor: a loop that only reads the clock. */
export function bareLoop(processes: Processes): Contender {
  return {
    name: 'bare loop',
    version: process.version,
    tells: 'sends nothing',
    exchanges: false,
    async keepPace(task) {
      const told = (await askPeer(processes, 'bareLoop.ts', task, {})) as Pick<
        Pace,
        'lag' | 'cpuShare' | 'starvedShare'
      >
      return { ...told, achievedPerSecond: null, dropped: null, latencyMs: null, stolenShare: null }
    },
  }
}

/**
 * What a C program that sends the same is late by: to send takes time, in which the next arrival may come due.
 * @param program `mllpAtRate`, compiled
 */
export function nativeAtRate(processes: Processes, program: string, messageFile: string, version: string): Contender {
  return {
    name: 'C over epoll',
    version,
    tells: 'lag, and over its whole life rate and CPU; the message is made once, no times of exchanges, no record',
    exchanges: true,
    async keepPace({ port, connections, ratePerSecond, phases }) {
      const args = [port, connections, messageFile, ratePerSecond, phases.warmupMs, phases.measureMs].map(String)
      const dialogue = converse('C over epoll', processes.start(CORES.sender, program, args))
      const [from, to] = [(await dialogue.hear()) as Meters, (await dialogue.hear()) as Meters]
      const lag = (await dialogue.hear()) as Lag
      await dialogue.end()
      const elapsedMicroseconds = to.atMicroseconds - from.atMicroseconds
      return {
        lag,
        achievedPerSecond: (to.exchanges / elapsedMicroseconds) * 1e6,
        dropped: null,
        latencyMs: null,
        cpuShare: (to.cpuMicroseconds - from.cpuMicroseconds) / elapsedMicroseconds,
        starvedShare: starvedShareBetween(from, to),
        stolenShare: null,
      }
    },
  }
}

export const ownGenerator = (processes: Processes, content: Content): Contender =>
  generator(processes, content, 'hl7bench', 1)

/** As it paces where generator and target share the cores of the machine. */
export const thriftyGenerator = (processes: Processes, content: Content): Contender =>
  generator(processes, content, 'hl7bench, a fifth of its time spinning', SHARED_CORE_SHARE)

function generator(processes: Processes, content: Content, name: string, spinShare: number): Contender {
  return {
    name,
    version: packageVersion('hl7bench'),
    tells:
      'from the intended time; a late arrival is begun late and counted so, beyond the most outstanding it is dropped',
    exchanges: true,
    async keepPace(task) {
      const result = await conductGenerator(processes, { ...openPlan(content, task), spinShare })
      const { health, histograms, unanswered, total, acceptedInPhase, measuredMs } = result
      const { lag } = health
      const response = quantilesOf(decode(histograms.response), unanswered, content.load.timeoutMs, null, 1)
      const arrivals = Object.values(total).reduce((sum, count) => sum + count, 0)
      return {
        lag: { p50: lag.p50.ms! * 1000, p99: lag.p99.ms! * 1000, p999: lag['p99.9'].ms! * 1000 },
        achievedPerSecond: (acceptedInPhase / measuredMs) * 1000,
        dropped: { count: total.dropped, share: total.dropped / arrivals },
        latencyMs: { p50: response.p50.ms, p99: response.p99.ms },
        cpuShare: health.cpuShare,
        starvedShare: health.starvedShare,
        stolenShare: health.stolenShare,
      }
    },
  }
}

function openPlan(content: Content, task: RateTask) {
  const plan = planOf(content, task)
  const { ratePerSecond } = task
  const workload = {
    kind: 'open',
    arrivals: 'constant',
    ratePerSecond,
    records: null,
    maxOutstanding: MOST_OUTSTANDING,
  } as const
  return { ...plan, load: { ...plan.load, workload }, phases: { ...plan.phases, drainMs: DRAIN_MS } }
}

export function autocannonAtRate(processes: Processes, content: Content): Contender {
  return {
    name: 'autocannon',
    version: packageVersion('autocannon'),
    tells:
      'from the send, in whole ms; has no schedule: each connection sends as fast as replies come until its share of the second is used up. Lag and drops are not told',
    exchanges: true,
    async keepPace(task) {
      const told = await askPeer(processes, 'autocannon.ts', task, sampleSearch(content))
      const { latencyMs, ...measurement } = told as Measurement & Pick<Pace, 'latencyMs'>
      return { ...paceOf(measurement), dropped: null, latencyMs }
    },
  }
}

export function k6AtRate(processes: Processes, content: Content, command: string): Contender {
  const tool = (ratePerSecond: number) => k6AtRateTool(command, sampleSearch(content), ratePerSecond)
  return {
    name: 'k6',
    version: versionOf(tool(1)),
    tells: 'from the send; an iteration that no virtual user is free for is dropped and counted. Lag is not told',
    exchanges: true,
    async keepPace(task, receiver) {
      const { printed, ...measurement } = await runTool(processes, tool(task.ratePerSecond), {
        ...task,
        receiver: receiver!,
      })
      const { verified, dropped, latencyMs } = JSON.parse(printed)
      return { ...paceOf(measurement), dropped: { count: dropped, share: dropped / (dropped + verified) }, latencyMs }
    },
  }
}

/** Command of k6, or what installs it. */
export function findK6(): { readonly command: string } | { readonly remedy: string } {
  const command = findProgram('k6')
  return command === null ? { remedy: K6_REMEDY } : { command }
}

function paceOf({ exchanges, measuredMs, cpuMs, starvedShare }: Measurement): Omit<Pace, 'dropped' | 'latencyMs'> {
  return {
    lag: null,
    achievedPerSecond: (exchanges / measuredMs) * 1000,
    cpuShare: cpuMs / measuredMs,
    starvedShare,
    stolenShare: null,
  }
}

/** Gives a program of `peers/` its task as one line and hears what it found. */
async function askPeer(processes: Processes, script: string, task: RateTask, content: object): Promise<unknown> {
  const { ratePerSecond, ...rest } = task
  const dialogue = converse(script, processes.start(CORES.sender, process.execPath, [join(PEERS, script)]))
  try {
    dialogue.say({ ...rest, content: { ...content, ratePerSecond } })
    return await dialogue.hear()
  } finally {
    await dialogue.end()
  }
}
