import type { OpenWorkload } from '../model/scenario.ts'
import { type ArrivalCursor, GAPS, NO_FEED, type ScheduleShare } from './arrivals.ts'
import { uniform } from './random.ts'
import { pieceAt, type RatePiece, timeAt } from './rateProfile.ts'

/**
 * Arrivals of a load whose rate changes: arrival i comes when the integral of the rate reaches i, or for Poisson arrivals the sum of i + 1 exponential
 * variates of mean 1 (time rescaling: Cinlar, Introduction to Stochastic Processes, 1975, section 4.7).
 */
export function shapedArrivals(
  kind: OpenWorkload['arrivals'],
  pieces: readonly RatePiece[],
  seed: number,
  share: ScheduleShare,
): ArrivalCursor {
  const isPoisson = kind === 'poisson'
  let index = -1
  let count = -1
  let piece = 0
  let timeMs = 0
  function skip(arrivals: number): void {
    if (isPoisson) {
      if (index < 0) count = 0
      for (let i = 0; i < arrivals; i++) count -= Math.log(1 - uniform(seed, GAPS, ++index))
    } else {
      index += arrivals
      count = index
    }
    piece = pieceAt(pieces, piece, count)
    timeMs = timeAt(pieces[piece]!, count)
  }
  skip(share.index + 1)
  return {
    get index() {
      return index
    },
    get timeMs() {
      return timeMs
    },
    feed: NO_FEED,
    advance() {
      skip(share.of)
    },
  }
}
