import type { Task } from '../measurement.ts'
import type { Receiver } from '../receiver.ts'

/** How late arrivals were begun, microseconds after their intended time. */
export interface Lag {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** What a contender found out about one while of its load; null = it does not tell. */
export interface Pace {
  readonly lag: Lag | null
  /** Well answered in the measured phase; null for the loop that sends nothing. */
  readonly achievedPerSecond: number | null
  /** Arrivals that were never begun, and their share, over the whole life of the process. */
  readonly dropped: { readonly count: number; readonly share: number } | null
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null } | null
  readonly cpuShare: number
  readonly starvedShare: number | null
  /** CPU time that the host took from the machine; null also = not asked for. */
  readonly stolenShare: number | null
}

/** An open load at a rate. */
export interface RateTask extends Omit<Task, 'receiver'> {
  readonly ratePerSecond: number
}

export interface Contender {
  readonly name: string
  readonly version: string
  /** What its latency counts from, and what it does when it is late. */
  readonly tells: string
  /** Whether a receiver is started for it. */
  readonly exchanges: boolean
  keepPace(task: RateTask, receiver: Receiver | null): Promise<Pace>
}
