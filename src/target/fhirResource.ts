import { FhirRefusal } from './fhirAnswer.ts'

export const RESOURCE_TYPES = ['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

/** The element that refers to the patient, which is also the name of its search parameter but for Observation. */
export const PATIENT_ELEMENT = {
  Coverage: 'beneficiary',
  ExplanationOfBenefit: 'patient',
  Observation: 'subject',
} as const

/** Search parameter that selects by the patient. */
export const PATIENT_PARAMETER = {
  Coverage: 'beneficiary',
  ExplanationOfBenefit: 'patient',
  Observation: 'patient',
} as const

export interface Identifier {
  /** Empty = the identifier has no system. */
  readonly system: string
  readonly value: string
}

export type Json = Record<string, unknown>

/** What searches know about a resource. */
export interface ResourceKeys {
  readonly identifiers: readonly Identifier[]
  /** `Patient/id` of a literal reference to the patient. */
  readonly patient: string | null
  /** Identifier of a logical reference to the patient. */
  readonly patientIdentifier: Identifier | null
}

export function isResourceType(text: unknown): text is ResourceType {
  return RESOURCE_TYPES.includes(text as ResourceType)
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Checks a resource that is to be created. Throws a refusal: 400 for another type, 422 for elements that cannot be right. */
export function checkResource(resource: unknown, type: ResourceType): asserts resource is Json {
  if (!isObject(resource)) throw new FhirRefusal(400, 'structure', `expected a JSON object of type ${type}`)
  if (resource.resourceType !== type) {
    throw new FhirRefusal(
      400,
      'structure',
      `expected resourceType ${type}, found ${JSON.stringify(resource.resourceType)}`,
    )
  }
  const { identifier } = resource
  if (identifier !== undefined && !(Array.isArray(identifier) && identifier.every(isObject))) {
    throw new FhirRefusal(422, 'structure', `${type}.identifier: expected an array of objects`)
  }
  if (type === 'Patient') return
  const element = PATIENT_ELEMENT[type]
  const reference = resource[element]
  if (reference === undefined && type === 'Observation') return
  if (!isObject(reference)) throw new FhirRefusal(422, 'required', `${type}.${element}: expected a Reference`)
}

export function keysOf(resource: Json, type: ResourceType): ResourceKeys {
  const identifiers = ((resource.identifier ?? []) as Json[]).map(identifierOf).filter(found => found !== null)
  if (type === 'Patient') return { identifiers, patient: null, patientIdentifier: null }
  const reference = resource[PATIENT_ELEMENT[type]] as Json | undefined
  return {
    identifiers,
    patient: literalPatient(reference?.reference),
    patientIdentifier: isObject(reference?.identifier) ? identifierOf(reference.identifier) : null,
  }
}

/** `Patient/id` of a relative or absolute reference, or null when it refers to no patient. */
export function literalPatient(reference: unknown): string | null {
  if (typeof reference !== 'string') return null
  return /(?:^|\/)(Patient\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference)?.[1] ?? null
}

function identifierOf({ system, value }: Json): Identifier | null {
  if (typeof value !== 'string') return null
  return { system: typeof system === 'string' ? system : '', value }
}
