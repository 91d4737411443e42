import type { Reached } from '../../place.ts'

/** What a probe is told to do. */
export type ProbeRequest =
  /** Answer whoever connects. */
  | { readonly op: 'listen'; readonly ports: readonly number[] }
  /** Wait until the targets answer. */
  | { readonly op: 'ready'; readonly wanted: Reached; readonly timeoutMs: number }
  /** Send a message in an MLLP block and wait for what comes back. */
  | {
      readonly op: 'exchange'
      /** Address to speak from. */
      readonly from: string
      readonly host: string
      readonly port: number
      /** Base64. */
      readonly message: string
      readonly timeoutMs: number
    }
  /** Try all at once. */
  | { readonly op: 'try'; readonly attempts: readonly Attempt['plan'][]; readonly timeoutMs: number }

export type ProbeAnswer =
  | { readonly listening: number }
  | { readonly missing: string | null }
  /** Waiting for the targets is of no use; the message ends with the remedy. */
  | { readonly refused: string }
  | { readonly attempts: readonly Attempt['outcome'][] }
  | { readonly exchanged: Exchanged }
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
    /** Whether the other side is to send it back, too. */
    readonly echo?: boolean
  }
  readonly outcome:
    | {
        readonly state: 'answered'
        /** Address that the other side saw. */
        readonly seen: string
        /** Whether what arrived is what was sent, and what came back as well. */
        readonly whole: boolean
        readonly connectMs: number
        readonly wholeMs: number
      }
    | {
        readonly state: 'failed'
        readonly connected: boolean
        /** Whether the other side said that it has all of it: only the way back failed. */
        readonly delivered: boolean
        readonly reason: string
      }
}

/** Times since the request, ms; null = it was not come to. */
export interface Exchanged {
  readonly connectedMs: number | null
  readonly answeredMs: number | null
  /** What came back, block and all. */
  readonly reply: string
  /** Why there is no whole answer; null = there is. */
  readonly reason: string | null
}
