import type { Misbehaviour } from './faults.ts'
import { type FhirAnswer, FhirRefusal, refusalAnswer } from './fhirAnswer.ts'
import type { Handled } from './fhirCreate.ts'
import { withNextLink } from './fhirNextLink.ts'
import type { Json } from './fhirResource.ts'
import { type FhirRequest, handle } from './fhirRoute.ts'
import type { FhirStore, StoredResource } from './fhirStore.ts'

/** Performs a request against the store with the faults that fall on it. A refusal is an answer like any other. */
export function perform(
  store: FhirStore,
  request: FhirRequest,
  baseUrl: string,
  misbehaviour: Misbehaviour,
): FhirAnswer {
  try {
    if (misbehaviour.reject !== null)
      throw new FhirRefusal(misbehaviour.reject.status, 'processing', 'refused by a fault that is switched on')
    const handled = handle(store, request, baseUrl)
    const { answer, staged } = misbehaviour.loseEntry ? withoutLast(handled) : handled
    if (misbehaviour.lose) return { ...answer, arrival: null }
    for (const resource of staged) insert(store, resource, misbehaviour)
    return misbehaviour.next === null ? answer : withNextLink(answer, misbehaviour.next)
  } catch (error) {
    if (error instanceof FhirRefusal) return refusalAnswer(error)
    throw error
  }
}

/** The same answer to a Bundle, whose last resource is not stored. */
function withoutLast(handled: Handled): Handled {
  const { answer, staged } = handled
  const last = answer.entries?.lastIndexOf('stored') ?? -1
  if (last === -1) return handled
  return { answer: { ...answer, entries: answer.entries!.with(last, null) }, staged: staged.slice(0, -1) }
}

function insert(store: FhirStore, resource: StoredResource, { corrupt, duplicate }: Misbehaviour): void {
  const kept = corrupt ? altered(store, resource) : resource
  store.insert(kept)
  if (duplicate) store.insert(store.prepare(parsed(kept), kept.type, store.nextId()))
}

/** Still found by every search, but not what was sent. */
function altered(store: FhirStore, resource: StoredResource): StoredResource {
  return store.prepare({ ...parsed(resource), implicitRules: 'urn:hl7bench:corrupted' }, resource.type, resource.id)
}

function parsed({ json }: StoredResource): Json {
  return JSON.parse(json.toString())
}
