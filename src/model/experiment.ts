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

/** One execution of one case. */
export interface PlannedRun {
  /** `r0007`: unique in the experiment. */
  readonly id: string
  readonly caseId: string
  /** 0-based time slot that holds every case once. */
  readonly block: number
  /** Place in the experiment's order, from 0. */
  readonly order: number
  /** 1-based index of the run in its case: the Test Case Execution Number. */
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
  readonly runs: readonly PlannedRun[]
}
