import { createRandom, hash32, shuffle } from '../../src/workload/random.ts'
import type { Phases } from '../measurement.ts'
import { type Meters, starvedShareBetween } from '../meters.ts'
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
  /** Those of a group are measured one directly after the other: the first group is the pair that is judged. */
  readonly groups: readonly (readonly Contender[])[]
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
}

/** Each repetition measures every group of every setting once; order of groups, and within them, drawn from the seed. */
export async function performPaces(options: PerformOptions): Promise<readonly Observation[]> {
  const { settings, repetitions, seed } = options
  const observations: Observation[] = []
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const [index, setting] of settings.entries()) {
      const random = createRandom(hash32(seed, index, repetition))
      for (const group of shuffle([...setting.groups], random)) {
        const order = shuffle([...group], random)
        const attempts = group === setting.groups[0] ? MOST_ATTEMPTS : 1
        for (let attempt = 1; attempt <= attempts; attempt++) {
          await waitForQuiet()
          const found: Observation[] = []
          for (const contender of order) found.push(await observe(options, setting, contender, { repetition, attempt }))
          for (const observation of found) options.onObservation(observation)
          observations.push(...found)
          if (!found.some(({ disturbed }) => disturbed)) break
        }
      }
    }
  }
  return observations
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
