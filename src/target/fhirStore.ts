import {
  type Identifier,
  type Json,
  keysOf,
  RESOURCE_TYPES,
  type ResourceKeys,
  type ResourceType,
} from './fhirResource.ts'

/** A resource with its id and meta. Bytes, not objects: millions of them stay outside the JavaScript heap. */
export interface StoredResource extends ResourceKeys {
  readonly type: ResourceType
  readonly id: string
  readonly lastUpdated: string
  readonly json: Buffer
}

/** The resources of a server, indexed so that every search costs no more than what it finds. */
export interface FhirStore {
  /** An id that no resource has. */
  nextId(): string
  /** A resource ready to be inserted; nothing is stored yet. */
  prepare(resource: Json, type: ResourceType, id: string): StoredResource
  insert(resource: StoredResource): void
  read(type: ResourceType, id: string): StoredResource | undefined
  all(type: ResourceType): readonly StoredResource[]
  byIdentifier(type: ResourceType, value: string): readonly StoredResource[]
  byPatient(type: ResourceType, reference: string): readonly StoredResource[]
  byPatientIdentifier(type: ResourceType, value: string): readonly StoredResource[]
}

type Index = Map<string, StoredResource[]>

interface Shelf {
  readonly all: StoredResource[]
  readonly byId: Map<string, StoredResource>
  readonly byIdentifier: Index
  readonly byPatient: Index
  readonly byPatientIdentifier: Index
}

const NOTHING: readonly StoredResource[] = []

export function createFhirStore(): FhirStore {
  const shelves = Object.fromEntries(RESOURCE_TYPES.map(type => [type, createShelf()])) as Record<ResourceType, Shelf>
  let ids = 0
  return {
    nextId: () => String(++ids),
    prepare(resource, type, id) {
      const lastUpdated = new Date().toISOString()
      const meta = { ...(resource.meta as object | undefined), versionId: '1', lastUpdated }
      const stamped = { ...resource, id, meta }
      return { type, id, lastUpdated, json: Buffer.from(JSON.stringify(stamped)), ...keysOf(resource, type) }
    },
    insert(resource) {
      const shelf = shelves[resource.type]
      shelf.all.push(resource)
      shelf.byId.set(resource.id, resource)
      for (const value of valuesOf(resource.identifiers)) add(shelf.byIdentifier, value, resource)
      if (resource.patient !== null) add(shelf.byPatient, resource.patient, resource)
      if (resource.patientIdentifier !== null)
        add(shelf.byPatientIdentifier, resource.patientIdentifier.value, resource)
    },
    read: (type, id) => shelves[type].byId.get(id),
    all: type => shelves[type].all,
    byIdentifier: (type, value) => shelves[type].byIdentifier.get(value) ?? NOTHING,
    byPatient: (type, reference) => shelves[type].byPatient.get(reference) ?? NOTHING,
    byPatientIdentifier: (type, value) => shelves[type].byPatientIdentifier.get(value) ?? NOTHING,
  }
}

function createShelf(): Shelf {
  return { all: [], byId: new Map(), byIdentifier: new Map(), byPatient: new Map(), byPatientIdentifier: new Map() }
}

/** A value that two systems share is indexed once. */
function valuesOf(identifiers: readonly Identifier[]): Iterable<string> {
  return new Set(identifiers.map(identifier => identifier.value))
}

function add(index: Index, key: string, resource: StoredResource): void {
  const found = index.get(key)
  if (found === undefined) index.set(key, [resource])
  else found.push(resource)
}
