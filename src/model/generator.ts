import type { AuthMaterial } from './auth.ts'
import type { Counts } from './counts.ts'
import type { ClockReading, Path } from './environment.ts'
import type { OutcomeCounts, Quantiles, Time } from './exchange.ts'
import type { FeedColumns, TimeToDrain } from './feeds.ts'
import type { Endpoint, Load, Phases } from './scenario.ts'
import type { TlsClientMaterial } from './tls.ts'

/** What a generator process is told, as one line of JSON on standard input. */
export interface GeneratorPlan {
  readonly load: Load
  /** Place of the load in the scenario, from 0: one base-36 digit of every identity. */
  readonly loadIndex: number
  /** This process is generator `index` of `load.generators`; it makes the arrivals i with i mod generators = index. */
  readonly index: number
  readonly target: Endpoint
  /** What its connections take in turn; absent = one way for all. */
  readonly paths?: readonly Path[]
  /** Path of the FHIR base on the target; empty for MLLP. */
  readonly basePath: string
  /** Null = no TLS. */
  readonly tls: TlsClientMaterial | null
  /** How a FHIR load gets access tokens; absent = it needs none. */
  readonly auth?: AuthMaterial
  readonly phases: Phases
  readonly seed: number
  /** Seed of the patients that the target holds; absent = `seed`. */
  readonly populationSeed?: number
  /** Six base-36 digits that head every identity of the run. */
  readonly runKey: string
  /** Wall clock of the run's start, ms since 1970: MSH-7 counts from it. */
  readonly epochMs: number
  /** Mean time between the messages of the load, ms: MSH-7 goes on by it. */
  readonly gapMs: number
  /** Compiled messages or operations (room `workload`), serialisable. */
  readonly content: unknown
  /** Scenario module to import for messages, requests and checks made of code; null when there are none. */
  readonly module: string | null
  /** Time between two ticks, ms. */
  readonly tickMs: number
  /** Whether messages are followed through the target: their intended times are told with the result. */
  readonly followed?: boolean
  /** Whether the response and the connection of every exchange are told with the result, beside its intended time. */
  readonly timed?: boolean
  /** Largest share of its time that the generator may spend spinning just before arrivals, 0 to 1. */
  readonly spinShare: number
}

/** Lines that a generator prints on standard output, in this order: ready, ticks, result (or error instead of either). */
export type GeneratorLine =
  | { readonly type: 'ready'; readonly connections: number }
  | ({ readonly type: 'tick' } & Tick)
  | ({ readonly type: 'result' } & GeneratorResult)
  | {
      readonly type: 'error'
      readonly stage: 'connect' | 'warmup' | 'measure' | 'drain'
      readonly message: string
      readonly fault: 'target' | 'generator' | 'input'
    }

/** What happened since the tick before. */
export interface Tick {
  /** ms from the start of the run. */
  readonly atMs: number
  readonly phase: 'warmup' | 'measure' | 'drain'
  readonly arrivals: number
  readonly accepted: number
  readonly failed: number
  readonly outstanding: number
  /** Response p50 and p99 of the exchanges ended in this tick, ms; null when there were none. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

export interface GeneratorResult {
  /** Arrivals whose intended time lies in the measured phase, by outcome. */
  readonly measured: OutcomeCounts
  /** The same for warm-up and measured phase together: the ledger's totals. */
  readonly total: OutcomeCounts
  /** Accepted replies whose end lies in the measured phase; with fixed work, all. */
  readonly acceptedInPhase: number
  /** Length of the measured phase; with fixed work, from the start to the last reply, or to the end where anything got none, ms. */
  readonly measuredMs: number
  /** HDR histograms (V2, base64) of the answered exchanges of the measured phase, in units of 100 ns. */
  readonly histograms: Readonly<Record<Time, string>>
  /** Arrivals of the measured phase without an answer: they count as infinitely slow. */
  readonly unanswered: number
  /** Counts by reason of everything that was not accepted: `timeout`, `ECONNRESET`, `AE`, `http 503`, `total 0`. */
  readonly reasons: Readonly<Record<string, number>>
  /** Alarms by name, for instance `total-above-expected`. */
  readonly alarms: Readonly<Record<string, number>>
  /** What the peer did that harms no exchange, by name: `stray-bytes`, `repeated-ack`. */
  readonly tolerated: Readonly<Record<string, number>>
  /** Coded errors of rejections, by description; beyond the first kinds `other`. Never a text or value of the peer's. */
  readonly ackErrors: Readonly<Record<string, number>>
  /** Failed dials by code. */
  readonly refusals: Readonly<Record<string, number>>
  readonly resends: number
  /** Of FHIR loads; absent = nothing of the kind was counted. */
  readonly counts?: Counts
  readonly redials: number
  /** TLS handshakes that were done, and those of them that resumed a session; null without TLS. */
  readonly handshakes: number | null
  readonly resumed: number | null
  readonly bytesOut: number
  readonly bytesIn: number
  /** One byte of state for each planned message (room `ledger`), deflated, base64. */
  readonly ledger: string
  /** Of a followed or timed load. */
  readonly timeline?: Timeline
  /** Of its connections; absent = the load has one only, or its messages belong to none. */
  readonly feeds?: FeedColumns
  /** Of its part of a backlog; absent = the load has none. */
  readonly drain?: TimeToDrain
  readonly health: GeneratorHealth
  /** Pauses of the event loop of 10 ms and more, over the same while as `health.pausedMs`: HDR histogram like `histograms`. */
  readonly pauses: string
  /** The hashing stage of the load; null when it has none. */
  readonly hash: HashStage | null
}

/** When each message was to be sent, on the clock that all processes of the machine share. */
export interface Timeline {
  /** Start of the run on the machine's monotonic clock, ms. */
  readonly startMachineMs: number
  /** How the generator's own clock relates to that one. */
  readonly clock: ClockReading
  /** Intended times from the start (room `ledger`), deflated, base64. */
  readonly intended: string
  /** Of a timed load: responses, like `intended`, NaN = no answer. */
  readonly responses?: string
  /** Of a timed load: the generator's link of each message (room `ledger`), deflated, base64. */
  readonly links?: string
}

/** Hashing that a load declares as the client's own work: timed apart from the exchanges. */
export interface HashStage {
  readonly iterations: number
  readonly threads: number
  /** Records hashed. */
  readonly records: number
  /** Time that the threads spent hashing, summed, ms. */
  readonly threadMs: number
  /** Of one hash, ms; null when there was none. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** What a process finds out about itself over a while; null = this machine does not tell. */
export interface Vitals {
  /** Event-loop delay, ms, from one second before the measured phase until the run's last exchange ended. */
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** Sum of the pauses of at least 10 ms in the same while, ms. */
  readonly pausedMs: number
  /** CPU seconds of the process per second of the measured phase. */
  readonly cpuShare: number
  /** Share of the measured phase in which the event loop waited neither for events nor for the next arrival, be it that it worked or stood still, 0 to 1. */
  readonly loopBusyShare: number
  /** Time runnable without a CPU per second of the measured phase. */
  readonly starvedShare: number | null
  /** Time that the host stole from all CPUs, as a share of their time. */
  readonly stolenShare: number | null
  readonly gcMs: number
  readonly gcMaxMs: number
  readonly maxRssBytes: number
}

/** The generator as a suspect: evidence that it was not the bottleneck. null = this machine does not tell. */
export interface GeneratorHealth extends Vitals {
  readonly pid: number
  readonly node: string
  /** Arrivals that were due by the end of the measured phase, and those made ready. */
  readonly due: number
  readonly ready: number
  readonly connectionsWanted: number
  readonly connectionsOpened: number
  /** Local errors (out of ports, descriptors or memory) by code: the generator's fault. */
  readonly localErrors: Readonly<Record<string, number>>
  readonly lag: Quantiles
}
