import type { FhirFormat } from '../../model/fhirLoad.ts'
import type { Charset } from '../../model/scenario.ts'
import type { Expectation, RequestDraft } from '../../model/stream.ts'
import type { Identity } from '../identity.ts'

/** What the requests of a load share. */
export interface OperationContext {
  /** Seed of the population: patient k is `patientResource(seed, k)`. */
  readonly seed: number
  /** Seed of the records that this load creates; differs between runs and loads. */
  readonly createdSeed: number
  readonly identity: Identity
  /** Of names and addresses. */
  readonly charset: Charset
  /** Of replies. */
  readonly format: FhirFormat
  /** The patient that request `index` is about, of the population. */
  readonly patientOf: (index: number) => number
  /** Hash of record `k` of an initial load, 64 hex digits; null = there is none to be had. */
  readonly hashOf: ((k: number) => string) | null
}

/** One operation ready to render. `write` sets all of the draft but `operation`. */
export interface OperationRenderer {
  readonly expectation: Expectation
  write(index: number, draft: RequestDraft): void
}
