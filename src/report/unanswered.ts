/**
 * Stands for a quantile among the arrivals without an answer, ms: slower than any answer, as the rank tests need it, and finite, so that it has a
 * logarithm.
 */
export const UNANSWERED_MS = 1e300

/** Whether figures without an answer stand on both sides, so that the middle between two such is no figure of anything. */
export const isContradictory = (ratios: readonly number[]): boolean =>
  ratios.some(ratio => ratio > 1e100) && ratios.some(ratio => ratio < 1e-100)

/** Whether a ratio of two runs comes from one that had no answer. */
export const isUnbounded = (ratio: number): boolean => ratio > 1e100 || ratio < 1e-100
