import type { Ending, MllpConnection } from './mllpConnection.ts'

/** Bytes that answer a message; null = none, only what the connection ends with. */
export interface Reply {
  readonly connection: MllpConnection
  readonly answer: Uint8Array | null
  readonly ending: Ending
}
