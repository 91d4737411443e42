import { type FhirAnswer, FhirRefusal, operationOutcome } from './fhirAnswer.ts'
import { existingMatch, type Handled, locationOf } from './fhirCreate.ts'
import { read } from './fhirRead.ts'
import { checkResource, isObject, isResourceType, type Json, type ResourceType } from './fhirResource.ts'
import { search } from './fhirSearch.ts'
import type { FhirStore, StoredResource } from './fhirStore.ts'

/** A create of a bundle. `created` false = `place` is that of a resource that was there, or that an earlier entry creates. */
interface PlannedCreate {
  readonly type: ResourceType
  readonly resource: Json
  readonly created: boolean
  readonly id: string
}

interface BundleEntry {
  readonly method: string
  readonly url: string
  readonly fullUrl: string | null
  readonly ifNoneExist: string | null
  readonly resource: unknown
}

interface EntryResult {
  readonly response: Json
  readonly resource?: unknown
  readonly arrival: FhirAnswer['arrival']
}

/** Performs a Bundle: a transaction wholly or not at all, a batch entry by entry. Throws a refusal. */
export function performBundle(store: FhirStore, bundle: unknown, baseUrl: string): Handled {
  if (!isObject(bundle) || bundle.resourceType !== 'Bundle')
    throw new FhirRefusal(400, 'structure', 'expected a Bundle')
  if (bundle.type !== 'transaction' && bundle.type !== 'batch') {
    throw new FhirRefusal(
      400,
      'value',
      `Bundle.type: expected transaction or batch, found ${JSON.stringify(bundle.type)}`,
    )
  }
  const { entry = [] } = bundle
  if (!Array.isArray(entry)) throw new FhirRefusal(400, 'structure', 'Bundle.entry: expected an array')
  return bundle.type === 'transaction' ? transaction(store, entry) : batch(store, entry, baseUrl)
}

function transaction(store: FhirStore, raw: readonly unknown[]): Handled {
  const planned = new Map<string, PlannedCreate>()
  const urls = new Map<string, string>()
  const creates = raw.map((each, place) =>
    located(place, () => {
      const entry = entryOf(each)
      const create = planCreate(store, entry, planned)
      if (entry.fullUrl !== null) urls.set(entry.fullUrl, `${create.type}/${create.id}`)
      return create
    }),
  )
  const staged: StoredResource[] = []
  const results = creates.map((create, place) => located(place, () => carryOut(store, create, urls, staged)))
  return { answer: bundleAnswer('transaction-response', results), staged }
}

function batch(store: FhirStore, raw: readonly unknown[], baseUrl: string): Handled {
  const planned = new Map<string, PlannedCreate>()
  const staged: StoredResource[] = []
  const results = raw.map((each, place): EntryResult => {
    try {
      return located(place, () => {
        const entry = entryOf(each)
        if (entry.method === 'GET') return performGet(store, entry.url, baseUrl)
        return carryOut(store, planCreate(store, entry, planned), new Map(), staged)
      })
    } catch (error) {
      if (!(error instanceof FhirRefusal)) throw error
      const outcome = operationOutcome(error.code, error.message)
      return { response: { status: String(error.status), outcome }, arrival: null }
    }
  })
  return { answer: bundleAnswer('batch-response', results), staged }
}

function entryOf(raw: unknown): BundleEntry {
  if (!isObject(raw) || !isObject(raw.request))
    throw new FhirRefusal(400, 'required', 'expected an object with a request')
  const { method, url, ifNoneExist } = raw.request
  if (typeof method !== 'string' || typeof url !== 'string') {
    throw new FhirRefusal(400, 'required', 'request: expected method and url')
  }
  return {
    method,
    url,
    fullUrl: typeof raw.fullUrl === 'string' ? raw.fullUrl : null,
    ifNoneExist: typeof ifNoneExist === 'string' ? ifNoneExist : null,
    resource: raw.resource,
  }
}

/** Two entries with the same criteria mean the same resource: the second is answered as if it came after the first. */
function planCreate(store: FhirStore, entry: BundleEntry, planned: Map<string, PlannedCreate>): PlannedCreate {
  const { method, url, resource, ifNoneExist } = entry
  if (method !== 'POST') throw new FhirRefusal(400, 'not-supported', `request.method ${method}: only POST creates here`)
  if (!isResourceType(url))
    throw new FhirRefusal(400, 'not-supported', `request.url ${JSON.stringify(url)}: no resource type of this server`)
  checkResource(resource, url)
  if (ifNoneExist === null) return { type: url, resource, created: true, id: store.nextId() }
  const key = `${url}?${ifNoneExist}`
  const earlier = planned.get(key)
  if (earlier !== undefined) return { ...earlier, created: false }
  const existing = existingMatch(store, url, ifNoneExist)
  const create = { type: url, resource, created: existing === null, id: existing?.id ?? store.nextId() }
  planned.set(key, create)
  return create
}

function carryOut(
  store: FhirStore,
  { type, resource, created, id }: PlannedCreate,
  urls: ReadonlyMap<string, string>,
  staged: StoredResource[],
): EntryResult {
  if (!created) {
    const response = { status: '200 OK', location: locationOf({ type, id }), etag: 'W/"1"' }
    return { response, arrival: 'repeat' }
  }
  const prepared = store.prepare(withReferences(resource, urls) as Json, type, id)
  staged.push(prepared)
  const { lastUpdated: lastModified } = prepared
  return {
    response: { status: '201 Created', location: locationOf(prepared), etag: 'W/"1"', lastModified },
    arrival: 'stored',
  }
}

/** A copy in which every reference to an entry of the bundle names the resource that the entry became. */
function withReferences(value: unknown, urls: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map(each => withReferences(each, urls))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name !== 'reference' || typeof each !== 'string') return [name, withReferences(each, urls)]
      const target = urls.get(each)
      if (target === undefined && each.startsWith('urn:')) {
        throw new FhirRefusal(
          400,
          'not-found',
          `reference ${JSON.stringify(each)}: no entry of the transaction has this fullUrl`,
        )
      }
      return [name, target ?? each]
    }),
  )
}

function performGet(store: FhirStore, url: string, baseUrl: string): EntryResult {
  const [path, query = ''] = url.split('?', 2) as [string, string?]
  const [type, id, ...rest] = path.split('/')
  if (!isResourceType(type) || rest.length > 0) {
    throw new FhirRefusal(400, 'not-supported', `request.url ${JSON.stringify(url)}: only a search or a read`)
  }
  const answer =
    id === undefined ? search(store, type, new URLSearchParams(query), baseUrl) : read(store, type, id, null)
  return { response: { status: '200 OK' }, resource: JSON.parse(answer.body.toString()), arrival: 'read' }
}

function bundleAnswer(type: string, results: readonly EntryResult[]): FhirAnswer {
  const entry = results.map(({ response, resource }) => ({ ...(resource !== undefined && { resource }), response }))
  const body = Buffer.from(JSON.stringify({ resourceType: 'Bundle', type, ...(entry.length > 0 && { entry }) }))
  return { status: 200, headers: {}, body, arrival: arrivalOf(results), entries: results.map(({ arrival }) => arrival) }
}

/** Stored when any entry was; a repeat when all that was to be created had been before; a read when nothing was. */
function arrivalOf(results: readonly EntryResult[]): FhirAnswer['arrival'] {
  if (results.length === 0) return 'read'
  return BY_WEIGHT.find(kind => results.some(({ arrival }) => arrival === kind)) ?? null
}

const BY_WEIGHT = ['stored', 'repeat', 'read'] as const

function located<T>(place: number, perform: () => T): T {
  try {
    return perform()
  } catch (error) {
    if (!(error instanceof FhirRefusal)) throw error
    throw new FhirRefusal(error.status, error.code, `Bundle.entry[${place}]: ${error.message}`)
  }
}
