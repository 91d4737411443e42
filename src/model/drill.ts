import type { Felt } from './tunnelEvent.ts'

export const DRILLS = ['add-tunnel'] as const

/** Something done to a clone while a run is measured. */
export interface Drill {
  /** From the start of the measured phase, ms. */
  readonly atMs: number
  /** `add-tunnel`: a hospital gets its connection, its port and its tunnel only then; until then it has none, and sends nothing. */
  readonly do: (typeof DRILLS)[number]
}

export const DRILL_STEPS = ['configurationLoaded', 'firewallOpened', 'tunnelUp', 'connected', 'firstAck'] as const
export type DrillStep = (typeof DRILL_STEPS)[number]

/** When each step was done, ms since the drill began; null = it was not come to. */
export type DrillSteps = Readonly<Record<DrillStep, number | null>>

export interface DrillResult {
  readonly do: Drill['do']
  readonly tunnel: string
  /** When it began, ms from the start of the run, warm-up included. */
  readonly atMs: number
  readonly steps: DrillSteps
  /** Why it went no further; null = to its end. */
  readonly error: string | null
  /** By load that was timed exchange by exchange. */
  readonly felt: readonly DrillFelt[]
}

/** Response of the others' exchanges of the measured phase, by when they were meant to be sent. */
export interface DrillFelt {
  readonly load: string
  /** Time from the start of the drill that counts as during it, ms. */
  readonly windowMs: number
  readonly during: Felt
  readonly before: Felt
}
