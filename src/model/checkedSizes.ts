/** From below one packet to a document, bytes: what a path swallows that loses the messages about its MTU shows in between. */
export const LADDER_BYTES = [200, 1_000, 1_300, 1_400, 1_500, 9_000, 64_000]

/** A document of 9 MB as base64: many windows of TCP one after the other. */
const MOST_BYTES = 12_000_000
/** Longer than what goes both ways. */
const LEAST_BYTES = 128_000
const LONGEST_SECONDS = 2

/**
 * Size of the one long message that proves a clone: what its slowest link carries in two seconds, within bounds.
 * @param rateMbit Mbit/s; null = unlimited
 */
export function longMessageBytes(rateMbit: number | null): number {
  const carried = rateMbit === null ? MOST_BYTES : (rateMbit * 1e6 * LONGEST_SECONDS) / 8
  return Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, carried)))
}

/** Least time that the messages of the first hospital take on its link, ms: in each direction what it sends, and the echoes of what it gets. */
export function messagesMs(rateMbit: number): number {
  const ladder = LADDER_BYTES.reduce((sum, bytes) => sum + bytes)
  return ((longMessageBytes(rateMbit) + 2 * ladder) * 8) / (rateMbit * 1_000)
}
