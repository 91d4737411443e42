import type { Charset } from '../../model/scenario.ts'
import {
  coverageResource,
  explanationOfBenefitResource,
  type Identifier,
  patientResource,
  type Reference,
  type Resource,
} from './resources.ts'

const PATIENT_URN = 'urn:uuid:68376c37-0000-4000-8000-000000000001'
const COVERAGE_URN = 'urn:uuid:68376c37-0000-4000-8000-000000000002'
const CLAIM_URN = 'urn:uuid:68376c37-0000-4000-8000-000000000003'

/** `system|value` as a search token, percent-encoded: Blue Button's system has a `#`, which a URL would cut off. */
export function searchToken({ system, value }: Identifier): string {
  return encodeURIComponent(`${system}|${value}`)
}

/** The condition of a conditional create: value of `If-None-Exist` and of `ifNoneExist`. */
export function unlessExists(identifier: Identifier): string {
  return `identifier=${searchToken(identifier)}`
}

/**
 * A transaction that creates patient `k` with its Coverage and ExplanationOfBenefit, each unless it exists. The references
 * between them are `urn:uuid`s, which hold inside the Bundle only and so may be the same in each.
 * @param rename gives a resource other identifiers; its first is the condition
 */
export function transactionBundle(
  seed: number,
  k: number,
  charset: Charset = 'ascii',
  rename: Rename = r => r,
  size = 1,
): object {
  const entry = Array.from({ length: size }, (_, place) =>
    patientEntries(seed, k + place, charset, rename, place),
  ).flat()
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

/** Gives the resources of the patient at a place of its Bundle, from 0, other identifiers. */
export type Rename = (resource: Resource, place: number) => Resource

function patientEntries(seed: number, k: number, charset: Charset, rename: Rename, place: number): object[] {
  const [patientUrn, coverageUrn, claimUrn] = [PATIENT_URN, COVERAGE_URN, CLAIM_URN].map(urn => urnAt(urn, place)) as [
    string,
    string,
    string,
  ]
  const patient: Reference = { reference: patientUrn }
  return [
    entry(patientUrn, rename(patientResource(seed, k, charset), place)),
    entry(coverageUrn, rename(coverageResource(seed, k, patient), place)),
    entry(claimUrn, rename(explanationOfBenefitResource(seed, k, patient, { reference: coverageUrn }), place)),
  ]
}

/** The second group of a UUID counts the patients of a Bundle. */
function urnAt(urn: string, place: number): string {
  return urn.replace('-0000-', `-${place.toString(16).padStart(4, '0')}-`)
}

/** A batch of conditional creates, one for each resource. */
export function batchBundle(resources: readonly Resource[]): object {
  return { resourceType: 'Bundle', type: 'batch', entry: resources.map(each => entry(null, each)) }
}

function entry(fullUrl: string | null, resource: Resource): object {
  const request = { method: 'POST', url: resource.resourceType, ifNoneExist: unlessExists(resource.identifier[0]!) }
  return { ...(fullUrl !== null && { fullUrl }), resource, request }
}
