import { describe } from '../src/stats/describe.ts'
import { quantileRanks } from '../src/stats/quantileInterval.ts'
import type { Bar } from './bench.ts'
import type { Observation, Sender } from './measurement.ts'
import { atLeast as judge, LEVEL, type Middle, middleOf, type Verdict } from './middle.ts'

export interface SenderSummary {
  readonly name: string
  readonly version: string
  readonly exchangesPerSecond: Middle
  readonly cpuMicrosecondsPerExchange: Middle
  readonly receiverShare: Middle
  /** Largest of the repetitions; null = this machine does not tell. */
  readonly starvedShareMax: number | null
}

/** Our figure as a multiple of the peer's, repetition by repetition. */
export interface Ratio {
  readonly peer: string
  readonly exchangesPerSecond: Middle
  readonly cpuMicrosecondsPerExchange: Middle
  /** Smallest wanted for exchanges per second; null = none. */
  readonly bar: number | null
  /** By the whole interval: `unclear` when the bar lies inside it, and when too few repetitions were undisturbed. */
  readonly verdict: Verdict | null
}

export interface Summary {
  /** Level of every interval, at least. */
  readonly level: number
  readonly repetitionsDone: number
  /** Repetitions in which no process waited for a core. */
  readonly repetitionsUndisturbed: number
  /** What the figures are made of: the undisturbed repetitions where there are enough of them for an interval, else all. */
  readonly basis: 'undisturbed' | 'all'
  readonly senders: readonly SenderSummary[]
  readonly ratios: readonly Ratio[]
}

/** Medians over repetitions, and ratios within repetitions: what disturbs a repetition mostly disturbs both sides of a ratio. */
export function summarize(
  senders: readonly Sender[],
  bars: readonly Bar[],
  observations: readonly Observation[],
): Summary {
  const last = observations.filter(
    ({ repetition, sender, attempt }) =>
      !observations.some(
        other => other.repetition === repetition && other.sender === sender && other.attempt > attempt,
      ),
  )
  const done = new Set(last.map(({ repetition }) => repetition))
  const disturbed = new Set(last.filter(each => each.disturbed).map(({ repetition }) => repetition))
  const repetitionsUndisturbed = done.size - disturbed.size
  const basis =
    repetitionsUndisturbed < 1 || quantileRanks(repetitionsUndisturbed, 0.5, LEVEL) === null ? 'all' : 'undisturbed'
  const used = last.filter(({ repetition }) => basis === 'all' || !disturbed.has(repetition))
  const of = (name: string) => used.filter(({ sender }) => sender === name)
  const [own] = senders
  return {
    level: LEVEL,
    repetitionsDone: done.size,
    repetitionsUndisturbed,
    basis,
    senders: senders.map(({ name, version }) => ({ name, version, ...summarizeSender(of(name)) })),
    ratios: bars.map(({ peer, atLeast }) => ratioOf(peer, atLeast, of(own!.name), of(peer), basis)),
  }
}

function summarizeSender(observations: readonly Observation[]): Omit<SenderSummary, 'name' | 'version'> {
  const starved = observations.flatMap(({ starvedShare }) => starvedShare ?? [])
  return {
    exchangesPerSecond: middleOf(observations.map(each => each.exchangesPerSecond)),
    cpuMicrosecondsPerExchange: middleOf(observations.map(each => each.cpuMicrosecondsPerExchange)),
    receiverShare: middleOf(observations.map(each => each.receiverShare)),
    starvedShareMax: starved.length === 0 ? null : describe(starved).max,
  }
}

function ratioOf(
  peer: string,
  bar: number | null,
  own: readonly Observation[],
  others: readonly Observation[],
  basis: Summary['basis'],
): Ratio {
  const ratios = (figure: (observation: Observation) => number) =>
    middleOf(own.map((observation, repetition) => figure(observation) / figure(others[repetition]!)))
  const exchangesPerSecond = ratios(each => each.exchangesPerSecond)
  return {
    peer,
    exchangesPerSecond,
    cpuMicrosecondsPerExchange: ratios(each => each.cpuMicrosecondsPerExchange),
    bar,
    verdict: bar === null ? null : basis === 'all' ? 'unclear' : judge(exchangesPerSecond, bar),
  }
}
