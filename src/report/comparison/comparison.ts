import type { Arm } from '../../model/experiment.ts'
import type { Provenance } from '../../model/row.ts'
import type { StageJudgement } from '../../stats/gate/judgeMetric.ts'
import type { Verdict } from '../../stats/gate/judgeStages.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import type { CaseReport, Estimate, ExitReason, ReportCommands, ReportFiles, ReportInput, Unit } from '../experiment.ts'

/** What the user decides about a comparison; the number of gated metrics follows from the cases. */
export type ComparisonSettings = Omit<GateSettings, 'gatedMetrics'>

export interface ComparisonInput extends Omit<ReportInput, 'exit'> {
  readonly settings: ComparisonSettings
}

/** What every format of a comparison prints: plain data, fit for JSON. */
export interface ComparisonReport {
  readonly id: string
  readonly name: string
  readonly description: string | null
  /** The verdict in one sentence. */
  readonly answer: string
  readonly verdict: Verdict
  readonly startedAt: string
  readonly wholeMs: number
  readonly seed: number
  readonly environmentId: string
  readonly baseline: Arm
  readonly candidate: Arm
  readonly settings: GateSettings
  /** 2: something was suspected, and fresh runs were made to confirm it. */
  readonly stages: 1 | 2
  readonly cases: readonly CaseComparison[]
  readonly provenance: Provenance
  readonly files: ReportFiles
  readonly commands: ReportCommands
  readonly exit: ExitReason
  readonly leaks: readonly string[]
}

export interface CaseComparison {
  readonly id: string
  readonly digest: string
  readonly metrics: readonly MetricComparison[]
  /** Each arm as a report of its own: loads, SLOs, audit, validity, every run. */
  readonly baseline: CaseReport
  readonly candidate: CaseReport
}

export interface MetricComparison {
  /** `mllp.response.p99`. */
  readonly path: string
  readonly unit: Unit
  readonly better: 'lower' | 'higher'
  /** `ratio`: the change is candidate / baseline. `difference`: it is candidate - baseline. */
  readonly kind: 'ratio' | 'difference'
  /** Can fail the comparison; the others are for information. */
  readonly gated: boolean
  readonly verdict: Verdict
  /** The stage whose figures are shown. */
  readonly stage: 1 | 2
  /** Valid pairs in that stage. */
  readonly pairs: number
  /** Both arms over the runs of that stage; null where no run measured it. */
  readonly baseline: Estimate | null
  readonly candidate: Estimate | null
  readonly change: StageJudgement['change']
  readonly pSlower: number | null
  readonly pFaster: number | null
  /** Why there is no judgement, or why a suspicion was dropped; null otherwise. */
  readonly remark: string | null
  /** Smallest change, as a share, that a stage of this size finds nine times in ten. */
  readonly detectable: number | null
  /** Pairs in each stage that would settle it; null unless inconclusive. */
  readonly runsNeeded: number | null
  readonly flags: readonly string[]
  /** Judgements of both stages; the second is null where there was none. */
  readonly judgements: readonly [first: StageJudgement, second: StageJudgement | null]
}
