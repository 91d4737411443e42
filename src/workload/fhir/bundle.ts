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
  rename: (resource: Resource) => Resource = r => r,
): object {
  const patient: Reference = { reference: PATIENT_URN }
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(PATIENT_URN, rename(patientResource(seed, k, charset))),
      entry(COVERAGE_URN, rename(coverageResource(seed, k, patient))),
      entry(CLAIM_URN, rename(explanationOfBenefitResource(seed, k, patient, { reference: COVERAGE_URN }))),
    ],
  }
}

function entry(fullUrl: string, resource: Resource): object {
  const request = { method: 'POST', url: resource.resourceType, ifNoneExist: unlessExists(resource.identifier[0]!) }
  return { fullUrl, resource, request }
}
