import type { RunResult } from './result.ts'

/** What a search for the capacity raises: messages a second of a load, its connections, or the hospitals of a hub. */
export const SEARCHED = ['rate', 'feeds', 'tunnels'] as const
export type Searched = (typeof SEARCHED)[number]

/** What is searched for, and how thoroughly. */
export interface CapacityAim {
  readonly over: Searched
  /** Name of the load that is raised. */
  readonly load: string
  /** What the scenario itself asks for of that. */
  readonly own: number
  readonly leastLoad: number
  readonly firstLoad: number
  readonly mostLoad: number
  /** Largest loss ratio of a load that is kept up with, 0 to below 1. */
  readonly lossRatio: number
  /** Length of a full trial, s. */
  readonly trialSeconds: number
  /** Trial time that decides about a load, s. */
  readonly sumSeconds: number
  /** Share of the trial time that may be bad, 0 to below 1. */
  readonly exceedRatio: number
  /** Largest ratio of the upper bound to the lower, less 1. */
  readonly widthRatio: number
  /** Independent clones, a search on each. */
  readonly clones: number
}

/** What makes an experiment a search. */
export interface CapacityPlan {
  readonly aim: CapacityAim
  /** Id of the case without a VPN, by id of the case that is set against it. */
  readonly references: Readonly<Record<string, string>>
}

/** A run at one load. */
export interface CapacityTrial {
  readonly load: number
  readonly seconds: number
  /** 0 to 1; null: the trial does not count. */
  readonly lossRatio: number | null
  /** The load got through while it was offered; asked of full trials only, true of shorter ones. */
  readonly isSustained: boolean
  /** SLOs that it missed, the limits of its loss ratio apart: `mllp.response.p50 < 1 ms`. Asked of full trials only, none of shorter ones. */
  readonly missed: readonly string[]
  /** The load was kept up with: within the loss ratio, sustained, and no SLO missed. */
  readonly isKept: boolean
  /** The generator was the limit, twice in a row at this load. */
  readonly isGeneratorBound: boolean
  readonly result: RunResult
}

/** What a trial makes of the SLOs beside its losses. */
export interface SloFindings {
  readonly missed: readonly string[]
  /** The generator's lag is so large a part of a figure that it cannot be told whether it meets its SLO. */
  readonly isUnclear: boolean
}

/** The search of one case on one clone. */
export interface CapacitySearch {
  readonly caseId: string
  /** From 0. */
  readonly clone: number
  /** Largest load kept up with, messages a second, feeds or tunnels; null: none was. */
  readonly lower: number | null
  /** Smallest load not kept up with; null: none was found. */
  readonly upper: number | null
  /** A load above the upper bound was kept up with. */
  readonly irregular: boolean
  readonly trials: readonly CapacityTrial[]
  /** `generator-bound`: beyond the lower bound the generator was the limit. `open`: nothing up to the largest load was too much. */
  readonly ended: 'found' | 'open' | 'generator-bound' | 'cut short' | 'failed'
}
