import type { Receiver } from './receiver.ts'

/** What one sender process did in its measured phase. */
export interface Measurement {
  /** Exchanges answered well in the measured phase. */
  readonly exchanges: number
  readonly measuredMs: number
  /** User and system CPU time of the sender process over the measured phase, ms. */
  readonly cpuMs: number
  /** Time runnable without a CPU as a share of the measured phase; null = this machine does not tell. */
  readonly starvedShare: number | null
  /** Exchanges answered over the whole life of the process, warm-up included. */
  readonly answered: number
}

/** Lengths of the phases of one measurement. */
export interface Phases {
  readonly warmupMs: number
  readonly measureMs: number
}

/** Where a sender sends to, and for how long. */
export interface Task {
  readonly port: number
  /** What listens there: it can be asked how far it is. */
  readonly receiver: Receiver
  readonly connections: number
  readonly phases: Phases
}

/** A program that sends as fast as replies come, one exchange at a time on each connection, in a process of its own. */
export interface Sender {
  /** `hl7bench`, or the package that it is. */
  readonly name: string
  readonly version: string
  /** @throws Error when the sender failed or was answered badly: then there is nothing to measure. */
  send(task: Task): Promise<Measurement>
}

/** One measurement of an interleaved series. */
export interface Observation {
  /** From 1. */
  readonly repetition: number
  /** Place within the repetition, from 1: drawn from the seed. */
  readonly place: number
  /** From 1; the last one counts. A disturbed measurement is done again, a few times. */
  readonly attempt: number
  readonly sender: string
  readonly exchangesPerSecond: number
  /** CPU time of the sender for each exchange, microseconds. */
  readonly cpuMicrosecondsPerExchange: number
  readonly starvedShare: number | null
  /** CPU time of the receiver for each exchange, microseconds. */
  readonly receiverMicrosecondsPerExchange: number
  /** Share of a core that the receiver needed: near 1, it was the limit and not the sender. */
  readonly receiverShare: number
  readonly receiverStarvedShare: number | null
  /** Sender or receiver had to wait for a core that others used: it was not the programs that limited this measurement. */
  readonly disturbed: boolean
  readonly exchanges: number
  readonly measuredMs: number
}
