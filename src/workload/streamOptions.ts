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
  /** Wall clock of the run's start, ms since 1970. MSH-7 of message i is this plus i ms; FHIR requests carry no time of it. */
  readonly epochMs: number
}
