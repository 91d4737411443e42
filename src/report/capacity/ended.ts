import type { CapacitySearch } from '../../model/capacity.ts'
import type { CapacityCase } from './report.ts'

/** The search came to its end: both of its bounds count. */
export const isEnded = ({ ended }: Pick<CapacitySearch, 'ended'>): boolean =>
  ended !== 'cut short' && ended !== 'failed'

/** So many searches ended like that. */
export const endedAs = (searches: CapacityCase['searches'], how: CapacitySearch['ended']): number =>
  searches.filter(({ ended }) => ended === how).length

/** A higher `--most` would tell more. */
export const isMostlyOpen = ({ searches, clones }: Pick<CapacityCase, 'searches' | 'clones'>): boolean =>
  2 * endedAs(searches, 'open') > clones
