import { loadavg } from 'node:os'
import { readHost } from '../src/results/host.ts'
import type { Bench } from './bench.ts'
import { makeCertificate } from './certificate.ts'
import { createCompiler } from './compile.ts'
import type { Observation } from './measurement.ts'
import type { Options } from './options.ts'
import { perform } from './perform.ts'
import type { Processes } from './processes.ts'
import { summarize } from './summary.ts'
import { tableOf } from './table.ts'
import { tell } from './tell.ts'

const WARMUP_MS = 1_000

/** Measures the senders of a bench in turn; everything that was measured, and what follows from it. */
export async function compareSenders(bench: Bench, options: Options, processes: Processes, folder: string) {
  const { name, repetitions, seconds, seed, against } = options
  const { work, connections, bars } = bench
  if (!processes.pinned)
    tell('the processes are not held on cores of their own (taskset, two cores): figures vary more')
  const compiler = createCompiler(folder)
  const certificate = bench.tls ? makeCertificate(folder) : null
  const receiver = { program: compiler.compile(bench.receiver, bench.tls), certificate }
  const isWanted = (peer: string) => against === null || against.includes(peer)
  const senders = await bench.senders({ processes, compiler, folder, certificate, seed })
  const present = senders.present.filter(({ name }, index) => index === 0 || isWanted(name))
  const missing = senders.missing.filter(({ peer }) => isWanted(peer))
  for (const { peer, remedy } of missing) tell(`${peer} is not installed, so nothing is set against it: ${remedy}`)
  const machine = { ...(await readHost()), loadAverage1m: loadavg()[0], pinned: processes.pinned }
  const phases = { warmupMs: WARMUP_MS, measureMs: seconds * 1000 }
  tell(
    `${work}; ${connections} connections, ${repetitions} repetitions of ${seconds} s for each of ${present.length} senders`,
  )
  const observations = await perform({
    senders: present,
    connections,
    repetitions,
    seed,
    phases,
    receiver,
    processes,
    onObservation: observation => tell(progressOf(observation, repetitions)),
  })
  const judged = bars.filter(({ peer }) => present.some(({ name }) => name === peer))
  const summary = summarize(present, judged, observations)
  tell(tableOf(summary))
  return { bench: name, work, connections, repetitions, seed, ...phases, machine, missing, ...summary, observations }
}

function progressOf(observation: Observation, repetitions: number): string {
  const { repetition, sender, exchangesPerSecond, cpuMicrosecondsPerExchange, disturbed } = observation
  const rate = Math.round(exchangesPerSecond).toLocaleString('en')
  const remark = disturbed ? ' (disturbed: had to wait for a core)' : ''
  return `${repetition}/${repetitions} ${sender}: ${rate} exchanges/s, ${cpuMicrosecondsPerExchange.toFixed(1)} us of CPU each${remark}`
}
