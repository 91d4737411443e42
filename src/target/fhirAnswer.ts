import type { ArrivalKind } from '../ledger/arrivals.ts'

/** An answer of the FHIR server, and what it is in the arrival record; null = refused, not recorded. */
export interface FhirAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly arrival: ArrivalKind | null
  /** Of a Bundle: what each of its entries is in the record; null = refused, or not stored. */
  readonly entries?: readonly (ArrivalKind | null)[]
}

/** Ends the handling of a request: its answer is an OperationOutcome. `code` = a code of the value set issue-type. */
export class FhirRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, diagnostics: string, headers: Readonly<Record<string, string>> = {}) {
    super(diagnostics)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export function operationOutcome(code: string, diagnostics: string): object {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] }
}

export function refusalAnswer({ status, code, message, headers }: FhirRefusal): FhirAnswer {
  return { status, headers, body: Buffer.from(JSON.stringify(operationOutcome(code, message))), arrival: null }
}
