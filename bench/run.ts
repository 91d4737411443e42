import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHost } from '../src/results/host.ts'
import { BENCHES } from './benches.ts'
import type { Observation } from './measurement.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { perform } from './perform.ts'
import { createProcesses, type Processes } from './processes.ts'
import { compileReceiver } from './receiver.ts'
import { summarize } from './summary.ts'
import { tableOf } from './table.ts'

const WARMUP_MS = 1_000

const processes = createProcesses()
const folder = mkdtempSync(join(tmpdir(), 'hl7bench-bench-'))
process.on('exit', () => {
  processes.endAll()
  rmSync(folder, { recursive: true, force: true })
})
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

try {
  const options = readOrExplain()
  if (!processes.pinned)
    tell('the processes are not held on cores of their own (taskset, two cores): figures vary more')
  console.log(JSON.stringify(await bench(options, processes, folder)))
} catch (error) {
  tell(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

function readOrExplain(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}

async function bench({ name, repetitions, seconds, seed }: Options, processes: Processes, folder: string) {
  const { work, connections, receiver, senders: sendersOf, bars } = BENCHES[name]!
  const program = compileReceiver(receiver, folder)
  const senders = await sendersOf(processes, seed)
  const machine = { ...(await readHost()), loadAverage1m: loadavg()[0], pinned: processes.pinned }
  const phases = { warmupMs: WARMUP_MS, measureMs: seconds * 1000 }
  tell(
    `${work}; ${connections} connections, ${repetitions} repetitions of ${seconds} s for each of ${senders.length} senders`,
  )
  const observations = await perform({
    senders,
    connections,
    repetitions,
    seed,
    phases,
    program,
    processes,
    onObservation: observation => tell(progressOf(observation, repetitions)),
  })
  const summary = summarize(senders, bars, observations)
  tell(tableOf(summary))
  return { bench: name, work, connections, repetitions, seed, ...phases, machine, ...summary, observations }
}

function progressOf(observation: Observation, repetitions: number): string {
  const { repetition, sender, exchangesPerSecond, cpuMicrosecondsPerExchange, disturbed } = observation
  const rate = Math.round(exchangesPerSecond).toLocaleString('en')
  const remark = disturbed ? ' (disturbed: had to wait for a core)' : ''
  return `${repetition}/${repetitions} ${sender}: ${rate} exchanges/s, ${cpuMicrosecondsPerExchange.toFixed(1)} us of CPU each${remark}`
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
