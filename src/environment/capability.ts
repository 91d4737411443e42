import { printable } from '../protocol/printable.ts'
import type { FhirNeed } from '../workload/fhir/needs.ts'

/** R4 and its technical corrections. */
const R4 = /^4\.0\.\d+$/

interface Declared {
  readonly interaction?: readonly { readonly code?: unknown }[]
  readonly searchParam?: readonly { readonly name?: unknown }[]
}

interface DeclaredResource extends Declared {
  readonly type?: unknown
  readonly conditionalCreate?: unknown
}

interface DeclaredServer extends Declared {
  readonly mode?: unknown
  readonly resource?: readonly DeclaredResource[]
}

/** A CapabilityStatement (FHIR R4), as far as it is looked at; whatever a server made of it. */
export interface Capability {
  readonly resourceType: 'CapabilityStatement'
  readonly fhirVersion?: unknown
  readonly rest?: unknown
}

/** All that the statement does not declare of what is needed, each in a few words; empty = it will do. */
export function undeclared({ fhirVersion, rest }: Capability, needs: readonly FhirNeed[]): readonly string[] {
  const version = typeof fhirVersion === 'string' ? printable(fhirVersion, 20) : 'none'
  const wrong = R4.test(version) ? [] : [`fhirVersion: expected 4.0.x, found ${version}`]
  if (needs.length === 0) return wrong
  const server = listOf<DeclaredServer>(rest).find(({ mode }) => mode === 'server')
  if (server === undefined) return [...wrong, 'rest: no entry of mode server']
  const types = [...new Set(needs.map(({ type }) => type))]
  return [
    ...wrong,
    ...types.flatMap(type =>
      missingOf(
        server,
        type,
        needs.filter(need => need.type === type),
      ),
    ),
  ]
}

function missingOf(server: DeclaredServer, type: string | null, needs: readonly FhirNeed[]): readonly string[] {
  if (type === null) return needs.filter(need => !declaresBundle(server, need)).map(({ name }) => `no ${name}`)
  const resource = listOf<DeclaredResource>(server.resource).find(each => each.type === type)
  if (resource === undefined) return [`${type}: no such resource`]
  const common = { searchParam: listOf<{ name?: unknown }>(server.searchParam) }
  return needs
    .filter(need => !declares(resource, need) && !(need.kind === 'searchParam' && declares(common, need)))
    .map(need => `${type}: ${describe(need)}`)
}

/** Some servers declare transactions only, though their one endpoint for Bundles takes batches as well. */
function declaresBundle(server: DeclaredServer, need: FhirNeed): boolean {
  return declares(server, need) || (need.name === 'batch' && declares(server, { ...need, name: 'transaction' }))
}

function declares(declared: Declared & { readonly conditionalCreate?: unknown }, { kind, name }: FhirNeed): boolean {
  if (kind === 'conditionalCreate') return declared.conditionalCreate === true
  return kind === 'interaction'
    ? listOf<{ code?: unknown }>(declared.interaction).some(({ code }) => code === name)
    : listOf<{ name?: unknown }>(declared.searchParam).some(each => each.name === name)
}

function describe({ kind, name }: FhirNeed): string {
  if (kind === 'conditionalCreate') return 'no conditionalCreate'
  return kind === 'interaction' ? `no interaction ${name}` : `no search parameter ${name}`
}

/** Objects only: what is no list, or holds something else, declares nothing. */
function listOf<T extends object>(value: unknown): readonly T[] {
  return Array.isArray(value) ? value.filter((each): each is T => typeof each === 'object' && each !== null) : []
}
