import type { CapacityPlan } from './capacity.ts'
import type { Scenario } from './scenario.ts'

/** One cell of the scenario's matrix. */
export interface Case {
  /** Scenario name, and the levels when factors vary: `demo` or `vpn[cipher=aes128gcm16]`. */
  readonly id: string
  /** The scenario with this case's levels in place. */
  readonly scenario: Scenario
  /** Level of each factor by its path. */
  readonly levels: Readonly<Record<string, string | number | boolean>>
  /** Hash of all that decides what is measured; rows of different digests are never compared unasked. */
  readonly digest: string
}

/** `only`: nothing is compared. Else the reference version, and the one judged against it. */
export const ARM_NAMES = ['only', 'baseline', 'candidate'] as const
export type ArmName = (typeof ARM_NAMES)[number]

/** One side of a comparison; both are driven by the same cases. */
export interface Arm {
  readonly name: ArmName
  /** As the user named it: `main`, `HEAD`, an address. */
  readonly label: string
  /** What the rows of the arm's runs name; null where there is none (no repository, addresses). */
  readonly branch: string | null
  /** Full commit id, with `-dirty` where uncommitted work is measured. */
  readonly commit: string | null
  readonly version: string | null
  /** Commit that is checked out for the arm: a snapshot where uncommitted work is measured; null = nothing is checked out. */
  readonly checkout: string | null
}

/** 1 = the runs that a comparison suspects by, 2 = the fresh ones that confirm. */
export type ComparisonStage = 1 | 2

/** One execution of one case. */
export interface PlannedRun {
  /** `r0007`: unique in the experiment. */
  readonly id: string
  readonly caseId: string
  readonly arm: ArmName
  readonly stage: ComparisonStage
  /** 0-based time slot that holds every case, and of each both arms, once; the two form a pair. */
  readonly block: number
  /** Place in the experiment's order, from 0. */
  readonly order: number
  /** 1-based index of the run in its case and arm: the Test Case Execution Number. */
  readonly execution: number
  readonly seed: number
  /** Six base-36 digits, unique in the experiment: the head of every identity that the run sends. */
  readonly key: string
  /** 0 = planned from the start; 1.. = replacement block for invalid runs. */
  readonly replacement: number
}

export interface ExperimentPlan {
  /** `20261122T210500Z-demo-3f9a2c`. */
  readonly id: string
  readonly seed: number
  readonly cases: readonly Case[]
  /** The one arm `only`, or baseline and candidate. */
  readonly arms: readonly Arm[]
  /** Of stage 1; replacements and the runs of stage 2 are planned when they are needed. */
  readonly runs: readonly PlannedRun[]
  /** Absent = the runs are as planned; else they are trials, planned one by one from what those before have shown. */
  readonly search?: CapacityPlan
}
