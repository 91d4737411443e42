import type { CapacityAim } from '../../model/capacity.ts'
import { formatNumber, plural } from '../format.ts'
import type { CapacityCase, CapacityPrice } from './report.ts'
import { unitOf } from './unit.ts'

/** `planned peak 300 msg/s: 34.2 % above it is left`; short of it only where something was too much, else not shown. */
export function headroomText(
  { kind }: CapacityCase,
  headroom: number,
  peakPerSecond: number,
  aim: CapacityAim,
): string {
  const peak = `planned peak ${formatNumber(peakPerSecond)} msg/s`
  const percent = `${formatNumber(Math.abs(headroom - 1) * 100)} %`
  const isBound = kind === 'at least' || kind === 'generator-bound'
  if (headroom >= 1) return `${peak}: ${isBound ? 'at least ' : ''}${percent} above it is left`
  const reached = formatNumber(headroom * peakPerSecond)
  if (kind === 'at least')
    return `${peak}: not shown: search ended at ${mostText(aim)}${aim.over === 'rate' ? '' : `, ${reached} msg/s,`} < --peak ${formatNumber(peakPerSecond)}; raise --most`
  if (kind === 'generator-bound')
    return `${peak}: not shown: beyond ${reached} msg/s the generator was the limit; give the load more generators, or run on more cores`
  return `${peak}: ${percent} short of it`
}

/** `0.62 [0.58, 0.66]`, `at most 0.62`; empty where there is none. */
export function priceCell({ price }: Pick<CapacityCase, 'price'>): string {
  return price === null ? '' : ratioText(price, '')
}

const LIMITS = {
  generator: () => ({
    what: 'the limit was the generator',
    remedy: 'give the load more generators, or run on more cores',
  }),
  most: (most: string) => ({ what: `nothing up to ${most} was too much`, remedy: 'raise --most' }),
}

export function priceText(price: CapacityPrice, aim: CapacityAim): string {
  const { referenceId, pairs, kind, limits } = price
  const texts = limits.map(limit => LIMITS[limit](mostText(aim)))
  const [limit, remedy] = [texts.map(({ what }) => what).join(', or '), texts.map(each => each.remedy).join(', or ')]
  if (kind === 'not told')
    return `price of the VPN: not told: with it and without it (${referenceId}) ${limit}; ${remedy}`
  const whose = { exact: '', 'at most': `: without it ${limit}`, 'at least': `: with it ${limit}` }[kind]
  return `price of the VPN: ${ratioText(price, ` times the capacity of ${referenceId}`)}, ${plural(pairs, 'clone')}${whose}${kind === 'exact' ? '' : `; ${remedy}`}`
}

/** A bound with the end of its interval that is known. */
function ratioText({ kind, ratio, interval }: CapacityPrice, unit: string): string {
  if (ratio === null) return 'not told'
  const ends = interval && [interval.lower, interval.upper].map(end => (end === null ? 'unknown' : formatNumber(end)))
  return `${kind === 'exact' ? '' : `${kind} `}${formatNumber(ratio)}${unit}${ends === null ? '' : ` [${ends.join(', ')}]`}`
}

const mostText = (aim: CapacityAim): string =>
  `--most ${formatNumber(aim.mostLoad)}${aim.over === 'rate' ? '' : ` ${unitOf(aim)}`}`
