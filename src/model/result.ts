import type { Audit } from './audit.ts'
import type { Counts } from './counts.ts'
import type { DrillResult } from './drill.ts'
import type { GatewayUsage, LinkCounters, LinkLoad, NetworkFacts } from './environment.ts'
import type { OutcomeCounts, Quantiles, Time } from './exchange.ts'
import type { PlannedRun } from './experiment.ts'
import type { FeedFigures, TimeToDrain } from './feeds.ts'
import type { GeneratorHealth, HashStage, Tick } from './generator.ts'
import type { Protocol } from './scenario.ts'
import type { Around, TunnelEvent } from './tunnelEvent.ts'

export type Stage = 'provision' | 'prepare' | 'start' | 'connect' | 'warmup' | 'measure' | 'drain' | 'audit' | 'cleanup'

interface RunHeader {
  readonly run: PlannedRun
  /** ISO 8601 UTC. */
  readonly startedAt: string
  readonly cloneId: string | null
  /** Of the clone; absent: it has no networks of its own, or was not provisioned. */
  readonly network?: NetworkFacts
  readonly timings: RunTimings
}

export interface RunTimings {
  readonly provisionMs: number | null
  readonly startMs: number | null
  readonly releaseMs: number | null
  readonly wholeMs: number
}

interface Measured {
  readonly loads: readonly LoadResult[]
  readonly audit: Audit
  /** Of the daemons of the clone's gateways; absent where there are none. */
  readonly gateways?: readonly GatewayUsage[]
  /** What passed on the links of the application and our gateways once connections were open, warm-up and drain included; absent where clones have no networks of their own. */
  readonly links?: readonly LinkCounters[]
  /** What passed on links of a limited rate in the measured phase; absent where there are none. */
  readonly limited?: readonly LinkLoad[]
  /** What befell the tunnels; absent: there are none, or nobody tells. */
  readonly tunnelEvents?: readonly TunnelEvent[]
  /** By load, where exchanges were timed one by one. */
  readonly around?: readonly Around[]
  /** In the order of the scenario; absent: there were none. */
  readonly drills?: readonly DrillResult[]
}

/** One run. `valid`: counts in the sample. `invalid`: the generator was the limit. `failed`: it could not be measured. */
export type RunResult =
  | (RunHeader & Measured & { readonly state: 'valid' })
  | (RunHeader & Measured & { readonly state: 'invalid'; readonly reasons: readonly string[] })
  | (RunHeader & {
      readonly state: 'failed'
      readonly stage: Stage
      readonly error: string
      /** Whose doing: a run that the target failed is kept and counted; one that the harness or the environment failed is replaced. */
      readonly fault: 'target' | 'environment' | 'harness'
    })

/** One load of one run, its generators merged. */
export interface LoadResult {
  readonly load: string
  readonly protocol: Protocol
  readonly workload: 'open' | 'closed'
  /** Arrivals asked for per second; null for closed loops and fixed work. */
  readonly intendedPerSecond: number | null
  readonly measured: OutcomeCounts
  readonly total: OutcomeCounts
  /** Accepted replies that ended in the measured phase, per second. */
  readonly throughputPerSecond: number
  readonly acceptedInPhase: number
  readonly measuredMs: number
  /** Share of the measured arrivals that was not accepted, 0 to 1; null when there were none. */
  readonly errorRatio: number | null
  readonly quantiles: Readonly<Record<Time, Quantiles>>
  readonly meanResponseMs: number | null
  /** HDR histograms, V2 base64, units of 100 ns. */
  readonly histograms: Readonly<Record<Time, string>>
  readonly reasons: Readonly<Record<string, number>>
  readonly alarms: Readonly<Record<string, number>>
  /** What the peer did that harms no exchange, by name. */
  readonly tolerated: Readonly<Record<string, number>>
  /** Coded errors of rejections, by description. */
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
  readonly generators: readonly GeneratorHealth[]
  /** The hashing stage of the load; null when it has none. */
  readonly hash: HashStage | null
  readonly ticks: readonly Tick[]
  /** Of an MLLP load over several connections; absent otherwise. */
  readonly feeds?: FeedFigures
  /** Absent = the load has no backlog. */
  readonly drain?: TimeToDrain
  /** From the intended time to the arrival behind a SUT that forwards; absent when it does not. */
  readonly endToEnd?: EndToEnd
}

/** Times over every message of the measured phase that was to arrive somewhere; one that did not is infinitely slow. */
export interface EndToEnd {
  readonly quantiles: Quantiles
  readonly meanMs: number | null
  /** HDR histogram of those that arrived, V2 base64, units of 100 ns. */
  readonly histogram: string
  readonly arrived: number
  readonly missing: number
  /**
   * Where processes read their own clocks: the largest difference between a receiver's and a generator's, which is taken out by the clock
   * that all processes of a machine share, and how far a time may be off for it, ms.
   */
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number }
}
