import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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
const SAMPLE_MICROSECONDS = 250
const BAR = 0.1
/** What makes messages and requests; the request's HTTP encoding included. */
const LINK = /\/src\/protocol\/\w+\/\w*[lL]ink\.ts/
const MAKING = /\/src\/(workload\/|protocol\/http\/request\.ts)/

/**
 * Making messages as a share of the generator's CPU time, where it happens: in a generator at full speed against the bare receiver. V8's
 * profiler tells the time in functions of room `workload`, what they call in the runtime included; a run without the profiler, which has
 * its own costs, tells the CPU time of an exchange.
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
      const making = await profile(processes, folder, { content, program, measureMs: seconds * 1000 })
      tell(
        `${repetition}/${repetitions} ${load}: ${(making.share * 100).toFixed(1)} % of ${making.cpuMicroseconds.toFixed(1)} us`,
      )
      observations[i]!.push(making)
    }
  }
  const figures = loads.map(({ load }, i) => {
    const share = middleOf(observations[i]!.map(each => each.share))
    const makingMicroseconds = middleOf(observations[i]!.map(each => each.share * each.cpuMicroseconds))
    const cpuMicroseconds = middleOf(observations[i]!.map(each => each.cpuMicroseconds))
    const verdict = atMost(share, BAR)
    tell(
      `${load}: ${makingMicroseconds.median.toFixed(2)} of ${cpuMicroseconds.median.toFixed(1)} us an exchange, ${(share.median * 100).toFixed(1)} % (${(share.lower * 100).toFixed(1)} to ${(share.upper * 100).toFixed(1)}); bar ${BAR * 100} %: ${verdict}`,
    )
    return { load, share, makingMicroseconds, cpuMicroseconds, bar: BAR, verdict }
  })
  return { bench: name, connections: CONNECTIONS, repetitions, seed, level: LEVEL, figures }
}

interface Making {
  readonly share: number
  /** CPU time of the generator for each exchange. */
  readonly cpuMicroseconds: number
}

interface Work {
  readonly content: Content
  readonly program: string
  readonly measureMs: number
}

async function profile(processes: Processes, folder: string, work: Work): Promise<Making> {
  const profiles = mkdtempSync(join(folder, 'profile-'))
  const profiler = `--cpu-prof --cpu-prof-interval=${SAMPLE_MICROSECONDS} --cpu-prof-dir=${profiles}`
  const profiled = await exchange(processes, work, { NODE_OPTIONS: profiler })
  const [file] = readdirSync(profiles)
  const makingMs = timeMaking(JSON.parse(readFileSync(join(profiles, file!), 'utf8')))
  rmSync(profiles, { recursive: true })
  const { cpuMs, exchanges } = await exchange(processes, work)
  const [makingMicroseconds, cpuMicroseconds] = [(makingMs * 1000) / profiled.answered, (cpuMs * 1000) / exchanges]
  return { share: makingMicroseconds / cpuMicroseconds, cpuMicroseconds }
}

async function exchange(processes: Processes, { content, program, measureMs }: Work, env = {}) {
  const receiver = await startReceiver(processes, { program, certificate: null })
  const phases = { warmupMs: WARMUP_MS, measureMs }
  const plan = planOf(content, { port: receiver.port, connections: CONNECTIONS, phases })
  const { health, measuredMs, acceptedInPhase, total } = await runGenerator(processes, plan, { env })
  await receiver.stop()
  return { cpuMs: health.cpuShare * measuredMs, exchanges: acceptedInPhase, answered: total.accepted }
}

/** What `--cpu-prof` writes. */
interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

/** Time in functions that make what is sent, on behalf of a link's `prepare`, ms: preparing the stream is done once and does not count. */
function timeMaking({ nodes, samples, timeDeltas }: Profile): number {
  const nodeOf = new Map(nodes.map(node => [node.id, node]))
  const making = new Set<number>()
  const enter = ({ id, callFrame, children = [] }: ProfileNode, prepares: boolean) => {
    const isPrepared = prepares || (callFrame.functionName === 'prepare' && LINK.test(callFrame.url))
    if (isPrepared && MAKING.test(callFrame.url)) making.add(id)
    for (const child of children) enter(nodeOf.get(child)!, isPrepared)
  }
  enter(nodes[0]!, false)
  return samples.reduce((micros, id, i) => micros + (making.has(id) ? timeDeltas[i]! : 0), 0) / 1000
}
