import { quantileRanks } from '../../src/stats/quantileInterval.ts'
import { atMost, LEVEL, type Middle, middleOf, type Verdict } from '../middle.ts'
import type { Contender, Lag } from './contender.ts'
import type { Observation, Setting } from './perform.ts'

export const BARS = { lagP50Microseconds: 50, lagP99OfBareLoop: 1.5 } as const

export interface ContenderSummary {
  readonly name: string
  readonly version: string
  readonly tells: string
  /** Microseconds. */
  readonly lag: Readonly<Record<keyof Lag, Middle>> | null
  readonly achievedPerSecond: Middle | null
  readonly droppedShare: Middle | null
  readonly latencyP50Ms: Middle | null
  readonly latencyP99Ms: Middle | null
  readonly cpuShare: Middle | null
  readonly measured: number
  readonly disturbed: number
}

export interface NativeSummary {
  readonly name: string
  /** Its lag p99 over the bare loop's, in repetitions in which neither was disturbed; null = too few of them. */
  readonly lagP99OfBareLoop: Middle | null
}

export interface SettingSummary {
  readonly load: string
  readonly rate: Setting['rate']
  readonly ratePerSecond: number
  readonly pairs: number
  readonly pairsUndisturbed: number
  /** What the figures of the pair are made of: undisturbed pairs where there are enough for an interval, else all, and then no bar is judged. */
  readonly basis: 'undisturbed' | 'all'
  readonly contenders: readonly ContenderSummary[]
  /** null = too few pairs for an interval. */
  readonly lagP50: { readonly microseconds: Middle | null; readonly bar: number; readonly verdict: Verdict }
  /** Of hl7bench's lag over the bare loop's, pair by pair. */
  readonly lagP99: { readonly ofBareLoop: Middle | null; readonly bar: number; readonly verdict: Verdict }
  /** The same, told without a bar. */
  readonly lagP999OfBareLoop: Middle | null
  /** Of a C program that sends the same; null = there is none. */
  readonly native: NativeSummary | null
}

export function summarizeSetting(setting: Setting, all: readonly Observation[]): SettingSummary {
  const observations = lastAttempts(all.filter(({ load, rate }) => load === setting.load && rate === setting.rate))
  const of = ({ name }: Contender, repetitions: ReadonlySet<number>) =>
    observations.filter(({ contender, repetition }) => contender === name && repetitions.has(repetition))
  const { native, others } = setting
  const [own, bare] = setting.pair
  const isOfPair = ({ contender }: Observation) => contender === own.name || contender === bare.name
  const everyone = new Set(observations.filter(isOfPair).map(({ repetition }) => repetition))
  const disturbed = new Set(observations.filter(each => each.disturbed && isOfPair(each)).map(each => each.repetition))
  const undisturbed = new Set([...everyone].filter(repetition => !disturbed.has(repetition)))
  const basis = isEnough(undisturbed.size) ? 'undisturbed' : 'all'
  const used = basis === 'all' ? everyone : undisturbed
  const [owns, bares] = [of(own, used), of(bare, used)]
  const lagP50 = middleIfEnough(owns.map(({ lag }) => lag!.p50))
  const ofBareLoop = (some: readonly Observation[], at: keyof Lag) =>
    middleIfEnough(
      some.flatMap(({ lag, repetition }) => {
        const floor = bares.find(each => each.repetition === repetition)
        return floor === undefined ? [] : [lag![at] / floor.lag![at]]
      }),
    )
  const ratio = ofBareLoop(owns, 'p99')
  const judge = (middle: Middle | null, bar: number): Verdict =>
    basis === 'all' || middle === null ? 'unclear' : atMost(middle, bar)
  return {
    load: setting.load,
    rate: setting.rate,
    ratePerSecond: setting.ratePerSecond,
    pairs: everyone.size,
    pairsUndisturbed: undisturbed.size,
    basis,
    contenders: [
      ...setting.pair.map(contender => summarizeContender(contender, of(contender, used))),
      ...[...(native === null ? [] : [native]), ...others].map(contender =>
        summarizeContender(
          contender,
          observations.filter(each => each.contender === contender.name),
        ),
      ),
    ],
    lagP50: { microseconds: lagP50, bar: BARS.lagP50Microseconds, verdict: judge(lagP50, BARS.lagP50Microseconds) },
    lagP99: { ofBareLoop: ratio, bar: BARS.lagP99OfBareLoop, verdict: judge(ratio, BARS.lagP99OfBareLoop) },
    lagP999OfBareLoop: ofBareLoop(owns, 'p999'),
    native: native && {
      name: native.name,
      lagP99OfBareLoop: ofBareLoop(
        of(native, used).filter(({ disturbed }) => !disturbed),
        'p99',
      ),
    },
  }
}

function lastAttempts(observations: readonly Observation[]): readonly Observation[] {
  return observations.filter(
    ({ repetition, contender, attempt }) =>
      !observations.some(
        other => other.repetition === repetition && other.contender === contender && other.attempt > attempt,
      ),
  )
}

/** Of those beside the pair: undisturbed measurements where there are enough. */
function summarizeContender({ name, version, tells }: Contender, all: readonly Observation[]): ContenderSummary {
  const quiet = all.filter(({ disturbed }) => !disturbed)
  const used = isEnough(quiet.length) ? quiet : all
  const middle = (figure: (observation: Observation) => number | null | undefined): Middle | null => {
    const values = used.flatMap(each => figure(each) ?? [])
    return middleIfEnough(values)
  }
  const [p50, p99, p999] = [
    middle(each => each.lag?.p50),
    middle(each => each.lag?.p99),
    middle(each => each.lag?.p999),
  ]
  return {
    name,
    version,
    tells,
    lag: p50 && p99 && p999 && { p50, p99, p999 },
    achievedPerSecond: middle(each => each.achievedPerSecond),
    droppedShare: middle(each => each.dropped?.share),
    latencyP50Ms: middle(each => each.latencyMs?.p50),
    latencyP99Ms: middle(each => each.latencyMs?.p99),
    cpuShare: middle(each => each.cpuShare),
    measured: all.length,
    disturbed: all.length - quiet.length,
  }
}

const middleIfEnough = (values: readonly number[]) => (isEnough(values.length) ? middleOf(values) : null)

const isEnough = (count: number) => count > 0 && quantileRanks(count, 0.5, LEVEL) !== null
