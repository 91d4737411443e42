/** Something that befell a tunnel while a run was under way. */
export interface TunnelEvent {
  readonly tunnel: string
  /** Keys renewed: of the traffic, or of IKE itself. */
  readonly what: 'child-rekey' | 'ike-rekey'
  /** When our gateway told of it, ms from the start of the run, warm-up included. */
  readonly atMs: number
}

/** What the exchanges of a load felt of the events of their tunnels. */
export interface Around {
  readonly load: string
  /** Those meant to be sent at most this long before or after one, ms. */
  readonly windowMs: number
  readonly within: Felt
  readonly rest: Felt
}

export interface Felt {
  /** Of the measured phase. */
  readonly exchanges: number
  /** Response, ms; null = there were none, or it lies among those that got no answer. */
  readonly p99Ms: number | null
  /** Then it lies above this: the deadline, and the slowest answer; null otherwise. */
  readonly p99AboveMs: number | null
  readonly unanswered: number
}
