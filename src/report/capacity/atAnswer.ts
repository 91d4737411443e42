import type { CapacitySearch } from '../../model/capacity.ts'
import { OUTCOMES } from '../../model/exchange.ts'
import type { LoadResult } from '../../model/result.ts'
import { quantile } from '../../stats/quantile.ts'
import { usageOf } from '../network.ts'
import { type Measured, messagesPerSecond, sentOf } from './measured.ts'
import type { AtAnswer } from './report.ts'
import { wireOf } from './wire.ts'

/** The longest trial of each search at one of its bounds, of equal ones the first. */
export function resultsAt(searches: readonly CapacitySearch[], bound: 'lower' | 'upper'): readonly Measured[] {
  return searches.flatMap(search => longestAt(search, bound).slice(0, 1))
}

/** Every full trial at the largest load that each search kept up with. */
export const fullResultsAtAnswer = (searches: readonly CapacitySearch[]): readonly Measured[] =>
  searches.flatMap(search => longestAt(search, 'lower'))

function longestAt(search: CapacitySearch, bound: 'lower' | 'upper'): readonly Measured[] {
  const trials = search.trials.flatMap(({ load, lossRatio, seconds, result }) =>
    load === search[bound] && lossRatio !== null && result.state !== 'failed' ? [{ seconds, result }] : [],
  )
  const mostSeconds = Math.max(...trials.map(({ seconds }) => seconds))
  return trials.filter(({ seconds }) => seconds === mostSeconds).map(({ result }) => result)
}

/** null where nothing was kept up with. @param name of the load that is raised */
export function answerAt(searches: readonly CapacitySearch[], name: string): AtAnswer | null {
  const results = resultsAt(searches, 'lower')
  if (results.length === 0) return null
  const p99s = results.map(slowestP99)
  const raised = results.flatMap(({ loads }) => loads.filter(({ load }) => load === name))
  return {
    messagesPerSecond: median(results.map(messagesPerSecond)),
    offeredPerSecond: median(raised.map(offered)),
    passedPerSecond: median(raised.map(passed)),
    mbitPerSecondOut: median(results.map(result => mbitPerSecond(result, 'bytesOut'))),
    mbitPerSecondIn: median(results.map(result => mbitPerSecond(result, 'bytesIn'))),
    responseP99Ms: p99s.includes(null) ? null : median(p99s.filter(ms => ms !== null)),
    links: wireOf(results),
    gateways: usageOf(results),
    isAudited: results.every(({ audit }) => audit.evidence === 'receiver'),
  }
}

/** Share of an offered load that must pass for it to be told as the load itself. */
const WHOLE = 0.99

/** Whether what passed is the load as offered, but for what is under way at either end of a trial. */
export const passesWhole = ({
  offeredPerSecond,
  passedPerSecond,
}: Pick<AtAnswer, 'offeredPerSecond' | 'passedPerSecond'>): boolean => passedPerSecond >= WHOLE * offeredPerSecond

export const offered = ({ intendedPerSecond }: LoadResult): number => intendedPerSecond ?? 0

/** By the share of the messages due, so that their number by chance is no part of it. */
export function passed(load: LoadResult): number {
  const due = OUTCOMES.reduce((sum, outcome) => sum + load.measured[outcome], 0)
  return due === 0 ? 0 : offered(load) * Math.min(1, load.acceptedInPhase / due)
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
