import type { StageJudgement, StageOutcome } from './judgeMetric.ts'

export type Verdict = StageOutcome

export interface MetricVerdict {
  readonly verdict: Verdict
  /** The stage whose figures are to be reported: those of a stage that raised a suspicion are selected, hence too large. */
  readonly stage: 1 | 2
  /** In words where stage 2 did not bear out stage 1; null otherwise. */
  readonly remark: string | null
}

/** Whether fresh runs are needed before anything is claimed. */
export const isSuspicion = ({ outcome }: StageJudgement): boolean => outcome === 'slower' || outcome === 'faster'

/** The verdict on one metric: a change is claimed only when fresh runs, judged alone, show it again. */
export function judgeStages(first: StageJudgement, second: StageJudgement | null): MetricVerdict {
  if (second === null) {
    return isSuspicion(first)
      ? { verdict: 'inconclusive', stage: 1, remark: `suspected to be ${first.outcome}, not confirmed: no fresh runs` }
      : { verdict: first.outcome, stage: 1, remark: null }
  }
  // The fresh runs were made for another metric: what stage 1 found here stands.
  if (!isSuspicion(first)) return { verdict: first.outcome, stage: 1, remark: null }
  if (second.outcome === first.outcome) return { verdict: second.outcome, stage: 2, remark: null }
  const verdict = second.outcome === 'slower' || second.outcome === 'faster' ? 'inconclusive' : second.outcome
  const why = verdict === 'insufficient' ? 'too few fresh runs count to confirm it' : 'fresh runs did not confirm it'
  return { verdict, stage: 2, remark: `suspected to be ${first.outcome}; ${why}` }
}

/** The verdict of a whole comparison over its gated metrics: the worst news first. */
export function overall(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ['slower', 'invalid', 'insufficient', 'inconclusive', 'faster', 'same']
  return order.find(verdict => verdicts.includes(verdict)) ?? 'insufficient'
}
