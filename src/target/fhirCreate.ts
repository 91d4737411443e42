import { type FhirAnswer, FhirRefusal } from './fhirAnswer.ts'
import { findMatches } from './fhirCriteria.ts'
import { checkResource, type ResourceType } from './fhirResource.ts'
import type { FhirStore, StoredResource } from './fhirStore.ts'

/** What a request comes to: its answer, and the resources that are to be inserted before it is given. */
export interface Handled {
  readonly answer: FhirAnswer
  readonly staged: readonly StoredResource[]
}

/** `POST [type]`; with `ifNoneExist` (the header If-None-Exist) the conditional create of FHIR R4 section 3.1.0.8.1. */
export function create(
  store: FhirStore,
  type: ResourceType,
  resource: unknown,
  ifNoneExist: string | null,
  baseUrl: string,
): Handled {
  checkResource(resource, type)
  const existing = ifNoneExist === null ? null : existingMatch(store, type, ifNoneExist)
  if (existing !== null) return { answer: answerOf(existing, 200, baseUrl), staged: [] }
  const created = store.prepare(resource, type, store.nextId())
  return { answer: answerOf(created, 201, baseUrl), staged: [created] }
}

/** The one resource that meets the criteria, or null. Throws a refusal: 412 for several, 400 for criteria that cannot be searched. */
export function existingMatch(store: FhirStore, type: ResourceType, ifNoneExist: string): StoredResource | null {
  const criteria = [...new URLSearchParams(ifNoneExist.slice(ifNoneExist.indexOf('?') + 1))]
  if (criteria.length === 0)
    throw new FhirRefusal(400, 'invalid', 'If-None-Exist: expected search parameters, found none')
  const matches = findMatches(store, type, criteria)
  if (matches.length <= 1) return matches[0] ?? null
  const found = matches.map(({ id }) => `${type}/${id}`).slice(0, 10)
  throw new FhirRefusal(
    412,
    'multiple-matches',
    `If-None-Exist: ${matches.length} resources match: ${found.join(', ')}`,
  )
}

export function locationOf({ type, id }: Pick<StoredResource, 'type' | 'id'>): string {
  return `${type}/${id}/_history/1`
}

function answerOf(resource: StoredResource, status: 200 | 201, baseUrl: string): FhirAnswer {
  const headers = { ...versionHeaders(resource), Location: `${baseUrl}/${locationOf(resource)}` }
  return { status, headers, body: resource.json, arrival: status === 201 ? 'stored' : 'repeat' }
}

export function versionHeaders({ lastUpdated }: StoredResource): Record<string, string> {
  return { ETag: 'W/"1"', 'Last-Modified': new Date(lastUpdated).toUTCString() }
}
