import { createRandom, hash32, shuffle } from '../../src/workload/random.ts'
import type { Phases } from '../measurement.ts'
import { type Meters, starvedShareBetween } from '../meters.ts'
import { FEWEST_REPETITIONS } from '../middle.ts'
import { MOST_ATTEMPTS, MOST_STARVED_SHARE } from '../perform.ts'
import type { Processes } from '../processes.ts'
import { waitForQuiet } from '../quiet.ts'
import { startReceiver } from '../receiver.ts'
import type { Contender, Pace } from './contender.ts'

/** One rate of one protocol, and who keeps it. */
export interface Setting {
  readonly load: string
  readonly rate: 'half of capacity' | 'fixed'
  readonly ratePerSecond: number
  /** Compiled from `peers/`. */
  readonly receiver: string
  /** hl7bench and the bare loop, measured one directly after the other: they are judged. */
  readonly pair: readonly [own: Contender, bare: Contender]
  /** A C program that sends the same, measured in every repetition; null = there is none. */
  readonly native: Contender | null
  /** Set beside the pair in the first repetitions, as many as an interval needs. */
  readonly others: readonly Contender[]
}

export interface Observation extends Pace {
  readonly load: string
  readonly rate: Setting['rate']
  readonly ratePerSecond: number
  readonly repetition: number
  /** From 1; the last one counts. A disturbed pair is measured again, a few times. */
  readonly attempt: number
  readonly contender: string
  readonly receiverStarvedShare: number | null
  /** It or its receiver had to wait for a core that others used. */
  readonly disturbed: boolean
}

export interface PerformOptions {
  readonly settings: readonly Setting[]
  readonly connections: number
  readonly repetitions: number
  readonly seed: number
  readonly phases: Phases
  readonly processes: Processes
  readonly onObservation: (observation: Observation) => void
  readonly interrupted: AbortSignal
}

/** Pairs measured again over all: a machine that stays busy does not get quieter by waiting. */
const MOST_REPEATED = 15

/**
 * Each repetition measures the pair of every setting once, its C sender, and the first ones the others; their order, and that within the pair, is
 * drawn from the seed. Interrupted, it gives what it has.
 */
export async function performPaces(options: PerformOptions): Promise<readonly Observation[]> {
  const observations: Observation[] = []
  try {
    for (let repetition = 1; repetition <= options.repetitions; repetition++) {
      for (const [index, setting] of options.settings.entries()) {
        const random = createRandom(hash32(options.seed, index, repetition))
        const { pair, native, others } = setting
        const singles = [...(native === null ? [] : [native]), ...(repetition <= FEWEST_REPETITIONS ? others : [])]
        const groups: (readonly Contender[])[] = [pair, ...singles.map(contender => [contender])]
        for (const group of shuffle(groups, random))
          await measureGroup(options, { setting, group: shuffle([...group], random), repetition }, observations)
      }
    }
  } catch (error) {
    if (!options.interrupted.aborted) throw error
  }
  return observations
}

interface Round {
  readonly setting: Setting
  readonly group: readonly Contender[]
  readonly repetition: number
}

/** Adds its observations, whole or not at all. */
async function measureGroup(
  options: PerformOptions,
  { setting, group, repetition }: Round,
  observations: Observation[],
): Promise<void> {
  const isPair = group.length > 1
  for (let attempt = 1; ; attempt++) {
    await waitForQuiet(options.interrupted)
    options.interrupted.throwIfAborted()
    const found: Observation[] = []
    for (const contender of group) found.push(await observe(options, setting, contender, { repetition, attempt }))
    for (const observation of found) options.onObservation(observation)
    observations.push(...found)
    const repeated = new Set(
      observations.flatMap(each =>
        each.attempt > 1 ? [`${each.load} ${each.rate} ${each.repetition} ${each.attempt}`] : [],
      ),
    )
    const mayRepeat = isPair && attempt < MOST_ATTEMPTS && repeated.size < MOST_REPEATED
    if (!mayRepeat || !found.some(({ disturbed }) => disturbed)) return
  }
}

async function observe(
  { processes, connections, phases }: PerformOptions,
  { load, rate, ratePerSecond, receiver: program }: Setting,
  contender: Contender,
  position: Pick<Observation, 'repetition' | 'attempt'>,
): Promise<Observation> {
  const receiver = contender.exchanges ? await startReceiver(processes, { program, certificate: null }) : null
  const from = await receiver?.read()
  const pace = await contender.keepPace({ port: receiver?.port ?? 0, connections, phases, ratePerSecond }, receiver)
  const to = await receiver?.stop()
  const receiverStarvedShare = starvedBetween(from, to)
  const disturbed = Math.max(pace.starvedShare ?? 0, receiverStarvedShare ?? 0) > MOST_STARVED_SHARE
  return { load, rate, ratePerSecond, ...position, contender: contender.name, ...pace, receiverStarvedShare, disturbed }
}

function starvedBetween(from: Meters | undefined, to: Meters | undefined): number | null {
  return from === undefined || to === undefined ? null : starvedShareBetween(from, to)
}
