import { quantile } from '../../stats/quantile.ts'
import { quantileInterval } from '../../stats/quantileInterval.ts'
import type { HistoryExperiment, HistorySeries } from './book.ts'

/** One experiment as one figure. */
export interface HistoryPoint {
  readonly experiment: HistoryExperiment
  readonly median: number
  /** Order-statistic interval; null below 6 values. */
  readonly lower: number | null
  readonly upper: number | null
  readonly n: number
}

const LEVEL = 0.95

/** The medians of a metric over the experiments that measured it, in time order. */
export function pointsOf({ experiments }: HistorySeries, path: string): readonly HistoryPoint[] {
  return experiments.flatMap(experiment => {
    const values = experiment.values.get(path)
    if (values === undefined) return []
    const interval = quantileInterval(values, 0.5, LEVEL)
    return [
      {
        experiment,
        median: quantile(values, 0.5),
        lower: interval?.lower ?? null,
        upper: interval?.upper ?? null,
        n: values.length,
      },
    ]
  })
}
