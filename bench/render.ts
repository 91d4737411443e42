import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCompiler } from './compile.ts'
import { type Content, fhirContent, mllpContent } from './content.ts'
import { atMost, LEVEL, middleOf } from './middle.ts'
import type { Options } from './options.ts'
import type { Processes } from './processes.ts'
import { startReceiver } from './receiver.ts'
import { planOf, runGenerator } from './senders/generator.ts'
import { tell } from './tell.ts'

const CONNECTIONS = 16
const WARMUP_MS = 1_000
const BAR = 0.1
const PREPARING = join(import.meta.dirname, 'peers/preparingGenerator.ts')
/** What took longer was interrupted: by another program, the collector or the kernel. */
const LONGEST_MS = 0.05

/**
 * Making messages as a share of the generator's CPU time, where it happens: in a generator at full speed against the bare receiver, each making timed
 * by the clock between the system calls around it, less one reading of the clock, against the CPU time of an exchange in the same run.
 */
export async function benchRender(options: Options, processes: Processes, folder: string): Promise<object> {
  const { name, repetitions, seconds, seed } = options
  const compiler = createCompiler(folder)
  const loads = [
    { load: 'ADT^A01', content: await mllpContent(seed), program: compiler.compile('mllpReceiver', false) },
    { load: 'Patient/_search', content: await fhirContent(seed), program: compiler.compile('fhirReceiver', false) },
  ]
  const observations = loads.map(() => [] as Making[])
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const [i, { load, content, program }] of loads.entries()) {
      const making = await timed(processes, folder, { content, program, measureMs: seconds * 1000 })
      tell(
        `${repetition}/${repetitions} ${load}: ${making.makingMicroseconds.toFixed(2)} of ${making.cpuMicroseconds.toFixed(1)} us`,
      )
      observations[i]!.push(making)
    }
  }
  const figures = loads.map(({ load }, i) => {
    const share = middleOf(observations[i]!.map(each => each.makingMicroseconds / each.cpuMicroseconds))
    const makingMicroseconds = middleOf(observations[i]!.map(each => each.makingMicroseconds))
    const cpuMicroseconds = middleOf(observations[i]!.map(each => each.cpuMicroseconds))
    const verdict = atMost(share, BAR)
    tell(
      `${load}: ${makingMicroseconds.median.toFixed(2)} of ${cpuMicroseconds.median.toFixed(1)} us an exchange, ${(share.median * 100).toFixed(1)} % (${(share.lower * 100).toFixed(1)} to ${(share.upper * 100).toFixed(1)}); bar ${BAR * 100} %: ${verdict}`,
    )
    return { load, share, makingMicroseconds, cpuMicroseconds, bar: BAR, verdict }
  })
  return { bench: name, connections: CONNECTIONS, repetitions, seed, level: LEVEL, figures }
}

/** For each exchange. */
interface Making {
  readonly makingMicroseconds: number
  /** CPU time of the generator. */
  readonly cpuMicroseconds: number
}

interface Work {
  readonly content: Content
  readonly program: string
  readonly measureMs: number
}

async function timed(processes: Processes, folder: string, { content, program, measureMs }: Work): Promise<Making> {
  const file = join(folder, 'preparing')
  const receiver = await startReceiver(processes, { program, certificate: null })
  const phases = { warmupMs: WARMUP_MS, measureMs }
  const plan = planOf(content, { port: receiver.port, connections: CONNECTIONS, phases })
  const options = { entry: PREPARING, env: { HL7BENCH_PREPARING_TIMES: file } }
  const { health, measuredMs, acceptedInPhase } = await runGenerator(processes, plan, options)
  await receiver.stop()
  const { buffer, byteOffset, length } = readFileSync(file)
  // The last ones are those of the measured phase.
  const times = new Float64Array(buffer, byteOffset, length / 8).subarray(-acceptedInPhase)
  const whole = times.filter(ms => ms < LONGEST_MS)
  return {
    makingMicroseconds: (whole.reduce((sum, ms) => sum + ms, 0) / whole.length) * 1000,
    cpuMicroseconds: (health.cpuShare * measuredMs * 1000) / acceptedInPhase,
  }
}
