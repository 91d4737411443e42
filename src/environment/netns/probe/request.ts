import type { Reached } from '../../place.ts'

/** What a probe is told to do. */
export type ProbeRequest =
  /** Answer whoever connects. */
  | { readonly op: 'listen'; readonly ports: readonly number[] }
  /** Try all at once. */
  /** Wait until the targets answer. */
  | { readonly op: 'ready'; readonly wanted: Reached; readonly timeoutMs: number }
  | { readonly op: 'try'; readonly attempts: readonly Attempt['plan'][]; readonly timeoutMs: number }

export type ProbeAnswer =
  | { readonly listening: number }
  | { readonly missing: string | null }
  /** Waiting for the targets is of no use; the message ends with the remedy. */
  | { readonly refused: string }
  | { readonly attempts: readonly Attempt['outcome'][] }
  | { readonly error: string }

export interface Attempt {
  readonly plan: {
    /** Address to speak from; null = the system's choice. */
    readonly from: string | null
    readonly host: string
    readonly port: number
    /** Size of what is sent, and the text that it repeats. */
    readonly bytes: number
    readonly fill: string
  }
  readonly outcome:
    | {
        readonly state: 'answered'
        /** Address that the other side saw. */
        readonly seen: string
        /** Whether what arrived is what was sent. */
        readonly whole: boolean
        readonly connectMs: number
        readonly wholeMs: number
      }
    | { readonly state: 'failed'; readonly connected: boolean; readonly reason: string }
}
