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
 * profiler tells the time in functions of room `workload` and in what they call, as a share of all time from the first message on in which the
 * generator was not idle: what the profiler itself costs, as much again as an exchange, is in both. A run without it tells the CPU time of an exchange.
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
  await exchange(processes, work, { NODE_OPTIONS: profiler })
  const [file] = readdirSync(profiles)
  const share = shareOfMaking(JSON.parse(readFileSync(join(profiles, file!), 'utf8')))
  rmSync(profiles, { recursive: true })
  const { cpuMs, exchanges } = await exchange(processes, work)
  return { share, cpuMicroseconds: (cpuMs * 1000) / exchanges }
}

async function exchange(processes: Processes, { content, program, measureMs }: Work, env = {}) {
  const receiver = await startReceiver(processes, { program, certificate: null })
  const phases = { warmupMs: WARMUP_MS, measureMs }
  const plan = planOf(content, { port: receiver.port, connections: CONNECTIONS, phases })
  const { health, measuredMs, acceptedInPhase } = await runGenerator(processes, plan, { env })
  await receiver.stop()
  return { cpuMs: health.cpuShare * measuredMs, exchanges: acceptedInPhase }
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

/** Share of making what is sent, on behalf of a link's `prepare`, in the time from the first such call on: preparing the stream is done once and does not count. */
function shareOfMaking({ nodes, samples, timeDeltas }: Profile): number {
  const nodeOf = new Map(nodes.map(node => [node.id, node]))
  const making = new Set<number>()
  const idle = new Set<number>()
  const enter = ({ id, callFrame, children = [] }: ProfileNode, prepares: boolean, makes: boolean) => {
    const isPrepared = prepares || (callFrame.functionName === 'prepare' && LINK.test(callFrame.url))
    const isMaking = makes || (isPrepared && MAKING.test(callFrame.url))
    if (isMaking) making.add(id)
    if (callFrame.functionName === '(idle)') idle.add(id)
    for (const child of children) enter(nodeOf.get(child)!, isPrepared, isMaking)
  }
  enter(nodes[0]!, false, false)
  const from = samples.findIndex(id => making.has(id))
  const sumOf = (counts: (id: number) => boolean) =>
    samples.reduce((sum, id, i) => sum + (i >= from && counts(id) ? timeDeltas[i]! : 0), 0)
  return from === -1 ? 0 : sumOf(id => making.has(id)) / sumOf(id => !idle.has(id))
}
