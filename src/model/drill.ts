import type { Felt } from './tunnelEvent.ts'

export const DRILLS = ['add-tunnel', 'add-port'] as const
export type DrillName = (typeof DRILLS)[number]
export const MOST_DRILLS = 16

/** Something done to a clone while a run is measured. */
export interface Drill {
  /** From the start of the measured phase, ms. */
  readonly atMs: number
  /**
   * `add-tunnel`: a hospital gets its connection, its port and its tunnel only then; until then it has none, and sends nothing.
   * `add-port`: a port of the application that nobody could reach is opened for a hospital that has its tunnel already.
   */
  readonly do: DrillName
}

/** In the order in which they are come to. */
export const DRILL_STEPS = ['configurationLoaded', 'firewallOpened', 'tunnelUp', 'connected', 'firstAck'] as const
export type DrillStep = (typeof DRILL_STEPS)[number]

/** When each step was done, ms since the drill began; null = it was not come to, absent = the drill has no such step. */
export type DrillSteps = Readonly<Partial<Record<DrillStep, number | null>>>

export interface DrillResult {
  readonly do: DrillName
  /** That the message went through. */
  readonly tunnel: string
  /** Port of the application that the message went to. */
  readonly port: number
  /** What came of a connection to that port that was tried before any load. */
  readonly closedBefore: string
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
  /** Time from the start of the drill that counts as during it, ms: no longer than the measured phase went on. */
  readonly windowMs: number
  readonly during: Felt
  /** Of the time before it that is not during another drill. */
  readonly before: Felt
}
