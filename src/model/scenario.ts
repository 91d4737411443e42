import type { Downstream } from './downstream.ts'
import type { Drill } from './drill.ts'
import type { Fault } from './fault.ts'
import type { FhirLoad } from './fhirLoad.ts'
import type { NetnsEnvironment } from './netns.ts'
import type { TlsSettings } from './tls.ts'

export type { Fault } from './fault.ts'
export type { FhirLoad, FhirOperation, FhirResourceType, RetryPolicy } from './fhirLoad.ts'

/** Where a scenario says none. */
export const DEFAULT_SEED = 1

/** A validated scenario: every default filled in, every path absolute. What a user writes is `ScenarioInput` (room `scenario`). */
export interface Scenario {
  readonly name: string
  readonly description: string | null
  readonly environment: EnvironmentSpec
  readonly sut: Sut
  readonly load: readonly Load[]
  readonly phases: Phases
  /** What is done to each clone while it is measured; absent = nothing. */
  readonly drills?: readonly Drill[]
  /** SLO expressions by metric path, for instance `{ 'mllp.response.p99': '< 250 ms' }`, parsed. */
  readonly slo: readonly Slo[]
  /** Valid runs wanted per case. */
  readonly runs: number
  readonly seed: number
  readonly validity: ValidityLimits
  /** Hosts beyond loopback that may be loaded (exact names or addresses). */
  readonly allowHosts: readonly string[]
  /** Absolute file name of the scenario, or null when it was built from flags. */
  readonly file: string | null
}

export type EnvironmentSpec = ProcessEnvironment | NetnsEnvironment | AttachedEnvironment

/** Fresh processes on loopback; no root. `parallel` = blocks measured at once (they disturb each other: default 1). */
export interface ProcessEnvironment {
  readonly kind: 'process'
  readonly parallel: number
}

/** Servers that someone else owns: loaded, never started, never deleted. */
export interface AttachedEnvironment {
  readonly kind: 'attached'
  readonly parallel: 1
  readonly mllp: Endpoint | null
  readonly fhir: FhirEndpoint | null
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export interface FhirEndpoint extends Endpoint {
  /** Path prefix of the FHIR base, without a trailing slash: `/fhir`, or empty. */
  readonly basePath: string
}

/** What is measured: the built-in targets, or a command of the user's. */
export interface Sut {
  /** Command line (run by the shell) that starts the SUT in the foreground, or null for the built-in targets. */
  readonly start: string | null
  /** Command line (run by the shell in `cwd`) that builds the SUT, once before the first run; null = nothing to build. */
  readonly build: string | null
  /** Environment variables added to the SUT's own, and to `build`, `prepare` and `cleanup`. */
  readonly env: Readonly<Record<string, string>>
  /** Working folder of `start`, absolute. */
  readonly cwd: string
  /** Longest wait until every protocol of the load answers, ms. */
  readonly readyTimeoutMs: number
  /** Git work tree whose branch and commit the rows name, absolute; null = the folder of the scenario. */
  readonly repository: string | null
  /** Version of the project measured; null = read from pom.xml or package.json of the repository. */
  readonly version: string | null
  /** Path of the FHIR base under the SUT's port, without a trailing slash. */
  readonly fhirBasePath: string
  /** Our own receivers behind a SUT that forwards; null = it does not. */
  readonly downstream: Downstream | null
  /** Behaviour of the built-in targets; ignored with `start`. */
  readonly builtin: { readonly mllp: TargetBehaviour; readonly fhir: TargetBehaviour }
}

export interface TargetBehaviour {
  /** Time between the arrival of a request and its answer, drawn per request from the seed. */
  readonly serviceTime: ServiceTime
  readonly faults: readonly Fault[]
}

export interface ServiceTime {
  readonly distribution: 'constant' | 'exponential' | 'lognormal'
  /** Mean, ms; 0 = answer at once. */
  readonly meanMs: number
  /** Coefficient of variation of the log-normal; ignored by the others. */
  readonly cv: number
}

export interface Phases {
  readonly warmupMs: number
  /** Length of the measured phase; with fixed work, the longest time it may take. */
  readonly measureMs: number
  /** Longest wait for stragglers after the last arrival. */
  readonly drainMs: number
}

export const PROTOCOLS = ['mllp', 'fhir'] as const
export type Protocol = (typeof PROTOCOLS)[number]
export type Load = MllpLoad | FhirLoad

export interface LoadBase {
  /** Unique in the scenario; metrics are named by it. */
  readonly name: string
  /** Where its generators run; absent = where the system that calls the SUT is. `application`: beside the SUT, and receivers of ours at the hospitals are its targets. */
  readonly from?: 'application'
  /** Connections kept open (MLLP: the feeds), over all generators of the load. */
  readonly connections: number
  /** Most unanswered messages on one connection. */
  readonly window: number
  /** Generator processes that share the load. */
  readonly generators: number
  readonly workload: Workload
  /** Ack deadline counted from the send, ms. */
  readonly timeoutMs: number
  /** What becomes of a message whose fate is unknown (no ack in time, connection lost). */
  readonly onUnknown: 'drop' | 'resend'
  /** Most sends of one message, the first included. */
  readonly maxAttempts: number
  /** How precisely arrivals are hit: `spin` burns CPU just before an arrival, `sleep` never, `auto` spins where a core is free. */
  readonly pacing: 'auto' | 'spin' | 'sleep'
  /** Null = no TLS. */
  readonly tls: TlsSettings | null
  /** What the load takes for granted without a source, in words; every report says so. */
  readonly assumed: readonly string[]
}

export interface MllpLoad extends LoadBase {
  readonly protocol: 'mllp'
  /** What carries the messages: MLLP, blocks with a checksum (HLLP), or HTTP (POST, the acknowledgement in the reply). */
  readonly transport: MllpTransport
  /** How HLLP blocks are checked; of no effect otherwise. */
  readonly checksum: HllpChecksum
  /** `enhanced`: the receiver commits a message first and answers it later; MSH-15 and MSH-16 ask for both. */
  readonly acknowledgement: 'original' | 'enhanced'
  /**
   * What becomes of a message that was refused with AE, CE or a NAK, which may be sent again unchanged (AR and CR may not: HL7 table 0008).
   */
  readonly onRejected: 'drop' | 'resend'
  /** Path that messages are posted to with transport `http`; of no effect otherwise. */
  readonly path: string
  readonly messages: MessagesSpec
}

export type MllpTransport = 'mllp' | 'hllp' | 'http'

/** Exclusive or of all characters, their sum modulo 256, or 999 = not checked. */
export type HllpChecksum = 'xor' | 'sum' | 'none'

/**
 * Open: arrivals follow a schedule whatever the replies. Closed: the next send waits for a reply.
 * `records` = a fixed amount of work: stop after that many; null = run for the measured phase.
 */
export type Workload = OpenWorkload | ClosedWorkload

export interface OpenWorkload {
  readonly kind: 'open'
  readonly arrivals: 'constant' | 'poisson'
  /** Over all connections of the load, or with `perFeed` of each; with stages, the rate that the first begins at. */
  readonly ratePerSecond: number
  /** Absent = one rate. At most one of stages, burst and curve is there; all begin with the measured phase. */
  readonly stages?: readonly RateStage[]
  /** Times that the stages are gone through; absent = once. Then the last rate is kept. */
  readonly repeat?: number
  readonly burst?: RateBurst
  /** Multiples of the rate, each for an equal part of the measured phase. */
  readonly curve?: readonly number[]
  /** Each feed has a schedule of its own: its own Poisson process, or a phase of its own. */
  readonly perFeed?: true
  /** Messages of each feed that are due at once when the measured phase begins; before it the load is silent. */
  readonly backlogPerFeed?: number
  readonly records: number | null
  /** Arrivals that may wait or be in flight at once; beyond it an arrival is dropped (counted, never sent). */
  readonly maxOutstanding: number
}

/** A linear ramp from the rate before to `ratePerSecond`; of no length, a step. */
export interface RateStage {
  readonly durationMs: number
  readonly ratePerSecond: number
}

/** In every period of `everyMs`, the last `durationMs` at `factor` times the rate. */
export interface RateBurst {
  readonly factor: number
  readonly durationMs: number
  readonly everyMs: number
}

export interface ClosedWorkload {
  readonly kind: 'closed'
  /** Pause of a connection between a reply and its next send, ms; with `think: 'exponential'` its mean. */
  readonly thinkMs: number
  /** Absent = constant. */
  readonly think?: 'exponential'
  readonly records: number | null
}

export type MessagesSpec =
  | {
      readonly kind: 'mix'
      /** HL7 version written to MSH-12. */
      readonly version: Hl7Version
      /** Weights by message type, for instance `{ 'ADT^A01': 5, 'ORU^R01': 3 }`. */
      readonly mix: Readonly<Record<string, number>>
      /** `template` = as the template is; bytes = exactly that size, where the message can be as small. */
      readonly sizes: 'template' | number | SizeLadder | SizeMixture
      /** Of the names and addresses, declared in MSH-18. */
      readonly charset: Charset
      /** Number of distinct patients. */
      readonly population: number
      /** Exponent of Zipf's law over the patients of the encounters; 0 = each comes as often as any other. */
      readonly skew: number
    }
  /** Absolute file names of HL7 files (one or many messages each). */
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** `messages` is a function of the scenario module: `(index, random) => string`. */
  | { readonly kind: 'code' }

export type Charset = 'ascii' | '8859/1' | 'utf-8'

/** Exact sizes in bytes: each once in a round, or drawn by weight. */
export interface SizeLadder {
  readonly ladder: readonly number[]
  /** null = in rounds of all sizes, each from a drawn place on. */
  readonly weights: readonly number[] | null
}

/** Sizes in bytes, shares of all messages, 0 to 1. */
export interface SizeMixture {
  /** Log-normal; `sigma` of the logarithm. */
  readonly body: { readonly meanBytes: number; readonly sigma: number }
  /** Uniform. */
  readonly large: SizeRange
  /** Log-uniform, in MDM and ORU only. */
  readonly document: SizeRange
}

export interface SizeRange {
  readonly share: number
  readonly minBytes: number
  readonly maxBytes: number
}

export type Hl7Version = '2.3' | '2.3.1' | '2.4' | '2.5' | '2.5.1' | '2.6' | '2.7' | '2.8'

export interface ValidityLimits {
  /** Largest p50 of lag as a share of p50 of response; less than 0.2 ms is never too much. */
  readonly maxLagShare: number
  /** Smallest share of due arrivals that were made ready. */
  readonly minReadyShare: number
  /** Longest pause of the generator's event loop, ms. */
  readonly maxPauseMs: number
  /** Most CPU time that a closed-loop generator may use or wait for, seconds per second of the measured phase; and the largest share of it in which the event loop of any may be busy. */
  readonly maxCpuShare: number
  /** Largest share of the measured phase that a generator may have been runnable without a CPU, in pauses, or collecting garbage. */
  readonly maxStarvedShare: number
}

export interface Slo {
  /** Path of the metric, for instance `mllp.response.p99` or `audit.lost`. */
  readonly metric: string
  readonly operator: '<' | '<=' | '=' | '>=' | '>'
  /** In the metric's own unit: ms, per second, a count or a ratio. */
  readonly limit: number
  /** As the user wrote it. */
  readonly text: string
}
