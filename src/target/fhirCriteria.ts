import { FhirRefusal } from './fhirAnswer.ts'
import { type Identifier, literalPatient, PATIENT_PARAMETER, type ResourceType } from './fhirResource.ts'
import type { FhirStore, StoredResource } from './fhirStore.ts'

/** `system` null = any system, empty = only identifiers without one. */
interface Token {
  readonly system: string | null
  readonly value: string
}

/** The names of the search parameters of a resource type. */
export function searchParametersOf(type: ResourceType): readonly string[] {
  return type === 'Patient' ? ['_id', 'identifier'] : ['_id', 'identifier', PATIENT_PARAMETER[type]]
}

/**
 * The resources that meet all criteria, in the order they were stored; values separated by commas are alternatives.
 * Throws a refusal (400) on a parameter that the type does not have.
 */
export function findMatches(
  store: FhirStore,
  type: ResourceType,
  criteria: readonly (readonly [string, string])[],
): readonly StoredResource[] {
  let matches: readonly StoredResource[] | null = null
  for (const [name, value] of criteria) {
    const found = alternativesOf(store, type, name, value)
    matches = matches === null ? found : intersection(matches, found)
  }
  return matches ?? store.all(type)
}

function alternativesOf(store: FhirStore, type: ResourceType, name: string, value: string): readonly StoredResource[] {
  const find = finderOf(store, type, name)
  const alternatives = value.split(',').filter(text => text !== '')
  if (alternatives.length === 0)
    throw new FhirRefusal(400, 'value', `search parameter ${name}: expected a value, found none`)
  if (alternatives.length === 1) return find(alternatives[0]!)
  return [...new Set(alternatives.flatMap(find))]
}

function finderOf(store: FhirStore, type: ResourceType, name: string): (value: string) => readonly StoredResource[] {
  if (name === '_id') {
    return id => {
      const found = store.read(type, id)
      return found === undefined ? [] : [found]
    }
  }
  if (name === 'identifier') return text => withIdentifier(store, type, tokenOf(text))
  if (type !== 'Patient') {
    const patient = PATIENT_PARAMETER[type]
    if (name === patient || name === `${patient}:Patient`) return text => ofPatient(store, type, text)
    if (name === `${patient}.identifier` || name === `${patient}:identifier`)
      return text => ofIdentified(store, type, tokenOf(text))
    if (name === `${patient}:Patient.identifier`) return text => ofIdentified(store, type, tokenOf(text))
  }
  const known = searchParametersOf(type).join(', ')
  throw new FhirRefusal(
    400,
    'not-supported',
    `unknown search parameter ${JSON.stringify(name)} for ${type}: expected one of ${known}`,
  )
}

function withIdentifier(store: FhirStore, type: ResourceType, token: Token): readonly StoredResource[] {
  const candidates = store.byIdentifier(type, token.value)
  if (token.system === null) return candidates
  return candidates.filter(({ identifiers }) => identifiers.some(identifier => matches(identifier, token)))
}

/** Literal references to the patient, and logical ones by any identifier that the patient has. */
function ofPatient(store: FhirStore, type: ResourceType, text: string): readonly StoredResource[] {
  const reference = literalPatient(text) ?? `Patient/${text}`
  const literal = store.byPatient(type, reference)
  const patient = store.read('Patient', reference.slice('Patient/'.length))
  if (patient === undefined || patient.identifiers.length === 0) return literal
  return union(
    literal,
    patient.identifiers.flatMap(identifier => logical(store, type, identifier)),
  )
}

/** Logical references by the identifier, and literal ones to the patients that have it. */
function ofIdentified(store: FhirStore, type: ResourceType, token: Token): readonly StoredResource[] {
  const patients = withIdentifier(store, 'Patient', token)
  return union(
    logical(store, type, token),
    patients.flatMap(({ id }) => store.byPatient(type, `Patient/${id}`)),
  )
}

function logical(store: FhirStore, type: ResourceType, token: Token): readonly StoredResource[] {
  return store
    .byPatientIdentifier(type, token.value)
    .filter(({ patientIdentifier }) => matches(patientIdentifier!, token))
}

function matches(identifier: Identifier, { system, value }: Token): boolean {
  return identifier.value === value && (system === null || identifier.system === system)
}

/** `system|value`, `|value` or `value` (FHIR R4 section 3.1.1.5.10). */
function tokenOf(text: string): Token {
  const bar = text.lastIndexOf('|')
  return bar === -1 ? { system: null, value: text } : { system: text.slice(0, bar), value: text.slice(bar + 1) }
}

function union(some: readonly StoredResource[], others: readonly StoredResource[]): readonly StoredResource[] {
  if (some.length === 0) return others
  return others.length === 0 ? some : [...new Set([...some, ...others])]
}

function intersection(some: readonly StoredResource[], others: readonly StoredResource[]): readonly StoredResource[] {
  const wanted = new Set(others)
  return some.filter(resource => wanted.has(resource))
}
