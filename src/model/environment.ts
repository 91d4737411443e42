import type { Case, PlannedRun } from './experiment.ts'
import type { Endpoint, FhirEndpoint, Scenario } from './scenario.ts'
import type { TlsClientMaterial } from './tls.ts'

/** Makes clones of one kind of environment and finds again what a crash left behind. */
export interface Provisioner {
  readonly kind: string
  /** Everything that would make `provision` fail, without side effects; empty = fine. */
  preflight(scenario: Scenario): Promise<readonly Problem[]>
  provision(scenario: Scenario, context: ProvisionContext): Promise<Clone>
}

export interface Problem {
  readonly what: string
  readonly remedy: string
}

export interface ProvisionContext {
  readonly experimentId: string
  /** `c0007`: unique in the experiment. */
  readonly cloneId: string
  readonly signal: AbortSignal
}

/** One provisioned copy of an environment. */
export interface Clone {
  readonly id: string
  readonly provisionMs: number
  /** Starts the target afresh, with state of its own; resolves when every protocol of the load answers. */
  start(run: PlannedRun, testCase: Case, folder: string, signal: AbortSignal): Promise<RunningTarget>
  /** Starts a generator process on the host that the load comes from. */
  spawnGenerator(load: number): Promise<GeneratorProcess>
  /** Idempotent. */
  release(): Promise<ReleaseReport>
}

export interface RunningTarget {
  readonly mllp: Endpoint | null
  readonly fhir: FhirEndpoint | null
  /** How each load of the scenario is to speak TLS, by its index; null = not at all. */
  readonly tls: readonly (TlsClientMaterial | null)[]
  readonly startMs: number
  /** Files with the receiver's own record of arrivals, by protocol; null when the target keeps none that we can read. */
  readonly arrivals: { readonly mllp: string | null; readonly fhir: string | null }
  /** Our own receivers behind the target, in the order of the scenario; empty when it does not forward. */
  readonly downstream: readonly RunningReceiver[]
  /** Set as soon as a process of the target ended by itself. */
  readonly ended: Promise<string>
  /** Ends the target's whole process tree, and then the receivers behind it. Idempotent. */
  stop(): Promise<void>
}

/** A receiver of ours behind a SUT that forwards. */
export interface RunningReceiver {
  readonly name: string
  readonly endpoint: Endpoint
  /** Its record of arrivals: complete but for what is still on the way, whole after `stop`. */
  readonly arrivalsFile: string
  readonly clock: ClockReading
}

/**
 * The relation of a process's clock to the one that all processes of a machine share. A process counts time from its own start, and knows
 * the wall clock as it was then, which may have been set or slewed since; CLOCK_MONOTONIC is the same for all.
 */
export interface ClockReading {
  /** Add it to the process's time origin and time since then to get the machine's monotonic clock, ms. */
  readonly toMachineMs: number
  /** Largest error of it, ms: half the time that the reading took. */
  readonly uncertaintyMs: number
}

/** A generator seen from the controller: lines in, lines out, end of input = stop. */
export interface GeneratorProcess {
  readonly pid: number
  readonly input: NodeJS.WritableStream
  readonly output: NodeJS.ReadableStream
  readonly errors: NodeJS.ReadableStream
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  kill(): void
}

export interface ReleaseReport {
  readonly releaseMs: number
  /** What could not be removed, with the remedy. */
  readonly leaks: readonly string[]
}
