import type { FhirFormat } from '../../model/fhirLoad.ts'
import type { Charset, FhirLoad, FhirOperation } from '../../model/scenario.ts'
import type { PostedResource } from './files.ts'
import { searchQuery } from './search.ts'

/** What a generator needs to make the requests of a load: plain JSON. */
export interface CompiledOperations {
  readonly operations: readonly CompiledOperation[]
  readonly population: number
  /** See `FhirLoad`. */
  readonly skew: number
  readonly charset: Charset
  /** That searches ask for by `_format`; absent = JSON, unasked. */
  readonly format?: FhirFormat
}

export type CompiledOperation =
  | Exclude<FhirOperation, { kind: 'files' }>
  | { readonly kind: 'files'; readonly weight: number; readonly resources: readonly PostedResource[] }

/**
 * @param resourcesOf the resources of an operation's files (room `scenario` reads them, `parseFhirFile` cuts them)
 * @throws RangeError naming every operation, weight and population that cannot be compiled
 */
export function compileOperations(
  load: Pick<FhirLoad, 'operations' | 'population'> & Partial<Pick<FhirLoad, 'skew' | 'charset' | 'format'>>,
  resourcesOf: (files: readonly string[]) => readonly PostedResource[] = () => [],
): CompiledOperations {
  const operations = load.operations.map(
    (operation): CompiledOperation =>
      operation.kind === 'files'
        ? { kind: 'files', weight: operation.weight, resources: resourcesOf(operation.files) }
        : operation,
  )
  const complaints = complaintsAbout(operations, load.population)
  if (complaints.length > 0) throw new RangeError(complaints.join('\n'))
  return {
    operations: operations.filter(({ weight }) => weight > 0),
    population: load.population,
    skew: load.skew ?? 0,
    charset: load.charset ?? 'ascii',
    ...(load.format === 'xml' && { format: load.format }),
  }
}

function complaintsAbout(operations: readonly CompiledOperation[], population: number): string[] {
  const complaints = operations.flatMap((operation, i) =>
    faultsOf(operation).map(fault => `operations[${i}]: ${fault}`),
  )
  if (!operations.some(({ weight }) => weight > 0))
    complaints.push('operations: no weight above 0; give one operation a weight')
  const needsPatients = operations.some(({ kind }) => kind === 'search' || kind === 'read')
  if (!(Number.isInteger(population) && population >= (needsPatients ? 1 : 0) && population <= 100_000_000)) {
    complaints.push(
      `population: ${population}; use ${needsPatients ? 1 : 0} to 100000000, as numbers have eight digits`,
    )
  }
  return complaints
}

function faultsOf(operation: CompiledOperation): string[] {
  const faults: string[] = []
  if (!(Number.isFinite(operation.weight) && operation.weight >= 0)) {
    faults.push(`weight ${operation.weight}; use a number of at least 0`)
  }
  if (operation.kind === 'files' && operation.resources.length === 0)
    faults.push('no resource in any file; add at least one')
  if (operation.kind === 'search' && searchQuery(operation) === null) {
    faults.push(`a ${operation.resource} cannot be searched by ${operation.by}; use hicnHash or identifier`)
  }
  return faults
}
