import { exponential, logsOf } from './hodgesLehmann.ts'
import { signedRank } from './signedRank.ts'

export interface RatioAgreement {
  readonly estimate: number
  /** Null where the level cannot be reached with so few ratios. */
  readonly interval: { readonly lower: number; readonly upper: number } | null
  readonly verdict: 'agree' | 'differ' | 'inconclusive'
}

/**
 * Whether paired figures are the same within a margin: `agree` when the interval of their ratio (signed ranks of the logarithms) lies within 1 / margin .. margin, `differ`
 * when it lies outside, else `inconclusive`.
 * @param ratios above 0, at least one
 * @param margin above 1
 * @throws RangeError on an invalid sample, margin or level
 */
export function ratioAgreement(ratios: readonly number[], margin: number, level: number): RatioAgreement {
  if (!(margin > 1)) throw new RangeError('margin: expected a ratio above 1, such as 1.05')
  const { estimate, interval } = signedRank(logsOf(ratios), level)
  const bounds = interval === null ? null : exponential(interval)
  return { estimate: Math.exp(estimate), interval: bounds, verdict: verdictOf(bounds, margin) }
}

function verdictOf(bounds: RatioAgreement['interval'], margin: number): RatioAgreement['verdict'] {
  if (bounds === null) return 'inconclusive'
  if (bounds.lower >= 1 / margin && bounds.upper <= margin) return 'agree'
  return bounds.lower > margin || bounds.upper < 1 / margin ? 'differ' : 'inconclusive'
}
