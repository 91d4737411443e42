/** Smaller ones stay with their connection. */
const SHARED_FROM_BYTES = 64 * 1024
const MOST_IDLE_BYTES = 64 * 1024 * 1024

/**
 * Memory for frames that come in many chunks, shared by all connections of the process: a connection needs it only while such a frame
 * comes, and memory that was used before need not be mapped again.
 */
const idle: Uint8Array[] = []
let idleBytes = 0

/**
 * At least `bytes` of memory, with whatever is in it; `wanted` where there is none to reuse. The largest is taken first: how much of a
 * frame is still to come is not known, and each change to a larger one costs a copy of all that came before.
 */
export function takeHolding(bytes: number, wanted: number): Uint8Array {
  const largest = idle.reduce((best, { length }, i) => (best === -1 || length > idle[best]!.length ? i : best), -1)
  if (largest === -1 || idle[largest]!.length < bytes) return new Uint8Array(Math.max(bytes, wanted))
  const [holding] = idle.splice(largest, 1)
  idleBytes -= holding!.length
  return holding!
}

/** Gives memory back that is not needed now. @returns what the connection keeps: a small one is its own */
export function releaseHolding(holding: Uint8Array): Uint8Array {
  if (holding.length < SHARED_FROM_BYTES) return holding
  if (idleBytes + holding.length <= MOST_IDLE_BYTES) {
    idle.push(holding)
    idleBytes += holding.length
  }
  return NOTHING
}

export const NOTHING = new Uint8Array(0)

/** What connections that share a limit may still hold of frames whose end has not come, bytes. */
export interface Room {
  freeBytes: number
}

export const NO_LIMIT: Room = { freeBytes: Number.POSITIVE_INFINITY }
