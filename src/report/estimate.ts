import { meanInterval } from '../stats/meanInterval.ts'
import { quantileRanks } from '../stats/quantileInterval.ts'
import type { Estimate, Figure, Reading } from './experiment.ts'

export const LEVEL = 0.95

/**
 * Median over runs with its order-statistic interval. A figure that is only a lower bound sorts as +infinity; null without a reading.
 */
export function estimate(readings: readonly Reading[]): Estimate | null {
  const figures = sortFigures(readings.map(reading => reading.value))
  if (figures.length === 0) return null
  const ranks = quantileRanks(figures.length, 0.5, LEVEL)
  const numbers = figures.flatMap(figure => figure.value ?? [])
  return {
    n: figures.length,
    median: median(figures),
    interval: ranks && {
      lower: figures[ranks.lower - 1]!,
      upper: figures[ranks.upper - 1]!,
      level: LEVEL,
      coverage: ranks.coverage,
    },
    mean: numbers.length === figures.length ? meanInterval(numbers, LEVEL) : null,
    marked: readings.filter(reading => reading.marked).length,
  }
}

/** A figure as a number to compare: +infinity where only a lower bound is known. */
export function magnitude(figure: Figure): number {
  return figure.value ?? Number.POSITIVE_INFINITY
}

/** Ascending; lower bounds last. */
export function sortFigures(figures: readonly Figure[]): readonly Figure[] {
  return figures.toSorted((a, b) => magnitude(a) - magnitude(b) || 0)
}

/** Median of figures in ascending order, of which there is at least one; a lower bound where one of the middle two is. */
export function median(sorted: readonly Figure[]): Figure {
  const lower = sorted[(sorted.length - 1) >> 1]!
  const upper = sorted[sorted.length >> 1]!
  if (lower.value === null || upper.value === null) return upper
  return { value: (lower.value + upper.value) / 2, above: null }
}
