/**
 * Stands for a quantile among the arrivals without an answer, ms: slower than any answer, as rank tests need it (losing messages must not look fast), and
 * finite, so that it has a logarithm.
 */
export const UNANSWERED_MS = 1e300

/** No figure of a run, and no ratio of two, comes near to it. */
const BEYOND = 1e100

/** Whether a figure is that of no answer. */
export const isUnanswered = (value: number): boolean => value > BEYOND

/** Whether a ratio of two runs comes from one that had no answer. */
export const isUnbounded = (ratio: number): boolean => ratio > BEYOND || ratio < 1 / BEYOND

/** Whether a difference of two runs does. */
export const isBeyond = (difference: number): boolean => Math.abs(difference) > BEYOND
