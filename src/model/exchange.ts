/**
 * What became of one arrival. `accepted`: answered well. `rejected`: AE/AR/CE/CR, an HTTP error or a failed check.
 * `mismatched`: the answer to another message. `unknown`: no answer in time or the connection was lost after the send.
 * `dropped`: too many outstanding, never sent. `unfinished`: still open when the drain ended.
 */
export const OUTCOMES = ['accepted', 'rejected', 'mismatched', 'unknown', 'dropped', 'unfinished'] as const
export type Outcome = (typeof OUTCOMES)[number]
export type OutcomeCounts = Readonly<Record<Outcome, number>>

/**
 * Times of an exchange on the generator's monotonic clock, ms from the start of the run. response = lag + queue + service. `commit`, in enhanced
 * acknowledgement mode only: from the send to the commit acknowledgement.
 */
export const TIMES = ['response', 'lag', 'queue', 'service', 'commit'] as const
export type Time = (typeof TIMES)[number]

export const QUANTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max'] as const
export type Quantile = (typeof QUANTILES)[number]

/** A quantile over every arrival of the measured phase. */
export interface QuantileValue {
  /** ms; null when the quantile falls among the unanswered: then it lies above `aboveMs`. */
  readonly ms: number | null
  /** Lower bound when `ms` is null (the timeout), else null. */
  readonly aboveMs: number | null
  /** The generator's own lag at this quantile is more than the limit: an upper bound, fit to meet an SLO, not to fail one. */
  readonly marked: boolean
}

export type Quantiles = Readonly<Record<Quantile, QuantileValue>>
