import type { AuthMaterial } from './auth.ts'
import type { DrillResult } from './drill.ts'
import type { Case, PlannedRun } from './experiment.ts'
import type { Endpoint, FhirEndpoint, Scenario } from './scenario.ts'
import type { TlsClientMaterial } from './tls.ts'
import type { TunnelEvent } from './tunnelEvent.ts'

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
  /** Until it stood, before any check of it. */
  readonly provisionMs: number
  /** Absent: the clone has no networks of its own. */
  readonly network?: NetworkFacts
  /** Listens to the gateways from now on, and reads what they use; absent: there are none. */
  watchGateways?(): GatewayWatch
  /** What passed on the links of the application and our gateways so far; absent: the clone has no networks of its own. */
  readLinks?(): Promise<readonly LinkCounters[]>
  /** Links of a limited rate, Mbit/s in each direction, and what passed on each so far; absent: there are none. */
  readonly limit?: { readonly rateMbit: number; read(): Promise<readonly LinkCounters[]> }
  /** What the scenario's drills add to it; absent: there are none. */
  readonly drills?: CloneDrills
  /** Starts the target afresh, with state of its own; resolves when every protocol of the load answers. */
  start(run: PlannedRun, testCase: Case, folder: string, signal: AbortSignal): Promise<RunningTarget>
  /** Starts a generator of a load, by default its first, on the host that it comes from. */
  spawnGenerator(load: number, index?: number): Promise<GeneratorProcess>
  /** Idempotent. */
  release(): Promise<ReleaseReport>
}

export interface RunningTarget {
  readonly mllp: Endpoint | null
  readonly fhir: FhirEndpoint | null
  /** How each load of the scenario is to speak TLS, by its index; null = not at all. */
  readonly tls: readonly (TlsClientMaterial | null)[]
  /** How each load gets access tokens, by its index; null = it needs none. */
  readonly auth: readonly (AuthMaterial | null)[]
  readonly startMs: number
  /** Files with the receiver's own record of arrivals, by protocol; null when the target keeps none that we can read. */
  readonly arrivals: { readonly mllp: string | null; readonly fhir: string | null }
  /** Our own receivers behind the target, in the order of the scenario; empty when it does not forward. */
  readonly downstream: readonly RunningReceiver[]
  /** Our receivers on the hosts of hospitals; absent: no load goes there. */
  readonly hospitals?: HospitalReceivers
  /** Of the built-in targets; absent: the target is not ours. */
  readonly pids?: readonly number[]
  /** Set as soon as a process of the target ended by itself. */
  readonly ended: Promise<string>
  /** Ends the target's whole process tree, and then the receivers behind it. Idempotent. */
  stop(): Promise<void>
}

/** The receivers on the hosts of hospitals, one on each. */
export interface HospitalReceivers {
  /** Of the first hospital; the paths of a generator name the others. */
  readonly endpoint: Endpoint
  /** Their records of arrivals. */
  readonly arrivals: readonly string[]
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

/** What a clone with networks of its own was made of and how, and what it proved to be. */
export interface NetworkFacts {
  readonly topology: string
  readonly hospitals: number
  readonly tunnels: number
  /** How this machine did it: `esp: libipsec`, `delay: relay`; only what the topology asks for. */
  readonly mechanisms: Readonly<Record<string, string>>
  /** From the first message of a key exchange to the last tunnel up, ms; null = no IPsec. */
  readonly tunnelsUpMs: number | null
  /** Empty when this clone was not checked. */
  readonly checks: readonly CheckResult[]
}

/** One point that a clone was to prove before any load. */
export interface CheckResult {
  /** `reachability`, `isolation` .. */
  readonly name: string
  readonly passed: boolean
  /** What was seen, in a sentence. */
  readonly evidence: string
}

/** What the drills of a scenario add to a clone while it is loaded, by their index. */
export interface CloneDrills {
  /** Takes from the clone what there is of it. */
  withhold(): Promise<void>
  /** Tries what only the drills are to make possible. Throws EnvironmentError where it is possible before. */
  proveClosed(): Promise<void>
  /** Adds one of them, and sends a message from its hospital. What does not come about is told in the result. */
  add(which: number, message: Uint8Array, identity: string): Promise<MachineTimed<Omit<DrillResult, 'felt'>>>
  /** Makes the clone what it was before `withhold`. Idempotent. */
  restore(): Promise<void>
}

/** Of one interface. Bytes are those of Ethernet frames. */
export interface LinkCounters {
  readonly host: string
  readonly device: string
  readonly packetsIn: number
  readonly packetsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
}

/** What passed on a link of a limited rate in the measured phase, by the kernel's counters, which have the headers of Ethernet in them as the limit has. */
export interface LinkLoad {
  readonly host: string
  readonly device: string
  /** Limit in each direction, Mbit/s. */
  readonly rateMbit: number
  readonly mbitPerSecondIn: number
  readonly mbitPerSecondOut: number
}

export interface GatewayWatch {
  /** What befell tunnels since the watch began, ms on the clock that all processes of the machine share; null = nobody tells (WireGuard). */
  events(): readonly MachineTimed<TunnelEvent>[] | null
  /** Of every daemon of a gateway, since it started. */
  readDaemons(): readonly GatewayReading[]
}

/** What a gateway's daemon has used so far. */
export interface GatewayReading {
  readonly pid: number
  readonly host: string
  readonly daemon: string
  /** To a hundredth of a second. */
  readonly cpuSeconds: number
  /** Resident memory, bytes. */
  readonly residentBytes: number
}

/** Timed by the clock that all processes of the machine share. */
export type MachineTimed<Event extends { readonly atMs: number }> = Omit<Event, 'atMs'> & { readonly machineMs: number }

/** What a gateway's daemon used in the measured phase of a run. What the kernel does for it is not in it. */
export interface GatewayUsage {
  readonly host: string
  readonly daemon: string
  /** CPU seconds per second of the measured phase. */
  readonly cpuShare: number
  /** Resident memory at its end, bytes. */
  readonly residentBytes: number
}

/** One way from a generator to a target; null = the system's choice, the target's own. */
export interface Path {
  readonly localAddress: string | null
  readonly host: string | null
  /** Name of the tunnel that it goes through; null = there is only one, or none. */
  readonly tunnel: string | null
  readonly port: number | null
}

/** A generator seen from the controller: lines in, lines out, end of input = stop. */
export interface GeneratorProcess {
  readonly pid: number
  /** What its connections take in turn; absent = one way for all. */
  readonly paths?: readonly Path[]
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
