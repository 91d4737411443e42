import type { Felt } from '../model/tunnelEvent.ts'
import { median, sortFigures } from './estimate.ts'
import type { Figure } from './experiment.ts'
import { formatCount, formatFigure, plural } from './format.ts'

/** What exchanges of some while felt, over runs. */
export interface FeltReport {
  /** Summed over the runs. */
  readonly exchanges: number
  readonly unanswered: number
  /** Response, ms, median over the runs that had exchanges; null = none had. */
  readonly p99: Figure | null
}

export function feltReport(felt: readonly Felt[]): FeltReport {
  const sum = (of: (each: Felt) => number) => felt.reduce((total, each) => total + of(each), 0)
  const figures = felt
    .filter(({ exchanges }) => exchanges > 0)
    .map(({ p99Ms, p99AboveMs }) => ({ value: p99Ms, above: p99AboveMs }))
  return {
    exchanges: sum(({ exchanges }) => exchanges),
    unanswered: sum(({ unanswered }) => unanswered),
    p99: figures.length === 0 ? null : median(sortFigures(figures)),
  }
}

/** `14.2 ms (60 exchanges, 1 unanswered)` */
export function tellFelt({ exchanges, unanswered, p99 }: FeltReport): string {
  if (p99 === null) return 'no exchange'
  return `${formatFigure(p99, 'ms')} (${plural(exchanges, 'exchange')}, ${formatCount(unanswered)} unanswered)`
}
