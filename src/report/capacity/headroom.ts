import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import type { LoadResult } from '../../model/result.ts'
import { offered, passed, passesWhole, resultsAt } from './atAnswer.ts'
import { boundOver } from './bound.ts'
import { isEnded } from './ended.ts'
import type { Bound, PeakClones } from './report.ts'

/** What is carried of the load that is raised, in messages a second / the planned peak. */
export interface Headroom {
  /** Of the clones whose search came to its end; null: below every load. */
  readonly median: number | null
  /** By the lower end of the interval, or, where there is none, by the least that any clone carried; 0: not even the least load. */
  readonly shown: number
  readonly clones: PeakClones
}

/** By what passed on each clone. null where nothing is known. A clone that was cut short counts where it had failed at the peak or below it. */
export function headroomOf(
  aim: CapacityAim,
  peakPerSecond: number | null,
  searches: readonly CapacitySearch[],
): Headroom | null {
  if (peakPerSecond === null) return null
  const ended = searches.filter(isEnded)
  const cutShort = searches.filter(search => !isEnded(search) && hasFailedAt(search, aim, peakPerSecond))
  const counted = [...ended, ...cutShort]
  if (counted.length === 0) return null
  const carried = counted.map(search => carriedBy(search, aim))
  const { median } = boundOver(carried.slice(0, ended.length), 'below', aim.over)
  return {
    median: median === null ? null : median / peakPerSecond,
    shown: (shownBy(boundOver(carried, 'below', aim.over), carried) ?? 0) / peakPerSecond,
    clones: { counted: counted.length, cutShort: cutShort.length },
  }
}

function shownBy({ interval }: Bound, carried: readonly (number | null)[]): number | null {
  if (interval !== null) return interval.lower
  return carried.includes(null) ? null : Math.min(...carried.filter(each => each !== null))
}

/** Messages a second; null: not even the least load. */
function carriedBy(search: CapacitySearch, aim: CapacityAim): number | null {
  const raised = raisedAt(search, 'lower', aim)
  if (search.lower === null || raised === undefined) return null
  const [offeredPerSecond, passedPerSecond] = [offered(raised), passed(raised)]
  const share = passesWhole({ offeredPerSecond, passedPerSecond }) ? 1 : passedPerSecond / offeredPerSecond
  return share * (aim.over === 'rate' ? search.lower : offeredPerSecond)
}

function hasFailedAt(search: CapacitySearch, aim: CapacityAim, peakPerSecond: number): boolean {
  if (search.upper === null) return false
  if (aim.over === 'rate') return search.upper <= peakPerSecond
  const raised = raisedAt(search, 'upper', aim)
  return raised !== undefined && offered(raised) <= peakPerSecond
}

const raisedAt = (search: CapacitySearch, bound: 'lower' | 'upper', aim: CapacityAim): LoadResult | undefined =>
  resultsAt([search], bound)[0]?.loads.find(({ load }) => load === aim.load)
