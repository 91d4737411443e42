/** A growable run of bytes: writers set `length`, and replace `bytes` by a larger array where it is too small. */
export interface Bytes {
  bytes: Uint8Array
  length: number
}

/** HL7 messages under a seed: message i is a pure function of the stream and i. */
export interface MessageStream {
  /** Writes message `index` (without framing) into `out`, from its start. */
  render(index: number, out: Bytes): void
}

/** One FHIR request, rendered into buffers that the caller reuses. Empty `ifNoneExist` and `body` = absent. */
export interface RequestDraft {
  /** Which of the stream's operations this request is. */
  operation: number
  method: 'GET' | 'POST' | 'PUT'
  /** Path and query below the FHIR base, percent-encoded, with its leading slash: `/Patient/_search`. */
  readonly path: Bytes
  readonly ifNoneExist: Bytes
  readonly body: Bytes
  contentType: 'application/fhir+json' | 'application/x-www-form-urlencoded'
}

/** What a good reply to an operation looks like. */
export interface Expectation {
  readonly name: string
  /** Accepted HTTP statuses. */
  readonly statuses: readonly number[]
  /** The reply's `resourceType`, or null for any. */
  readonly resourceType: string | null
  /** Only this `Bundle.total` is accepted; null = any. */
  readonly total: number | null
  /** Accepted statuses that say the resource had been there: of a conditional create. */
  readonly existed?: readonly number[]
  /** Entries that a Bundle answers, each of them with 200, 201 or 304; absent = not looked at. */
  readonly entries?: number
  /** Whether they are carried out wholly or not at all: a transaction; absent = one by one. */
  readonly isAtomic?: boolean
  /** Most pages that are read of a Bundle with a next link, the first included, from 2; absent = the first alone, whatever it links to. */
  readonly pageLimit?: number
}

/** FHIR requests under a seed: request i is a pure function of the stream and i. */
export interface RequestStream {
  readonly operations: readonly Expectation[]
  render(index: number, draft: RequestDraft): void
}
