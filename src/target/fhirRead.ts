import { type FhirAnswer, FhirRefusal } from './fhirAnswer.ts'
import { versionHeaders } from './fhirCreate.ts'
import type { ResourceType } from './fhirResource.ts'
import type { FhirStore } from './fhirStore.ts'

/** `GET [type]/[id]`, and its only version by `version` = `1`; null = the current one. Throws a refusal (404). */
export function read(store: FhirStore, type: ResourceType, id: string, version: string | null): FhirAnswer {
  const resource = store.read(type, id)
  if (resource === undefined) throw new FhirRefusal(404, 'not-found', `${type}/${id} is not known`)
  if (version !== null && version !== '1')
    throw new FhirRefusal(404, 'not-found', `${type}/${id} has no version ${version}`)
  return { status: 200, headers: versionHeaders(resource), body: resource.json, arrival: 'read' }
}
