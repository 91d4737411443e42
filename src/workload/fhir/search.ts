import type { FhirFormat } from '../../model/fhirLoad.ts'
import type { FhirOperation, FhirResourceType } from '../../model/scenario.ts'
import type { RequestDraft } from '../../model/stream.ts'
import { assign, resize } from '../bytes.ts'
import { writeDecimal } from '../digits.ts'
import { searchToken } from './bundle.ts'
import type { OperationContext, OperationRenderer } from './operation.ts'
import { compileRequest, HASH_SLOT, NUMBER_SLOT, type RequestState, writeRequest } from './slots.ts'
import { CLAIM_SYSTEM, COVERAGE_SYSTEM, HICN_HASH_SYSTEM, MRN_SYSTEM, OBSERVATION_SYSTEM } from './systems.ts'

export type SearchOperation = Extract<FhirOperation, { kind: 'search' }>

const OWN_IDENTIFIER: Readonly<Record<FhirResourceType, { readonly system: string; readonly value: string }>> = {
  Patient: { system: MRN_SYSTEM, value: `HB${NUMBER_SLOT}` },
  Coverage: { system: COVERAGE_SYSTEM, value: `C${NUMBER_SLOT}` },
  ExplanationOfBenefit: { system: CLAIM_SYSTEM, value: `E${NUMBER_SLOT}` },
  Observation: { system: OBSERVATION_SYSTEM, value: `O${NUMBER_SLOT}` },
}

const PATIENT_PARAMETER: Readonly<Record<FhirResourceType, string>> = {
  Patient: 'identifier',
  Coverage: 'beneficiary.identifier',
  ExplanationOfBenefit: 'patient.identifier',
  Observation: 'patient.identifier',
}

/**
 * The query of a search with slots for the patient, or null when the resource cannot be searched like that.
 * `identifier` = the resource's own number, `all` = no criteria; the others name the patient by hicnHash, through the reference where there is one.
 */
export function searchQuery({ resource, by }: Pick<SearchOperation, 'resource' | 'by'>): string | null {
  if (by === 'all') return ''
  if (by === 'identifier') return `identifier=${searchToken(OWN_IDENTIFIER[resource])}`
  const parameter = PATIENT_PARAMETER[resource]
  if (by !== 'hicnHash' && !parameter.startsWith(`${by}.`)) return null
  return `${parameter}=${searchToken({ system: HICN_HASH_SYSTEM, value: HASH_SLOT })}`
}

/** Servers know `_format` where what stands before them knows no Accept (FHIR R4, section 3.1.0.1.9). */
export const withFormat = (query: string, format: FhirFormat): string =>
  format === 'xml' ? joined(query, '_format=xml') : query

const joined = (...parameters: readonly string[]): string => parameters.filter(text => text !== '').join('&')

export function searchRenderer(operation: SearchOperation, context: OperationContext): OperationRenderer {
  const { resource, by, method, expectTotal, pageLimit } = operation
  const criteria = searchQuery(operation)
  if (criteria === null) throw new RangeError(`a ${resource} cannot be searched by ${by}; use hicnHash or identifier`)
  const query = withFormat(joined(criteria, pagingQuery(operation)), context.format)
  const template = compileRequest(method === 'GET' ? joinedPath(`/${resource}`, query) : query)
  const postPath = new TextEncoder().encode(`/${resource}/_search`)
  const state: RequestState = { index: 0, hashSeed: context.seed, hashOf: 0, hash: null, number: 0 }

  function write(index: number, draft: RequestDraft): void {
    state.index = index
    state.hashOf = state.number = context.patientOf(index)
    draft.method = method
    draft.contentType = 'application/x-www-form-urlencoded'
    draft.ifNoneExist.length = 0
    if (method === 'GET') draft.body.length = 0
    else assign(draft.path, postPath)
    const target = method === 'GET' ? draft.path : draft.body
    writeRequest(template, state, context.identity, resize(target, template.bytes.length))
  }

  return {
    expectation: {
      name: `search ${resource} by ${by}`,
      statuses: [200],
      resourceType: 'Bundle',
      total: expectTotal,
      ...(pageLimit !== undefined && { pageLimit }),
    },
    write,
  }
}

/** Servers leave the total of more than a page out unless they are asked for it (FHIR R4, `_total`). */
function pagingQuery({ pageSize, pageLimit, expectTotal }: SearchOperation): string {
  const size = pageSize === undefined ? '' : `_count=${pageSize}`
  return joined(size, pageLimit !== undefined && expectTotal !== null ? '_total=accurate' : '')
}

const joinedPath = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)

/** `GET /Patient/p<k>`. */
export function readRenderer(context: OperationContext): OperationRenderer {
  const prefix = new TextEncoder().encode('/Patient/p')

  function write(index: number, draft: RequestDraft): void {
    const k = context.patientOf(index)
    let digits = 1
    for (let rest = k; rest >= 10; rest = Math.floor(rest / 10)) digits++
    const bytes = resize(draft.path, prefix.length + digits)
    bytes.set(prefix)
    writeDecimal(k, digits, bytes, prefix.length)
    draft.method = 'GET'
    draft.contentType = 'application/fhir+json'
    draft.ifNoneExist.length = 0
    draft.body.length = 0
  }

  return { expectation: { name: 'read Patient', statuses: [200], resourceType: 'Patient', total: null }, write }
}
