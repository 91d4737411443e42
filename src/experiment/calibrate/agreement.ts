import type { AgreementVerdict, EngineAgreement, Ratio } from '../../model/calibration.ts'
import { ratioAgreement } from '../../stats/ratioAgreement.ts'
import { createRandom, hash32, shuffle } from '../../workload/random.ts'
import { type Bench, loadOf, type Measurement } from './bench.ts'
import { CONNECTIONS, type Engine, engineCase, SERVICE_MS } from './cases.ts'

/** Below it no verdict is given. */
export const PAIRS_WANTED = 10
/** Pairs that may be measured anew where one did not count. */
const REPLACEMENTS = 5
const MARGIN = 1.05
const LEVEL = 0.95
const ENGINES: readonly Engine[] = ['own', 'autocannon']
const ORDER = 0x656e67

/** Of one pair, own over autocannon. */
export interface PairRatios {
  readonly latencyP50: number
  readonly throughput: number
}

/** Blocks of both engines in random order, until enough pairs count. */
export async function measureAgreement(
  bench: Bench,
  options: { readonly measureMs: number; readonly seed: number; readonly ended: (pairs: number) => void },
): Promise<Omit<EngineAgreement, 'at'>> {
  const cases = {
    own: await engineCase('own', options.measureMs),
    autocannon: await engineCase('autocannon', options.measureMs),
  }
  const pairs: PairRatios[] = []
  let discarded = 0
  for (let block = 0; pairs.length < PAIRS_WANTED && discarded <= REPLACEMENTS; block++) {
    const measured: Partial<Record<Engine, Measurement>> = {}
    for (const engine of shuffle([...ENGINES], createRandom(hash32(options.seed, ORDER, block))))
      measured[engine] = await bench.run(cases[engine])
    const pair = ratiosOf(measured.own!, measured.autocannon!)
    if (pair === null) discarded++
    else pairs.push(pair)
    options.ended(pairs.length)
  }
  return judgeAgreement(pairs, discarded)
}

/** Null where one of the two does not count: it is not valid, or not all that it asked was answered as it should be. */
function ratiosOf(own: Measurement, other: Measurement): PairRatios | null {
  const [a, b] = [figuresOf(own), figuresOf(other)]
  return a && b && { latencyP50: a.p50Ms / b.p50Ms, throughput: a.perSecond / b.perSecond }
}

function figuresOf(measurement: Measurement): { readonly p50Ms: number; readonly perSecond: number } | null {
  const load = measurement.result.state === 'valid' ? loadOf(measurement) : null
  const p50Ms = load?.quantiles.response.p50.ms ?? null
  if (load === null || p50Ms === null || load.errorRatio !== 0 || load.throughputPerSecond === 0) return null
  return { p50Ms, perSecond: load.throughputPerSecond }
}

export function judgeAgreement(pairs: readonly PairRatios[], discarded: number): Omit<EngineAgreement, 'at'> {
  const judge = (ratios: number[]) => (ratios.length === 0 ? null : ratioAgreement(ratios, MARGIN, LEVEL))
  const latency = judge(pairs.map(({ latencyP50 }) => latencyP50))
  const throughput = judge(pairs.map(pair => pair.throughput))
  const verdicts = [latency?.verdict, throughput?.verdict]
  const verdict: AgreementVerdict =
    pairs.length < PAIRS_WANTED
      ? 'insufficient'
      : verdicts.includes('differ')
        ? 'differ'
        : verdicts.every(each => each === 'agree')
          ? 'agree'
          : 'inconclusive'
  return {
    connections: CONNECTIONS,
    serviceMs: SERVICE_MS,
    pairs: pairs.length,
    pairsWanted: PAIRS_WANTED,
    discarded,
    margin: MARGIN,
    latencyP50: ratioOf(latency),
    throughput: ratioOf(throughput),
    verdict,
  }
}

const ratioOf = (judged: ReturnType<typeof ratioAgreement> | null): Ratio | null =>
  judged && {
    estimate: judged.estimate,
    interval: judged.interval && { lower: judged.interval.lower, upper: judged.interval.upper },
  }
