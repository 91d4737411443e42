import type { OpenCeiling } from '../../model/calibration.ts'
import type { Protocol } from '../../model/scenario.ts'
import { boundsOf, type LoadTrial, nextStep } from '../../stats/capacitySearch.ts'
import { type Bench, loadOf, type Measurement } from './bench.ts'
import { OPEN_CONNECTIONS, OPEN_SERVICE_MS, openCase } from './cases.ts'

export interface OpenSearch {
  readonly measureMs: number
  /** How close to each other the bounds must come: 0.1 = 10 %. */
  readonly widthRatio: number
  /** Of the closed loop: half of it is tried first. */
  readonly closedPerSecond: number
  readonly ended: (trial: OpenTrial) => void
}

/** One run at a rate. */
export interface OpenTrial {
  /** From 1. */
  readonly number: number
  readonly ratePerSecond: number
  /** What its evidence finds wrong; null = the rate was kept. */
  readonly wrong: string | null
  /** It was not kept while other programs used the machine: it says nothing of the rate, which is tried again. */
  readonly isDisturbed: boolean
}

const LEAST_PER_SECOND = 10
const MOST_PER_SECOND = OPEN_CONNECTIONS * (1000 / OPEN_SERVICE_MS)
/** The majority of three trials decides about a rate. */
const TRIALS_OF_A_RATE = 3
const EXCEED_RATIO = 0.5
/** Arrivals of the measured phase that must have been accepted within it. */
const KEPT_UP_SHARE = 0.98
/** CPU seconds per second of other programs from which a rate that was not kept may have been their doing. */
const DISTURBING_SHARE = 0.2
/** Tried again at most. What a machine that stays busy leaves to a generator is not what the generator can do: then the search ends with what it has. */
export const MOST_DISTURBED = 8

/** The highest constant rate at which the evidence of the runs themselves finds nothing wrong. */
export async function searchOpen(bench: Bench, protocol: Protocol, search: OpenSearch): Promise<OpenCeiling> {
  const seconds = search.measureMs / 1000
  const goal = {
    lossRatio: 0,
    finalSeconds: seconds,
    sumSeconds: seconds * TRIALS_OF_A_RATE,
    exceedRatio: EXCEED_RATIO,
    widthRatio: search.widthRatio,
  }
  const first = Math.min(MOST_PER_SECOND, Math.max(LEAST_PER_SECOND, Math.round(search.closedPerSecond / 2)))
  const range = { leastLoad: LEAST_PER_SECOND, mostLoad: MOST_PER_SECOND, firstLoad: first, step: 'whole' } as const
  const trials: LoadTrial[] = []
  let disturbed = 0
  let reason: string | null = null
  for (;;) {
    const step = nextStep(range, goal, trials)
    if (step.kind === 'done' || disturbed > MOST_DISTURBED) {
      const { lower, upper, irregular } = boundsOf(trials, goal)
      return {
        serviceMs: OPEN_SERVICE_MS,
        connections: OPEN_CONNECTIONS,
        ratePerSecond: lower,
        beyondPerSecond: upper,
        irregular,
        trials: trials.length,
        disturbed,
        isWhole: step.kind === 'done',
        reason,
      }
    }
    const measurement = await bench.run(await openCase(protocol, step.load, search.measureMs))
    const wrong = whatIsWrong(measurement)
    const isDisturbed = wrong !== null && othersDisturb(measurement)
    search.ended({ number: trials.length + disturbed + 1, ratePerSecond: step.load, wrong, isDisturbed })
    reason = wrong ?? reason
    if (isDisturbed) disturbed++
    else trials.push({ load: step.load, seconds, lossRatio: wrong === null ? 0 : 1 })
  }
}

const othersDisturb = ({ othersCpuShare }: Measurement) => (othersCpuShare ?? 0) > DISTURBING_SHARE

/** Null: the run is valid, and the receiver answered all of it in time. */
export function whatIsWrong(measurement: Measurement): string | null {
  const { result } = measurement
  if (result.state === 'failed') return `${result.stage}: ${result.error}`
  if (result.state === 'invalid') return result.reasons[0]!
  const load = loadOf(measurement)!
  const dueShare = load.throughputPerSecond / load.intendedPerSecond!
  if (load.errorRatio !== 0 || dueShare < KEPT_UP_SHARE)
    return `the receiver answered ${Math.round(load.throughputPerSecond)} of ${Math.round(load.intendedPerSecond!)} a second`
  return null
}
