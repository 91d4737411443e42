import { OUTCOMES } from '../../model/exchange.ts'
import type { LoadResult, RunResult } from '../../model/result.ts'

export type Measured = Exclude<RunResult, { state: 'failed' }>

/** Accepted, over all loads. */
export const messagesPerSecond = ({ loads }: Measured): number =>
  loads.reduce((sum, load) => sum + load.throughputPerSecond, 0)

/** Messages of a load that went out. */
export const sentOf = ({ total }: LoadResult): number =>
  OUTCOMES.reduce((sum, outcome) => sum + (outcome === 'dropped' ? 0 : total[outcome]), 0)
