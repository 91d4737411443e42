import type { LinkLoad } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import { quantile } from '../stats/quantile.ts'
import { formatNumber } from './format.ts'

/** Share of its limit from which a link is full: what TCP leaves of one that it fills is less than the rest. */
const FULL = 0.9

/** Medians over the runs that did not fail, link by link, the fullest first. */
export function linkLoadsOf(results: readonly RunResult[]): LinkLoad[] {
  const all = results.flatMap(result => (result.state === 'failed' ? [] : (result.limited ?? [])))
  const links = [...Map.groupBy(all, ({ host, device }) => `${host}\n${device}`).values()]
  return links
    .map(own => ({
      ...own[0]!,
      mbitPerSecondIn: median(own.map(({ mbitPerSecondIn }) => mbitPerSecondIn)),
      mbitPerSecondOut: median(own.map(({ mbitPerSecondOut }) => mbitPerSecondOut)),
    }))
    .toSorted((a, b) => shareOf(b) - shareOf(a))
}

const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Of the fuller direction. */
const shareOf = ({ rateMbit, mbitPerSecondIn, mbitPerSecondOut }: LinkLoad): number =>
  Math.max(mbitPerSecondIn, mbitPerSecondOut) / rateMbit

/** The fullest link, if it is full. */
export function fullLinkOf(results: readonly RunResult[]): LinkLoad | null {
  const [fullest] = linkLoadsOf(results)
  return fullest !== undefined && shareOf(fullest) >= FULL ? fullest : null
}

export function linkLoadNote(link: LinkLoad): string {
  const { host, device, rateMbit, mbitPerSecondIn, mbitPerSecondOut } = link
  const full = shareOf(link) >= FULL ? ': the link is full, and a bottleneck' : ''
  return `${device} of ${host} carried ${formatNumber(mbitPerSecondOut)} Mbit/s out and ${formatNumber(mbitPerSecondIn)} in, of ${formatNumber(rateMbit)} each way (medians)${full}`
}
