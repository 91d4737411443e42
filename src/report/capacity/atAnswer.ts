import type { CapacitySearch } from '../../model/capacity.ts'
import { quantile } from '../../stats/quantile.ts'
import { usageOf } from '../network.ts'
import { type Measured, messagesPerSecond, sentOf } from './measured.ts'
import type { AtAnswer } from './report.ts'
import { wireOf } from './wire.ts'

/** The longest trial of each search at one of its bounds. */
export function resultsAt(searches: readonly CapacitySearch[], bound: 'lower' | 'upper'): readonly Measured[] {
  return searches.flatMap(search => {
    const trials = search.trials
      .filter(({ load, lossRatio }) => load === search[bound] && lossRatio !== null)
      .toSorted((a, b) => b.seconds - a.seconds)
    const result = trials.map(each => each.result).find(each => each.state !== 'failed')
    return result === undefined ? [] : [result]
  })
}

/** null where nothing was kept up with. */
export function answerAt(searches: readonly CapacitySearch[]): AtAnswer | null {
  const results = resultsAt(searches, 'lower')
  if (results.length === 0) return null
  const p99s = results.map(slowestP99)
  return {
    messagesPerSecond: median(results.map(messagesPerSecond)),
    mbitPerSecondOut: median(results.map(result => mbitPerSecond(result, 'bytesOut'))),
    mbitPerSecondIn: median(results.map(result => mbitPerSecond(result, 'bytesIn'))),
    responseP99Ms: p99s.includes(null) ? null : median(p99s.filter(ms => ms !== null)),
    links: wireOf(results),
    gateways: usageOf(results),
    isAudited: results.every(({ audit }) => audit.evidence === 'receiver'),
  }
}

/** Bytes are counted over the whole run: their number for a message times the messages of a second. */
function mbitPerSecond({ loads }: Measured, way: 'bytesOut' | 'bytesIn'): number {
  const bytes = loads.map(load => {
    const messages = sentOf(load)
    return messages === 0 ? 0 : (load[way] / messages) * load.throughputPerSecond
  })
  return (8 * bytes.reduce((sum, each) => sum + each, 0)) / 1e6
}

function slowestP99({ loads }: Measured): number | null {
  const all = loads.map(({ quantiles }) => quantiles.response.p99.ms)
  return all.includes(null) ? null : Math.max(...all.filter(ms => ms !== null))
}

const median = (values: readonly number[]): number => quantile(values, 0.5)
