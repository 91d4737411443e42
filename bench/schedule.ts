import { loadavg } from 'node:os'
import { readHost } from '../src/results/host.ts'
import { quantile } from '../src/stats/quantile.ts'
import { createCompiler } from './compile.ts'
import { type Content, fhirContent, mllpContent, writeSampleMessage } from './content.ts'
import { LEVEL } from './middle.ts'
import type { Options } from './options.ts'
import type { Processes } from './processes.ts'
import { waitForQuiet } from './quiet.ts'
import { startReceiver } from './receiver.ts'
import type { Contender } from './schedule/contender.ts'
import {
  autocannonAtRate,
  bareLoop,
  findK6,
  k6AtRate,
  nativeAtRate,
  ownGenerator,
  thriftyGenerator,
} from './schedule/contenders.ts'
import { type Observation, performPaces, type Setting } from './schedule/perform.ts'
import { summarizeSetting } from './schedule/summary.ts'
import { tableOf } from './schedule/table.ts'
import { generatorSender } from './senders/generator.ts'
import { tell } from './tell.ts'

const CONNECTIONS = 16
/** V8 compiles for a second or two what has become hot, beside the generator on its core. */
const WARMUP_MS = 3_000
const FIXED_PER_SECOND = 20_000
const CAPACITY_RUNS = 3

interface Load {
  readonly name: string
  readonly content: Content
  readonly receiver: string
  /** A C program that sends the same; null = there is none. */
  readonly native: Contender | null
  /** Set beside our own. */
  readonly peers: readonly Contender[]
}

/** How closely one generator keeps an open schedule, against a loop that only reads the clock: what that is late by is the host's doing. */
export async function benchSchedule(
  options: Options,
  processes: Processes,
  folder: string,
  interrupted: AbortSignal,
): Promise<object> {
  const { name, repetitions, seconds, seed } = options
  if (!processes.pinned)
    tell('the processes are not held on cores of their own (taskset, two cores): nothing can be judged')
  const phases = { warmupMs: WARMUP_MS, measureMs: seconds * 1000 }
  const machine = { ...(await readHost()), loadAverage1m: loadavg()[0], pinned: processes.pinned }
  const { loads, missing } = await findLoads(options, processes, folder)
  if (!Number.isInteger(seconds) && loads.some(({ peers }) => peers.some(peer => peer.name === 'autocannon')))
    throw new Error(
      `--seconds: expected a whole number, found ${seconds}: autocannon sends in bursts of a second; leave it out with --against k6`,
    )
  const settings: Setting[] = []
  for (const load of loads) {
    const capacityPerSecond = await measureCapacity(processes, load, phases)
    tell(`${load.name}: a closed loop reaches ${Math.round(capacityPerSecond).toLocaleString('en')}/s`)
    settings.push(...settingsOf(processes, load, Math.round(capacityPerSecond / 2)))
  }
  const observations = await performPaces({
    settings,
    connections: CONNECTIONS,
    repetitions,
    seed,
    phases,
    processes,
    interrupted,
    onObservation: observation => tell(progressOf(observation, repetitions)),
  })
  const measured = settings.filter(({ load, rate }) =>
    observations.some(each => each.load === load && each.rate === rate),
  )
  const summaries = measured.map(setting => summarizeSetting(setting, observations))
  if (interrupted.aborted) tell('interrupted: this is what was measured until then')
  for (const summary of summaries) tell(tableOf(summary))
  const head = { bench: name, connections: CONNECTIONS, repetitions, seed, level: LEVEL, ...phases, machine, missing }
  const isWhole = !interrupted.aborted
  return { ...head, isWhole, settings: summaries, observations }
}

async function findLoads({ seed, against }: Options, processes: Processes, folder: string) {
  const compiler = createCompiler(folder)
  const [mllp, fhir] = [await mllpContent(seed), await fhirContent(seed)]
  const messageFile = writeSampleMessage(mllp, folder)
  const isWanted = (peer: string) => against === null || against.includes(peer)
  const k6 = findK6()
  const missing = 'remedy' in k6 && isWanted('k6') ? [{ peer: 'k6', remedy: k6.remedy }] : []
  for (const { peer, remedy } of missing) tell(`${peer} is not installed, so it is not set beside ours: ${remedy}`)
  const peers = [autocannonAtRate(processes, fhir), ...('command' in k6 ? [k6AtRate(processes, fhir, k6.command)] : [])]
  const loads: readonly Load[] = [
    {
      name: 'ADT^A01 over MLLP',
      content: mllp,
      receiver: compiler.compile('mllpReceiver', false),
      native: nativeAtRate(processes, compiler.compile('mllpAtRate', false), messageFile, `(${compiler.version})`),
      peers: [],
    },
    {
      name: 'FHIR POST Patient/_search',
      content: fhir,
      receiver: compiler.compile('fhirReceiver', false),
      native: null,
      peers: peers.filter(({ name }) => isWanted(name)),
    },
  ]
  return { loads, missing }
}

function settingsOf(
  processes: Processes,
  { name, content, receiver, native, peers }: Load,
  half: number,
): readonly Setting[] {
  const contenders = {
    pair: [ownGenerator(processes, content), bareLoop(processes)],
    native,
    others: [thriftyGenerator(processes, content), ...peers],
  } as const
  return [
    { load: name, rate: 'half of capacity', ratePerSecond: half, receiver, ...contenders },
    { load: name, rate: 'fixed', ratePerSecond: FIXED_PER_SECOND, receiver, ...contenders },
  ]
}

/** Exchanges per second of the closed loop: the median of three short runs. */
async function measureCapacity(
  processes: Processes,
  { content, receiver: program }: Load,
  phases: { readonly warmupMs: number; readonly measureMs: number },
): Promise<number> {
  const rates: number[] = []
  for (let run = 0; run < CAPACITY_RUNS; run++) {
    await waitForQuiet()
    const receiver = await startReceiver(processes, { program, certificate: null })
    const task = { port: receiver.port, receiver, connections: CONNECTIONS, phases }
    const { exchanges, measuredMs } = await generatorSender(processes, content).send(task)
    await receiver.stop()
    rates.push((exchanges / measuredMs) * 1000)
  }
  return quantile(rates, 0.5)
}

function progressOf({ repetition, load, ratePerSecond, contender, lag, ...rest }: Observation, repetitions: number) {
  const lateness = lag === null ? '' : `, lag p50 ${lag.p50.toFixed(1)} us, p99 ${lag.p99.toFixed(1)} us`
  const rate = rest.achievedPerSecond === null ? '' : `, ${Math.round(rest.achievedPerSecond)}/s`
  const dropped = rest.dropped === null ? '' : `, ${rest.dropped.count} dropped`
  const remark = rest.disturbed ? ' (disturbed: had to wait for a core)' : ''
  return `${repetition}/${repetitions} ${load} ${ratePerSecond}/s, ${contender}${lateness}${rate}${dropped}${remark}`
}
