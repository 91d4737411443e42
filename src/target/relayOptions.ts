import type { Endpoint } from '../model/scenario.ts'

/** Where a relay forwards to. */
export interface RelayRoute extends Endpoint {
  /** Patterns of the message types that go there: `ADT^A0*`, `*`. */
  readonly types: readonly string[]
}

/**
 * What a relay does wrong, each on every n-th message that it takes, counted over all connections.
 * - `drop`: acknowledges and does not forward. - `duplicate`: forwards twice. - `corrupt`: forwards an altered body.
 * - `misroute`: forwards to every route, whatever its types.
 */
export const RELAY_FAULTS = ['drop', 'duplicate', 'corrupt', 'misroute'] as const
export interface RelayFault {
  readonly kind: (typeof RELAY_FAULTS)[number]
  readonly every: number
}

export interface RelayOptions extends Endpoint {
  readonly routes: readonly RelayRoute[]
  /** Connections to each route, one message in flight on each. */
  readonly connections: number
  /** Longest wait for a route's answer before the message is sent to it again, ms. */
  readonly timeoutMs: number
  /** Whether the sender is answered once the message is queued, or once every route has answered. */
  readonly acknowledges: 'before' | 'after'
  /** Whether MSH-10 is replaced by a control id of the relay's own, as interface engines do. */
  readonly rewritesId: boolean
  /** Time that a message waits in the relay before it is forwarded, ms. */
  readonly delayMs: number
  readonly faults: readonly RelayFault[]
}
