import type { FhirLoad, FhirOperation } from '../../model/scenario.ts'
import type { PostedResource } from './files.ts'
import { postsToBase } from './posted.ts'
import { searchQuery } from './search.ts'

/** One thing that a server must declare in its CapabilityStatement before an operation can go well. */
export interface FhirNeed {
  /** Resource type; null = of the whole server. */
  readonly type: string | null
  readonly kind: 'interaction' | 'searchParam' | 'conditionalCreate'
  /** Code of the interaction or of the search parameter; empty for conditionalCreate. */
  readonly name: string
}

const interaction = (type: string | null, name: string): FhirNeed => ({ type, kind: 'interaction', name })

/**
 * What the operations of a load, and the loading of its population, ask of a server. Requests made by code are not known before.
 * @param resourcesOf the resources of an operation's files
 */
export function needsOf(
  { operations, populate }: Pick<FhirLoad, 'operations' | 'populate'>,
  resourcesOf: (files: readonly string[]) => readonly PostedResource[],
): readonly FhirNeed[] {
  const needs = [
    ...(populate === 'before' ? transactionNeeds() : []),
    ...operations.flatMap(operation => operationNeeds(operation, resourcesOf)),
  ]
  return distinct(needs)
}

/** Each need once. */
export function distinct(needs: readonly FhirNeed[]): readonly FhirNeed[] {
  return [...new Map(needs.map(need => [`${need.type} ${need.kind} ${need.name}`, need])).values()]
}

function operationNeeds(
  operation: FhirOperation,
  resourcesOf: (files: readonly string[]) => readonly PostedResource[],
): readonly FhirNeed[] {
  switch (operation.kind) {
    case 'create':
      return operation.conditional ? conditionalNeeds(operation.resource) : [interaction(operation.resource, 'create')]
    case 'transaction':
      return transactionNeeds()
    case 'batch':
      return [interaction(null, 'batch'), ...conditionalNeeds(operation.resource)]
    case 'search':
      return searchNeeds(operation.resource, searchQuery(operation))
    case 'read':
      return [interaction('Patient', 'read')]
    case 'hashedPatients':
      return [...conditionalNeeds('Patient'), interaction('Patient', 'search-type')]
    case 'files':
      return resourcesOf(operation.files).map(postNeed)
    case 'code':
      return []
  }
}

const transactionNeeds = () => [
  interaction(null, 'transaction'),
  ...['Patient', 'Coverage', 'ExplanationOfBenefit'].flatMap(conditionalNeeds),
]

/** Conditional creates are by identifier. */
function conditionalNeeds(type: string): readonly FhirNeed[] {
  return [
    interaction(type, 'create'),
    { type, kind: 'conditionalCreate', name: '' },
    { type, kind: 'searchParam', name: 'identifier' },
  ]
}

/** Of a chained parameter (`patient.identifier`) a server declares the first link only. */
function searchNeeds(type: string, query: string | null): readonly FhirNeed[] {
  const name = query?.split(/[=.:]/)[0] ?? ''
  const search = interaction(type, 'search-type')
  return name === '' ? [search] : [search, { type, kind: 'searchParam', name }]
}

function postNeed(resource: PostedResource): FhirNeed {
  const bundle = postsToBase(resource)
  return bundle === null ? interaction(resource.resourceType, 'create') : interaction(null, bundle)
}
