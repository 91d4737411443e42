import type { Protocol } from './scenario.ts'

/** Figures hold where all of these are the same. */
export interface CalibratedMachine {
  readonly cpuModel: string
  readonly cores: number
  readonly kernel: string
  readonly node: string
  /** Version of hl7bench. */
  readonly harness: string
}

/** What the generators of a machine can do against a bare receiver on it: a hint, never evidence of a run. */
export interface Calibration extends Readonly<Record<Protocol, ProtocolCalibration | null>> {
  readonly machine: CalibratedMachine
  readonly agreement: EngineAgreement | null
}

export interface ProtocolCalibration {
  /** ISO 8601 UTC. */
  readonly at: string
  /** At least half of the closed-loop runs were disturbed, or the machine stayed busy: what others left of it was measured. */
  readonly isDisturbed: boolean
  readonly closed: ClosedCeiling
  readonly open: OpenCeiling
}

export type CalibratedPart = Protocol | 'agreement'

/** Medians over runs of one generator in a closed loop. */
export interface ClosedCeiling {
  readonly connections: number
  readonly measureMs: number
  /** Accepted per second, by run. */
  readonly throughputs: readonly number[]
  readonly throughputPerSecond: number
  /** 95 %, order statistics; null with fewer than 6 runs. */
  readonly interval: { readonly lower: number; readonly upper: number } | null
  /** Of the generator. */
  readonly cpuUsPerExchange: number
  /** CPU seconds per second. */
  readonly generatorCpuShare: number
  /** Null = not told by this machine, or the runs were too short to tell. */
  readonly receiverCpuShare: number | null
  readonly limit: Limit
  /** Runs among them in which the generator was paused or had to wait for a CPU. */
  readonly disturbed: number
  readonly failed: number
}

/** Which process had no CPU time to spare; `neither`: both had, the machine was shared or waits were the limit. */
export type Limit = 'generator' | 'receiver' | 'both' | 'neither' | 'unknown'

/** Of arrivals on a schedule, constant. */
export interface OpenCeiling {
  /** What the target takes for each. */
  readonly serviceMs: number
  readonly connections: number
  /** Highest rate at which runs were valid and answered; null = none. */
  readonly ratePerSecond: number | null
  /** Lowest rate at which they were not; null = none was tried that failed. */
  readonly beyondPerSecond: number | null
  readonly irregular: boolean
  /** That count. */
  readonly trials: number
  /** Further ones, not kept while other programs used the machine, and tried again. */
  readonly disturbed: number
  /** Not whole: the machine stayed busy, and the search ended with what it had. */
  readonly isWhole: boolean
  /** What was wrong in the last trial that failed; null = none did. */
  readonly reason: string | null
}

export interface Ratio {
  /** Hodges-Lehmann on logarithms. */
  readonly estimate: number
  /** 95 %. */
  readonly interval: { readonly lower: number; readonly upper: number } | null
}

/** `insufficient`: fewer pairs than a verdict needs. */
export type AgreementVerdict = 'agree' | 'differ' | 'inconclusive' | 'insufficient'

/** Our FHIR engine over autocannon, closed loop, the same target. */
export interface EngineAgreement {
  /** ISO 8601 UTC. */
  readonly at: string
  readonly connections: number
  readonly serviceMs: number
  /** Pairs in which both runs were valid and every request was accepted. */
  readonly pairs: number
  readonly pairsWanted: number
  /** Pairs that did not count. */
  readonly discarded: number
  /** Largest ratio that counts as agreement, and its inverse. */
  readonly margin: number
  /** Null without pairs. */
  readonly latencyP50: Ratio | null
  readonly throughput: Ratio | null
  readonly verdict: AgreementVerdict
}
