import type { DrillName, DrillStep } from '../../../model/drill.ts'
import type { Hospital } from '../../../model/topology.ts'

/** What a drill adds to a site that stands, and from where a message proves it. */
export interface Addition {
  readonly do: DrillName
  readonly hospital: Hospital
  readonly tunnel: string
  /** Port of the application that can be reached from there only once all stages are given. */
  readonly port: number
  /** Whether it is there while nothing is drilled: a tunnel is, a spare port is not. */
  readonly isThere: boolean
  /** In the order in which they are given; taken in the opposite one. */
  readonly stages: readonly Stage[]
}

export interface Stage {
  readonly step: DrillStep
  /** Also where it was given in part. Throws EnvironmentError with the reason of whoever refused. */
  give(): Promise<void>
  take(): Promise<void>
}
