/** The eleven columns of the CMS Blue Button benchmark history, in their order. */
export const COLUMNS = [
  'Test Case ID',
  'Git Branch Name',
  'Git Commit',
  'POM Version',
  'Environment ID',
  'Test Case Timestamp',
  'Test Case Execution Number',
  'Duration',
  'Record Count',
  'Beneficiary Count',
  'Test Case Execution Data',
] as const
export type Column = (typeof COLUMNS)[number]

/** One run as one CSV line. null = not measured, written as blank. */
export interface Row {
  readonly testCaseId: string
  readonly branch: string | null
  readonly commit: string | null
  readonly version: string | null
  readonly environmentId: string
  /** ISO 8601 UTC. */
  readonly timestamp: string
  readonly execution: number
  readonly durationMs: number | null
  readonly records: number | null
  readonly beneficiaries: number | null
  /** JSON of the last column. */
  readonly data: Readonly<Record<string, unknown>>
}

/** What made a row. */
export interface Provenance {
  /** Branch, or null on a detached HEAD that no CI variable names, or outside a repository. */
  readonly branch: string | null
  /** Full commit id, with `-dirty` when the tree was; null outside a repository. */
  readonly commit: string | null
  readonly dirty: boolean
  readonly version: string | null
  /** hl7bench itself. */
  readonly harness: { readonly version: string; readonly commit: string | null }
  readonly host: HostFacts
}

export interface HostFacts {
  readonly cpuModel: string
  readonly cores: number
  readonly memoryBytes: number
  readonly os: string
  readonly kernel: string
  readonly arch: string
  readonly node: string
  /** null = not told by this machine. */
  readonly virtualization: string | null
}
