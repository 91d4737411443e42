import type { Endpoint } from '../model/scenario.ts'

/** The other side of a connection. */
export interface Remote extends Endpoint {
  /** Address of this side; absent = the system's choice. */
  readonly localAddress?: string
}
