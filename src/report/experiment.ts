import type { Audit, AuditTerm, ReceiverAudit } from '../model/audit.ts'
import type { Calibration } from '../model/calibration.ts'
import type { ExperimentPlan } from '../model/experiment.ts'
import type { RunResult, Stage } from '../model/result.ts'
import type { Provenance } from '../model/row.ts'
import type { Protocol, Slo } from '../model/scenario.ts'
import type { MeanInterval } from '../stats/meanInterval.ts'
import type { CalibratedShare } from './calibration/share.ts'
import type { FeedsReport } from './feeds.ts'
import type { Count } from './findings.ts'
import type { LoadFit } from './hash/loadFit.ts'
import type { NetworkReport } from './network.ts'
import type { PriceReport } from './price.ts'

/** All that a report is made of. */
export interface ReportInput {
  readonly plan: ExperimentPlan
  /** Runs that ended, in the order in which they did. */
  readonly results: readonly RunResult[]
  /** ISO 8601 UTC. */
  readonly startedAt: string
  readonly wholeMs: number
  readonly environmentId: string
  readonly provenance: Provenance
  /** Of the machine that it ran on; absent or null: it was not calibrated. */
  readonly calibration?: Calibration | null
  readonly files: ReportFiles
  readonly commands: ReportCommands
  readonly exit: ExitReason
  /** What could not be removed, with the remedy. */
  readonly leaks: readonly string[]
}

export interface ReportFiles {
  /** The CSV that the rows were appended to; null when none was written. */
  readonly rows: string | null
  /** Folder of the experiment: journal, run results, reports. */
  readonly folder: string | null
  /** The HTML report; null when none was written. */
  readonly html: string | null
}

export interface ReportCommands {
  /** Does the same again, seed included. */
  readonly repeat: string
  /** What a user would do next; null when nothing offers itself. */
  readonly next: string | null
}

export interface ExitReason {
  readonly code: number
  /** In words: `all SLOs met`, `interrupted`. */
  readonly reason: string
}

/** What every format prints: plain data without histograms, fit for JSON. */
export interface ExperimentReport {
  readonly id: string
  readonly name: string
  readonly description: string | null
  /** The result in one sentence. */
  readonly answer: string
  readonly verdict: OverallVerdict
  readonly startedAt: string
  readonly wholeMs: number
  readonly seed: number
  readonly environmentId: string
  readonly cases: readonly CaseReport[]
  /** Load time against the iterations of a hashing stage; null where no factor varies them. */
  readonly hash: LoadFit | null
  readonly provenance: Provenance
  readonly files: ReportFiles
  readonly commands: ReportCommands
  readonly exit: ExitReason
  readonly leaks: readonly string[]
}

/** `none`: the scenario declares no SLO. */
export type OverallVerdict = 'met' | 'missed' | 'not measured' | 'none'

export interface CaseReport {
  readonly id: string
  readonly levels: Readonly<Record<string, string | number | boolean>>
  readonly digest: string
  readonly sut: string
  /** Phases in words. */
  readonly phases: string
  readonly loads: readonly LoadReport[]
  readonly metrics: readonly Metric[]
  readonly slos: readonly SloVerdict[]
  readonly audit: AuditSum | null
  /** Findings of their own, such as a search that found more than may exist. */
  readonly alarms: readonly Count[]
  /** Why exchanges were not accepted. */
  readonly reasons: readonly Count[]
  /** Coded errors of rejections: never a text or value of the peer's. */
  readonly ackErrors: readonly Count[]
  /** Failed dials by code. */
  readonly refusals: readonly Count[]
  /** What peers did that harmed no exchange. */
  readonly tolerated: readonly Count[]
  /** TLS handshakes, `full` and `resumed`; none of a load without TLS. */
  readonly handshakes: readonly Count[]
  /** What FHIR loads count beyond outcomes: attempts, retries, entries. */
  readonly counts: readonly Count[]
  readonly validity: Validity
  /** Absent where the clones have no networks of their own. */
  readonly network?: NetworkReport
  /** Set against the same without a VPN; absent where that was not run beside it. */
  readonly price?: PriceReport
}

export interface LoadReport {
  readonly name: string
  readonly protocol: Protocol
  readonly model: 'open' | 'closed'
  /** Workload model in words: `open loop, Poisson arrivals, 100 msg/s over 8 connections, window 1`. */
  readonly workload: string
  /** What was taken for granted without a source, in words. */
  readonly assumed: readonly string[]
  /** Response over every arrival of all valid runs; empty without a valid run. */
  readonly curve: readonly CurvePoint[]
  /** The valid run whose response p99 is the median one; null without a valid run. */
  readonly series: Series | null
  /** Feed by feed; absent where messages belong to no feed, or there is only one. */
  readonly feeds?: FeedsReport
  /** Behind a SUT that forwards; absent when it does not. */
  readonly endToEnd?: EndToEndReport
  /** Set against what the generator did when the machine was calibrated; absent where there is nothing to set it against. */
  readonly calibrated?: CalibratedShare
  /** Of an MLLP load that never got a byte back: what may be the matter. */
  readonly silence?: string
}

/** What end-to-end figures rest on, over all valid runs. */
export interface EndToEndReport {
  readonly arrived: number
  readonly missing: number
  /** Largest difference between the clocks of two processes, which is taken out, ms. */
  readonly clockOffsetMs: number
  /** How far a time may be off for it, ms. */
  readonly clockUncertaintyMs: number
}

export interface CurvePoint {
  /** 0 to below 1. */
  readonly quantile: number
  /** null: among the unanswered. */
  readonly ms: number | null
}

export interface Series {
  readonly runId: string
  readonly points: readonly SeriesPoint[]
}

export interface SeriesPoint {
  readonly atMs: number
  readonly acceptedPerSecond: number
  /** Response of what ended since the point before, the slower of several generators; null when nothing did. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** `ratio` is 0 to 1 and printed in per cent. */
export type Unit = 'ms' | '/s' | 'ratio' | 'count'

export interface Metric {
  /** `mllp.response.p99`. */
  readonly path: string
  readonly unit: Unit
  /** null: no valid run measured it. */
  readonly estimate: Estimate | null
  /** Every run that measured it, invalid ones included: they are not part of the estimate. */
  readonly readings: readonly Reading[]
}

export interface Reading {
  readonly runId: string
  readonly valid: boolean
  readonly value: Figure
  /** An upper bound: the generator's own lag is a large part of it. */
  readonly marked: boolean
}

/** A number, or only a lower bound of one (`value` null): the quantile fell among unanswered arrivals. */
export interface Figure {
  readonly value: number | null
  readonly above: number | null
}

export interface Estimate {
  /** Valid runs that measured it. */
  readonly n: number
  /** Median over the runs. */
  readonly median: Figure
  /** Order-statistic interval of the median; null when n is too small for one. */
  readonly interval: {
    readonly lower: Figure
    readonly upper: Figure
    readonly level: number
    readonly coverage: number
  } | null
  /** Mean with its t interval; null for one run, or where a run has only a lower bound. */
  readonly mean: MeanInterval | null
  /** Runs whose figure is marked. */
  readonly marked: number
}

export interface SloVerdict {
  readonly slo: Slo
  /** Metric judged: the SLO's own, with the load's name where the SLO names a protocol. */
  readonly metric: string
  readonly unit: Unit
  readonly verdict: 'met' | 'missed' | 'not measured'
  /** What the limit was set against; null when not measured at all. */
  readonly measured: Figure | null
  /** The interval lies on both sides of the limit. */
  readonly uncertain: boolean
  /** Why it was not measured; null otherwise. */
  readonly reason: string | null
}

/** Audits of the valid runs added up. A term is null when one of the runs does not know it. */
export interface AuditSum {
  readonly runs: number
  readonly evidence: 'receiver' | 'acknowledgements'
  readonly planned: number
  /** The sender's side alone. */
  readonly acknowledged: Audit['acknowledged']
  readonly terms: Readonly<Record<AuditTerm, number | null>>
  readonly foreign: number | null
  readonly repeats: number | null
  readonly balanced: boolean
  /** By receiver behind a SUT that forwards, arrivals added up; absent when it does not. */
  readonly downstream?: readonly ReceiverAudit[]
  /** Up to 20 identities for each term that should be 0. */
  readonly examples: Readonly<Partial<Record<AuditTerm | 'foreign', readonly string[]>>>
}

export interface Validity {
  /** Valid runs that the scenario asks for. */
  readonly wanted: number
  readonly valid: number
  readonly invalid: readonly { readonly runId: string; readonly reasons: readonly string[] }[]
  readonly failed: readonly FailedRun[]
  /** Planned and never ended. */
  readonly missing: number
}

export interface FailedRun {
  readonly runId: string
  readonly stage: Stage
  readonly error: string
  readonly fault: 'target' | 'environment' | 'harness'
}
