import type { Calibration } from '../../model/calibration.ts'
import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import type { GatewayUsage } from '../../model/environment.ts'
import type { ExperimentPlan } from '../../model/experiment.ts'
import type { Provenance } from '../../model/row.ts'
import type { Slo } from '../../model/scenario.ts'
import type { Scalability } from '../../stats/usl.ts'
import type { CalibratedShare } from '../calibration/share.ts'
import type { ExitReason, Figure, ReportCommands } from '../experiment.ts'
import type { NetworkReport } from '../network.ts'

/** All that a report of a capacity is made of. */
export interface CapacityInput {
  readonly plan: ExperimentPlan
  readonly searches: readonly CapacitySearch[]
  /** Messages a second that are planned for; null = not named. */
  readonly peakPerSecond: number | null
  /** What is missing because time ran out or the search was interrupted, ms; null = nothing. */
  readonly missingMs: number | null
  readonly interrupted: boolean
  /** ISO 8601 UTC. */
  readonly startedAt: string
  readonly wholeMs: number
  readonly environmentId: string
  readonly provenance: Provenance
  readonly files: { readonly rows: string; readonly folder: string; readonly html: string }
  readonly commands: ReportCommands
  /** Of the machine that it ran on; null: it was not calibrated. */
  readonly calibration: Calibration | null
  readonly leaks: readonly string[]
}

/** What every format prints: plain data, fit for JSON. */
export interface CapacityReport extends Omit<CapacityInput, 'plan' | 'searches' | 'interrupted' | 'calibration'> {
  readonly id: string
  readonly seed: number
  readonly aim: CapacityAim
  readonly name: string
  /** The result in one sentence. */
  readonly answer: string
  readonly slos: readonly Slo[]
  /** SLOs that the search does not hold to, as it raises itself what they ask for: `mllp.throughput > 100 /s`. */
  readonly notHeldTo: readonly string[]
  readonly cases: readonly CapacityCase[]
  readonly exit: ExitReason
}

export interface CapacityCase {
  readonly id: string
  readonly levels: Readonly<Record<string, string | number | boolean>>
  readonly digest: string
  /**
   * `at least`: the median is of clones for which nothing was too much. `generator-bound`: so it is, and the generator was why on half of those or more.
   * `below`: not even the least load was kept up with. `none`: no search came to its end.
   */
  readonly kind: 'found' | 'at least' | 'generator-bound' | 'below' | 'none'
  /** Largest load kept up with: the capacity. */
  readonly lower: Bound
  /** Smallest load not kept up with. */
  readonly upper: Bound
  /** Clones whose search came to its end, and those of them that kept up with a load above one that they did not keep up with. */
  readonly clones: number
  readonly irregular: number
  /** null: nothing was kept up with. */
  readonly atAnswer: AtAnswer | null
  /** SLOs that have no figure at that load, with why; none where nothing was kept up with. */
  readonly unmeasured: readonly string[]
  readonly bottleneck: Bottleneck
  /** What passed of the load that is raised, in messages a second / the planned peak; null where one is not known. */
  readonly headroom: number | null
  /** The same by the lower end of the interval, below 6 clones by the least of them: from 1 on the peak is shown to be carried. */
  readonly headroomShown: number | null
  /** Whose clones that is; null where no peak is planned, or nothing is known of it. */
  readonly peakClones: PeakClones | null
  /** Of the case without a VPN that it is set against; null = there is none. */
  readonly referenceId: string | null
  readonly price: CapacityPrice | null
  /** Set against the same load without a VPN; null where there is none that both kept up with. */
  readonly added: AddedLatency | null
  /** null where there are none. */
  readonly tunnels: TunnelsReport | null
  /** The load that is raised, at the answer, beside what the generator did when this machine was calibrated; absent where there is nothing to set it against. */
  readonly calibrated?: CalibratedShare
  /** A hint: fitted to what got through by feeds or tunnels. null over rates, and below 6 loads. */
  readonly scalability: Scalability | null
  readonly searches: readonly SearchReport[]
  readonly network?: NetworkReport
}

/** Clones that tell whether the planned peak is carried. */
export interface PeakClones {
  readonly counted: number
  /** Of those: cut short, after they had failed at the peak or below it. */
  readonly cutShort: number
}

/** Over the clones; null = not known. */
export interface Bound {
  readonly median: number | null
  /** Order-statistic interval of the median, 95 %; null below 6 clones. An end that is null lies below or above every load known. */
  readonly interval: { readonly lower: number | null; readonly upper: number | null } | null
}

/** Medians over the clones, of the longest trial at the largest load kept up with. */
export interface AtAnswer {
  readonly messagesPerSecond: number
  /** Of the load that is raised: what was offered a second, and of that what was answered while it was offered. */
  readonly offeredPerSecond: number
  readonly passedPerSecond: number
  /** Payload of connections, TLS included, and no headers of TCP, IP or a VPN. */
  readonly mbitPerSecondOut: number
  readonly mbitPerSecondIn: number
  /** null: among the unanswered. */
  readonly responseP99Ms: number | null
  /** At the application and our gateways, as the kernel counts; empty where clones have no networks of their own. */
  readonly links: readonly LinkUse[]
  /** Empty where there are no gateways. */
  readonly gateways: readonly GatewayUsage[]
  /** Whether the receiver's own record was there to audit against. */
  readonly isAudited: boolean
}

/** Headers of IP, TCP and a VPN included. */
export interface LinkUse {
  readonly host: string
  readonly device: string
  readonly packetsPerSecondIn: number
  readonly packetsPerSecondOut: number
  readonly mbitPerSecondIn: number
  readonly mbitPerSecondOut: number
}

export interface AddedLatency {
  readonly load: number
  /** null: among the unanswered. */
  readonly p50Ms: Added | null
  readonly p99Ms: Added | null
}

/** Hodges-Lehmann over the clones, with its distribution-free interval, 95 %; null where there are too few. */
export interface Added {
  readonly ms: number
  readonly interval: { readonly lower: number; readonly upper: number } | null
  readonly pairs: number
}

export interface TunnelsReport {
  /** By number of tunnels, medians over the clones that had so many. */
  readonly at: readonly {
    readonly tunnels: number
    readonly clones: number
    /** From the first message of a key exchange to the last tunnel up; null = no IPsec. */
    readonly upMs: number | null
    readonly perSecond: number | null
    /** Of the largest daemon; null = not measured. */
    readonly residentBytes: number | null
  }[]
  /** Slope of the largest daemon's memory over the number of tunnels, with its 95 % t interval; null where one number of them was there. */
  readonly bytesPerTunnel: { readonly estimate: number; readonly lower: number; readonly upper: number } | null
}

export interface Bottleneck {
  readonly what: 'gateway' | 'generator' | 'link' | 'target' | 'not told'
  readonly evidence: string
}

export interface CapacityPrice {
  readonly referenceId: string
  /** Clones on which both are known. */
  readonly pairs: number
  /** Capacity / that of the reference, Hodges-Lehmann on logarithms; null where it is not told. */
  readonly ratio: number | null
  /** 95 %; null where there are too few pairs, and an end that is not known. */
  readonly interval: { readonly lower: number | null; readonly upper: number | null } | null
  /** What is known of the ratio: itself, or only what it is at most or at least, as one of the capacities is only known to be at least so much. */
  readonly kind: 'exact' | 'at most' | 'at least' | 'not told'
  /** Where searches ended that found nothing too much: at the generator's own limit, at the largest load. */
  readonly limits: readonly ('generator' | 'most')[]
}

export interface SearchReport {
  /** From 1. */
  readonly clone: number
  readonly lower: number | null
  readonly upper: number | null
  readonly irregular: boolean
  readonly ended: CapacitySearch['ended']
  /** Clones that its trials ran on: more than one where it was resumed, or where the load is a part of the clone. */
  readonly clones: number
  readonly trials: readonly {
    readonly runId: string
    readonly load: number
    readonly seconds: number
    /** null: the run does not count. */
    readonly lossRatio: number | null
    /** The load got through while it was offered; asked of full trials only, true of shorter ones. */
    readonly isSustained: boolean
    /** SLOs that it missed, the limits of its loss ratio apart; asked of full trials only. */
    readonly missed: readonly string[]
    /** The load was kept up with. */
    readonly isKept: boolean
    /** Accepted, over all loads; null: it failed. */
    readonly messagesPerSecond: number | null
    /** Of the load that is raised; null: it failed. */
    readonly responseP99: Figure | null
    readonly state: 'valid' | 'invalid' | 'failed'
    /** Why it is invalid or failed; empty otherwise. */
    readonly reasons: readonly string[]
  }[]
}
