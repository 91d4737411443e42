import { createRandom, hash32, shuffle } from '../src/workload/random.ts'
import type { Measurement, Observation, Phases, Sender } from './measurement.ts'
import { starvedShareBetween } from './meters.ts'
import type { Processes } from './processes.ts'
import { waitForQuiet } from './quiet.ts'
import { type ReceiverProgram, startReceiver } from './receiver.ts'

export interface PerformOptions {
  readonly senders: readonly Sender[]
  readonly connections: number
  readonly repetitions: number
  readonly seed: number
  readonly phases: Phases
  readonly receiver: ReceiverProgram
  readonly processes: Processes
  readonly onObservation: (observation: Observation) => void
}

/**
 * Beyond this share of its time spent waiting for a core, a process did not have one of its own. A client with much garbage waits up to
 * 12 % for its own collector threads, which are held on the same core.
 */
export const MOST_STARVED_SHARE = 0.15
export const MOST_ATTEMPTS = 3

/** Each repetition measures every sender once, in an order drawn from the seed, each against a receiver of its own. */
export async function perform(options: PerformOptions): Promise<readonly Observation[]> {
  const observations: Observation[] = []
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    const order = shuffle([...options.senders], createRandom(hash32(options.seed, 0, repetition)))
    for (const [index, sender] of order.entries()) {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        await waitForQuiet()
        const observation = await observe(options, sender, { repetition, place: index + 1, attempt })
        options.onObservation(observation)
        observations.push(observation)
        if (!observation.disturbed) break
      }
    }
  }
  return observations
}

async function observe(
  { processes, receiver: program, connections, phases }: PerformOptions,
  sender: Sender,
  position: Pick<Observation, 'repetition' | 'place' | 'attempt'>,
): Promise<Observation> {
  const receiver = await startReceiver(processes, program)
  const begun = await receiver.read()
  const measurement = await sender.send({ port: receiver.port, receiver, connections, phases })
  const received = await receiver.stop()
  const receiverStarvedShare = starvedShareBetween(begun, received)
  checkCounts(sender, measurement, received.exchanges, connections)
  const { exchanges, measuredMs, cpuMs, starvedShare } = measurement
  const exchangesPerSecond = (exchanges / measuredMs) * 1000
  const receiverMicrosecondsPerExchange = received.cpuMicroseconds / received.exchanges
  return {
    ...position,
    sender: sender.name,
    exchangesPerSecond,
    cpuMicrosecondsPerExchange: (cpuMs * 1000) / exchanges,
    starvedShare,
    receiverMicrosecondsPerExchange,
    receiverStarvedShare,
    disturbed: Math.max(starvedShare ?? 0, receiverStarvedShare ?? 0) > MOST_STARVED_SHARE,
    receiverShare: (exchangesPerSecond * receiverMicrosecondsPerExchange) / 1e6,
    exchanges,
    measuredMs,
  }
}

/** The receiver may have answered what the sender had in flight at its end, and no more. */
function checkCounts(
  { name }: Sender,
  { answered, exchanges }: Measurement,
  received: number,
  connections: number,
): void {
  if (exchanges === 0) throw new Error(`${name} exchanged nothing in the measured phase; measure longer (--seconds)`)
  if (answered > received || received > answered + connections)
    throw new Error(`${name} counted ${answered} answers, the receiver ${received}: one of them lost count`)
}
