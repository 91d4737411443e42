import type { AuthSettings } from './auth.ts'
import type { Charset, LoadBase } from './scenario.ts'

export interface FhirLoad extends LoadBase {
  readonly protocol: 'fhir'
  readonly operations: readonly FhirOperation[]
  /** Patients that searches and reads draw from; loaded into the target before the run. */
  readonly population: number
  /** Exponent of Zipf's law over the patients drawn; 0 = each as often as any other. */
  readonly skew: number
  /** Characters of names and addresses; FHIR's bytes are UTF-8 in any case. */
  readonly charset: Charset
  /** Whether the population is loaded before each run (`before`), or is known to be there (`never`). */
  readonly populate: 'before' | 'never'
  /** Share of replies parsed whole, 0 to 1; the rest are verified by scanning. */
  readonly parseShare: number
  /** Whether replies may come gzipped; they are inflated and then verified. */
  readonly compress: boolean
  /** Format that replies are asked for in; requests are JSON in any case. */
  readonly format: FhirFormat
  /** Cache-Control of searches whose total is verified; `default` = none. */
  readonly cache: CacheControl
  /** When a request that failed is sent again; null = never for what was refused, `onUnknown` for what was lost. */
  readonly retry: RetryPolicy | null
  /** What sends the requests: the engine of hl7bench, or autocannon as a second, independent one. */
  readonly engine: 'own' | 'autocannon'
  /** How access tokens are had; null = the server demands none. */
  readonly auth: AuthSettings | null
  /** Whether a server that declares less than the operations need is refused before any load. */
  readonly capability: 'check' | 'ignore'
}

export type FhirFormat = 'json' | 'xml'

export type CacheControl = 'no-cache' | 'no-store' | 'default'

/** Failed requests are sent again, up to `maxAttempts` times, with waits between; the wait is part of the response time. */
export interface RetryPolicy {
  /** Longest wait before the second attempt, ms; doubled for each further one. */
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** Retries as a share of requests, 0 to 1: a server that fails everything is not hammered. */
  readonly budget: number
  /** A longer Retry-After is not waited for, ms. */
  readonly maxRetryAfterMs: number
}

export type FhirResourceType = 'Patient' | 'Coverage' | 'ExplanationOfBenefit' | 'Observation'

/** `weight` = relative share of the load. */
export type FhirOperation = { readonly weight: number } & (
  | { readonly kind: 'create'; readonly resource: FhirResourceType; readonly conditional: boolean }
  /** `size` Patients, each with its Coverage and ExplanationOfBenefit, in a transaction Bundle of conditional creates. */
  | { readonly kind: 'transaction'; readonly size: number }
  /** `size` conditional creates in a batch Bundle: each entry has a status of its own. */
  | { readonly kind: 'batch'; readonly resource: FhirResourceType; readonly size: number }
  | {
      readonly kind: 'search'
      readonly resource: FhirResourceType
      /** `all` = every resource of the type. */
      readonly by: 'hicnHash' | 'identifier' | 'beneficiary' | 'patient' | 'all'
      readonly method: 'GET' | 'POST'
      /** Only this `Bundle.total` is accepted; null = any. A larger one raises the alarm `total-above-expected`. */
      readonly expectTotal: number | null
      /** Entries that a page is asked to have at most (`_count`); absent = as the server likes. */
      readonly pageSize?: number
      /** Most pages that are read, the first included, from 2; the load's `timeoutMs` covers them all. Absent = the first alone. */
      readonly pageLimit?: number
    }
  | { readonly kind: 'read'; readonly resource: 'Patient' }
  /**
   * An initial load: the HICN of each record is hashed by the client, as a stage of its own, and the Patient created unless its hash exists; once all
   * are created, each is searched by its hash. Arrival i < records creates record i, arrival records + i searches it.
   */
  | {
      readonly kind: 'hashedPatients'
      /** PBKDF2 iterations, at least 1. */
      readonly iterations: number
      /** Hashing threads; 0 = one for each core. */
      readonly threads: number
      /** Half of the workload's. */
      readonly records: number
    }
  /** Resources of `.json` or `.ndjson` files (absolute names), posted as they are. */
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** Requests are made by the function `requests` of the load: `(index, random) => { method, path, body }`. */
  | { readonly kind: 'code' }
)
