import { assertCount, assertLevel } from '../input.ts'

/** What a comparison is judged by; policy, not measurement. */
export interface GateSettings {
  /** Largest chance that a comparison of two arms that are alike fails, over all its gated metrics. */
  readonly alpha: number
  /** Metrics that can fail the comparison, all cases counted. */
  readonly gatedMetrics: number
  /** Smallest change worth a verdict, as a share: 0.03 for 3 %. */
  readonly minEffect: number
  /** Smallest change of an error ratio worth a verdict, as a difference: 0.001 for 0.1 percentage points. */
  readonly minErrorDifference: number
  /** Two arms are the same when the interval of their ratio lies within 1 / (1 + margin) .. 1 + margin. */
  readonly margin: number
  /** Fewest runs per arm, or pairs. */
  readonly minRuns: number
}

export const DEFAULT_SETTINGS: Omit<GateSettings, 'gatedMetrics'> = {
  alpha: 0.01,
  minEffect: 0.03,
  minErrorDifference: 0.001,
  margin: 0.05,
  minRuns: 10,
}

/** Level of the intervals of changes: two one-sided tests at 5 %. */
export const INTERVAL_LEVEL = 0.9

/**
 * Risk of each of the two stages for one metric: sqrt(alpha / metrics). A metric fails only when two independent stages find it slower,
 * so that its risk is alpha / metrics, and Bonferroni's inequality holds for all of them however they are correlated.
 */
export function stageAlpha({ alpha, gatedMetrics }: GateSettings): number {
  assertLevel(alpha)
  assertCount('gatedMetrics', gatedMetrics, 1)
  return Math.min(0.5, Math.sqrt(alpha / gatedMetrics))
}
