import type { CapacityAim } from '../../model/capacity.ts'
import { formatNumber, plural } from '../format.ts'
import { isMostlyOpen } from './ended.ts'
import type { CapacityCase, CapacityPrice, PeakClones } from './report.ts'
import { loadText } from './unit.ts'

/**
 * `planned peak 300 msg/s: 34.2 % above it is left, 30 % by the lower end of the interval`; short of it only where something was too much, else not
 * shown. Nothing where no peak is planned.
 */
export function headroomTexts(testCase: CapacityCase, peakPerSecond: number | null, aim: CapacityAim): string[] {
  const { headroom, headroomShown, peakClones } = testCase
  if (peakPerSecond === null || headroomShown === null || peakClones === null) return []
  const peak = `planned peak ${formatNumber(peakPerSecond)} msg/s`
  if (headroomShown < 1)
    return [
      `${peak}: ${missedText(testCase, peakPerSecond, aim) ?? unshownText(peakClones, headroomShown, peakPerSecond)}`,
    ]
  const isBound = testCase.kind === 'at least' || testCase.kind === 'generator-bound'
  const left = `${isBound ? 'at least ' : ''}${percentOff(headroom!)} above it is left`
  const missing = aim.clones - peakClones.counted
  const text = hasInterval(peakClones)
    ? `${peak}: ${left}, ${percentOff(headroomShown)} by the lower end of the interval`
    : `${peak}: ${left}, ${percentOff(headroomShown)} by the least of ${plural(peakClones.counted, 'clone')}; no interval stands behind it, that needs 6`
  return [missing > 0 ? `${text}; not shown yet: ${missing} of ${plural(aim.clones, 'clone')} missing` : text]
}

const hasInterval = ({ counted }: PeakClones): boolean => counted >= 6

/** Where it is not known how much is short, or what is known is above the peak. */
function unshownText(clones: PeakClones, shown: number, peakPerSecond: number): string {
  const peak = `--peak ${formatNumber(peakPerSecond)}`
  if (clones.cutShort > 0)
    return `not shown: ${clones.cutShort} of ${plural(clones.counted, 'clone')} failed at ${peak} or below before their search ended early`
  const reached = shown === 0 ? 'below the least load' : `${formatNumber(shown * peakPerSecond)} msg/s`
  return hasInterval(clones)
    ? `not shown: the interval of the capacity begins at ${reached} < ${peak}; give more --clones, or plan for less`
    : `not shown: the least of ${plural(clones.counted, 'clone')} carried ${reached} < ${peak}; give --clones 6 or more, so that the capacity has an interval`
}

/** null where the median does not tell it. */
function missedText(testCase: CapacityCase, peakPerSecond: number, aim: CapacityAim): string | null {
  const { kind, headroom } = testCase
  if (headroom === null || headroom >= 1) return null
  const reached = formatNumber(headroom * peakPerSecond)
  if (kind === 'generator-bound')
    return `not shown: beyond ${reached} msg/s the generator was the limit; give the load more generators, or run on more cores`
  if (kind !== 'at least') return `${percentOff(headroom)} short of it`
  if (!isMostlyOpen(testCase)) return null
  return `not shown: search ended at ${mostText(aim)}${aim.over === 'rate' ? '' : `, ${reached} msg/s,`} < --peak ${formatNumber(peakPerSecond)}; raise --most`
}

const percentOff = (headroom: number): string => `${formatNumber(Math.abs(headroom - 1) * 100)} %`

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
  `--most ${aim.over === 'rate' ? formatNumber(aim.mostLoad) : loadText(aim.mostLoad, aim)}`
