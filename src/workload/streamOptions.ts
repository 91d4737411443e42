/** What makes the messages or requests of a load: the same options give the same bytes for every index. */
export interface StreamOptions {
  /** Seed of the data. */
  readonly seed: number
  /** Seed of the patients that a FHIR target must hold; default that of the data. */
  readonly populationSeed?: number
  /** Six base-36 digits: head of every identity. */
  readonly runKey: string
  /** Place of the load in the scenario, 0 to 35. */
  readonly loadIndex: number
  /** Wall clock of the run's start, ms since 1970. Message i is of this plus i times `gapMs`, see `timeOfMessage`; FHIR requests carry no time of it. */
  readonly epochMs: number
  /** Mean time between the messages of the load, ms, see `meanGapMs`. */
  readonly gapMs: number
}

/** Time of message `index`, whole ms since 1970: a pure function, near to when it is sent. */
export function timeOfMessage({ epochMs, gapMs }: Pick<StreamOptions, 'epochMs' | 'gapMs'>, index: number): number {
  return epochMs + Math.floor(index * gapMs)
}
