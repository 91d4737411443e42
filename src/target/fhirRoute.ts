import { MOST_NESTED, tooDeepAt } from '../protocol/json/nesting.ts'
import { FhirRefusal } from './fhirAnswer.ts'
import { performBundle } from './fhirBundle.ts'
import { create, type Handled } from './fhirCreate.ts'
import { read } from './fhirRead.ts'
import { isResourceType, type ResourceType } from './fhirResource.ts'
import { search } from './fhirSearch.ts'
import type { FhirStore } from './fhirStore.ts'

export interface FhirRequest {
  readonly method: string
  /** Below the FHIR base, with its leading slash. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Media type without parameters, lower case; empty when there is none. */
  readonly contentType: string
  readonly ifNoneExist: string | null
  readonly body: Buffer
}

const JSON_TYPES = ['application/fhir+json', 'application/json']
const FORM_TYPES = ['application/x-www-form-urlencoded']

/** Finds out what is asked for and does it, all but inserting. Throws a refusal. */
export function handle(store: FhirStore, request: FhirRequest, baseUrl: string): Handled {
  const [type = '', id, history, version, ...rest] = request.path.split('/').slice(1)
  if (type === '' && id === undefined) return postOnly(request, () => performBundle(store, jsonOf(request), baseUrl))
  if (!isResourceType(type)) throw new FhirRefusal(404, 'not-found', `${request.path}: no resource type of this server`)
  if (id === undefined || id === '') return handleType(store, type, request, baseUrl)
  if (id === '_search' && history === undefined)
    return postOnly(request, () => searchForm(store, type, request, baseUrl))
  if (rest.length > 0 || (history !== undefined && (history !== '_history' || version === undefined))) {
    throw new FhirRefusal(404, 'not-found', `${request.path}: nothing is served here`)
  }
  if (request.method !== 'GET') throw notAllowed(request, 'GET')
  return { answer: read(store, type, id, version ?? null), staged: [] }
}

function handleType(store: FhirStore, type: ResourceType, request: FhirRequest, baseUrl: string): Handled {
  if (request.method === 'GET') {
    return { answer: search(store, type, new URLSearchParams(request.query), baseUrl), staged: [] }
  }
  if (request.method === 'POST') return create(store, type, jsonOf(request), request.ifNoneExist, baseUrl)
  throw notAllowed(request, 'GET, POST')
}

/** Parameters of the query and of the form count alike (FHIR R4 section 3.1.1.1). */
function searchForm(store: FhirStore, type: ResourceType, request: FhirRequest, baseUrl: string): Handled {
  expectType(request, FORM_TYPES)
  const parameters = new URLSearchParams(request.query)
  for (const [name, value] of new URLSearchParams(request.body.toString())) parameters.append(name, value)
  return { answer: search(store, type, parameters, baseUrl), staged: [] }
}

function postOnly(request: FhirRequest, perform: () => Handled): Handled {
  if (request.method !== 'POST') throw notAllowed(request, 'POST')
  return perform()
}

function jsonOf(request: FhirRequest): unknown {
  expectType(request, JSON_TYPES)
  const deep = tooDeepAt(request.body, 0, request.body.length)
  if (deep !== -1)
    throw new FhirRefusal(400, 'structure', `the body is nested deeper than ${MOST_NESTED} levels at byte ${deep}`)
  try {
    return JSON.parse(request.body.toString())
  } catch (error) {
    throw new FhirRefusal(400, 'structure', `the body is not JSON: ${(error as Error).message}`)
  }
}

function expectType({ contentType }: FhirRequest, expected: readonly string[]): void {
  if (expected.includes(contentType)) return
  throw new FhirRefusal(
    415,
    'not-supported',
    `Content-Type: expected ${expected.join(' or ')}, found ${contentType || 'none'}`,
  )
}

function notAllowed({ method, path }: FhirRequest, allowed: string): FhirRefusal {
  return new FhirRefusal(405, 'not-supported', `${method} ${path}: expected ${allowed}`, { Allow: allowed })
}
