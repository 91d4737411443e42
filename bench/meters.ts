/** What a C program of the bench tells about itself, over its whole life. */
export interface Meters {
  readonly exchanges: number
  /** Monotonic clock, the same for all processes of the machine. */
  readonly atMicroseconds: number
  readonly cpuMicroseconds: number
  /** Time runnable without a CPU; null = this machine does not tell. */
  readonly waitedMicroseconds: number | null
}

/** Time without a CPU between two readings as a share of it; null = this machine does not tell. */
export function starvedShareBetween(from: Meters, to: Meters): number | null {
  if (from.waitedMicroseconds === null || to.waitedMicroseconds === null) return null
  return (to.waitedMicroseconds - from.waitedMicroseconds) / (to.atMicroseconds - from.atMicroseconds)
}
