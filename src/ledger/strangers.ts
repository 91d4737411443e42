/** Arrivals that nobody planned. */
export interface Strangers {
  count: number
  /** Arrivals that the receiver recognised as repeats, and reads that came again. */
  repeats: number
  readonly examples: string[]
}

/** Identities kept for each finding. */
export const EXAMPLES = 20

export const noStrangers = (): Strangers => ({ count: 0, repeats: 0, examples: [] })

export function noteStranger(strangers: Strangers, identity: string): void {
  strangers.count++
  if (strangers.examples.length < EXAMPLES) strangers.examples.push(identity)
}

/** All of them as one. */
export function sumOfStrangers(all: readonly Strangers[]): Strangers {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    repeats: all.reduce((sum, { repeats }) => sum + repeats, 0),
    examples: all.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
  }
}
