import type { Certificate } from './certificate.ts'
import type { Compiler } from './compile.ts'
import type { Sender } from './measurement.ts'
import type { Processes } from './processes.ts'

/** Side by side: our generator and its peers, each alone on one core, against the same bare receiver on the other. */
export interface Bench {
  /** What each sender does, in a sentence. */
  readonly work: string
  readonly connections: number
  /** C program of `peers/`. */
  readonly receiver: string
  readonly tls: boolean
  senders(workshop: Workshop): Promise<Senders>
  /** What we are set against, in the order of the report. */
  readonly bars: readonly Bar[]
}

/** What the senders of a bench are made with. */
export interface Workshop {
  readonly processes: Processes
  readonly compiler: Compiler
  /** For files that live as long as the bench. */
  readonly folder: string
  /** The receiver's; null without TLS. */
  readonly certificate: Certificate | null
  readonly seed: number
}

export interface Senders {
  /** Ours first. */
  readonly present: readonly Sender[]
  /** Peers that are not installed, and what installs them. */
  readonly missing: readonly MissingPeer[]
}

export interface MissingPeer {
  readonly peer: string
  readonly remedy: string
}

export interface Bar {
  readonly peer: string
  /** Our exchanges per second as a multiple of the peer's: at least this; null = told, without a bar. */
  readonly atLeast: number | null
}
