import type { CapacitySearch } from '../../model/capacity.ts'
import { passesWhole, resultsAt } from './atAnswer.ts'
import { boundOver } from './bound.ts'
import { messagesPerSecond } from './measured.ts'
import type { AtAnswer, Bound, CapacityInput } from './report.ts'

/** Capacity in messages a second / the planned peak. */
export interface Headroom {
  readonly median: number
  /** By the lower end of the interval, or, where there is none, by the least that any clone kept up with; 0: not even the least load. */
  readonly shown: number
}

/**
 * By what passed of a rate, over feeds and tunnels by the messages a second that they carried. null where no peak is planned, or nothing was kept
 * up with.
 */
export function headroomOf(
  { plan, peakPerSecond }: Pick<CapacityInput, 'plan' | 'peakPerSecond'>,
  searches: readonly CapacitySearch[],
  atAnswer: AtAnswer | null,
): Headroom | null {
  if (peakPerSecond === null || atAnswer === null) return null
  const { over } = plan.search!.aim
  const share = passesWhole(atAnswer) ? 1 : atAnswer.passedPerSecond / atAnswer.offeredPerSecond
  const carried = searches.map(search => {
    if (search.lower === null) return null
    return over === 'rate' ? search.lower * share : (resultsAt([search], 'lower').map(messagesPerSecond)[0] ?? null)
  })
  const bound = boundOver(carried, 'below')
  if (bound.median === null) return null
  return { median: bound.median / peakPerSecond, shown: (shownBy(bound, carried) ?? 0) / peakPerSecond }
}

function shownBy({ interval }: Bound, carried: readonly (number | null)[]): number | null {
  if (interval !== null) return interval.lower
  return carried.includes(null) ? null : Math.min(...carried.filter(each => each !== null))
}
