import type { ClosedCeiling, Limit } from '../../model/calibration.ts'
import type { Protocol } from '../../model/scenario.ts'
import { quantile } from '../../stats/quantile.ts'
import { quantileInterval } from '../../stats/quantileInterval.ts'
import { type Bench, loadOf, type Measurement } from './bench.ts'
import { CONNECTIONS, closedCase } from './cases.ts'
import { CalibrationError } from './error.ts'

const LEVEL = 0.95
/** CPU seconds per second from which a single-threaded process has nothing to spare. */
const BUSY_SHARE = 0.85

/** Closed loop, repeated. Runs that were disturbed count, and are counted: the median stands against them. @throws CalibrationError */
export async function measureClosed(
  bench: Bench,
  protocol: Protocol,
  {
    runs,
    measureMs,
    ended,
  }: { readonly runs: number; readonly measureMs: number; readonly ended: (run: number) => void },
): Promise<ClosedCeiling> {
  const what = await closedCase(protocol, measureMs)
  const all: Measurement[] = []
  for (let run = 1; run <= runs; run++) {
    const measurement = await bench.run(what)
    all.push(measurement)
    // The others would not come further.
    if (run === 1 && measurement.result.state === 'failed') break
    ended(run)
  }
  return summarizeClosed(protocol, all, measureMs)
}

export function summarizeClosed(protocol: Protocol, all: readonly Measurement[], measureMs: number): ClosedCeiling {
  const loads = all.flatMap(each => {
    const load = loadOf(each)
    return load !== null && load.acceptedInPhase > 0 ? [{ load, receiverCpuShare: each.receiverCpuShare }] : []
  })
  if (loads.length === 0)
    throw new CalibrationError(
      protocol.toUpperCase(),
      all.map(({ result }) => result),
    )
  const throughputs = loads.map(({ load }) => load.throughputPerSecond)
  const interval = quantileInterval(throughputs, 0.5, LEVEL)
  const generatorCpuShare = median(loads.map(({ load }) => load.generators[0]!.cpuShare))!
  const receiverCpuShare = median(loads.flatMap(each => each.receiverCpuShare ?? []))
  return {
    connections: CONNECTIONS,
    measureMs,
    throughputs,
    throughputPerSecond: median(throughputs)!,
    interval: interval && { lower: interval.lower, upper: interval.upper },
    cpuUsPerExchange: median(
      loads.map(({ load }) => (load.generators[0]!.cpuShare * load.measuredMs * 1000) / load.acceptedInPhase),
    )!,
    generatorCpuShare,
    receiverCpuShare,
    limit: limitOf(generatorCpuShare, receiverCpuShare),
    disturbed: all.filter(({ result }) => result.state === 'invalid').length,
    failed: all.length - loads.length,
  }
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5))

export function limitOf(generator: number, receiver: number | null): Limit {
  if (receiver === null) return generator >= BUSY_SHARE ? 'generator' : 'unknown'
  if (generator >= BUSY_SHARE) return receiver >= BUSY_SHARE ? 'both' : 'generator'
  return receiver >= BUSY_SHARE ? 'receiver' : 'neither'
}
