import { OUTCOMES } from '../../model/exchange.ts'
import type { LoadResult, RunResult } from '../../model/result.ts'
import type { Slo } from '../../model/scenario.ts'
import { decode, recordedOf } from '../../stats/histogram.ts'

type Measured = Exclude<RunResult, { state: 'failed' }>

/** The SLO that says when a response of a load is too late, or undefined. */
export function responseLimit(slos: readonly Slo[], load: string): Slo | undefined {
  return slos.find(({ metric, operator }) => metric === `${load}.response.p99` && operator.startsWith('<'))
}

/**
 * Lost of intended, over all loads: what was not accepted, what was accepted and came later than the SLO's p99 counted from the intended time, and what the
 * receiver's record shows as lost or altered. RFC 9971, section 4: what was not offered counts as lost too. 0 to 1.
 */
export function lossRatioOf({ loads, audit }: Measured, slos: readonly Slo[]): number {
  const intended = loads.reduce((sum, load) => sum + arrivals(load), 0)
  if (intended === 0) return 1
  const losses = loads.reduce((sum, load) => sum + arrivals(load) - load.measured.accepted + late(load, slos), 0)
  const unseen = (audit.terms.lost ?? 0) + (audit.terms.corrupted ?? 0)
  return Math.min(1, (losses + unseen) / intended)
}

const arrivals = ({ measured }: LoadResult): number => OUTCOMES.reduce((sum, outcome) => sum + measured[outcome], 0)

function late(load: LoadResult, slos: readonly Slo[]): number {
  const limit = responseLimit(slos, load.load)
  if (limit === undefined) return 0
  let count = 0
  for (const { ms, count: times } of recordedOf(decode(load.histograms.response)))
    if (limit.operator === '<' ? ms >= limit.limit : ms > limit.limit) count += times
  return count
}
