import type { FhirLoad, FhirOperation, Load, LoadBase, MllpLoad, RetryPolicy } from '../model/scenario.ts'
import type { Place } from './finding.ts'
import type { ParsedFhirLoad, ParsedLoad, ParsedMllpLoad } from './loadSchema.ts'
import { type ParsedOperation, SEARCHES_OF } from './operationSchema.ts'
import { populationOf } from './populationSchema.ts'
import { resolveAuth } from './resolveAuth.ts'
import { filesOf } from './resolveFiles.ts'
import { resolveMessages } from './resolveMessages.ts'
import { resolveTls, UNVERIFIED } from './resolveTls.ts'
import { assumedCurve, curveOf, resolveWorkload } from './resolveWorkload.ts'

const RETRY: RetryPolicy = { backoffMs: 100, maxBackoffMs: 10_000, budget: 0.2, maxRetryAfterMs: 30_000 }

/** Connections of a load: `feeds` is the MLLP word for them. */
export function connectionsOf(load: ParsedLoad): number {
  if (load.protocol === 'fhir') return load.connections ?? 16
  return load.feeds ?? load.connections ?? 8
}

/** What the address that a load goes to says. */
export interface Address {
  /** Null = there is none, and settings decide alone. */
  readonly isSecure: boolean | null
  readonly isHl7Http: boolean
  readonly hl7Path: string | null
}

const SILENT: Address = { isSecure: null, isHl7Http: false, hl7Path: null }

export function resolveLoad(load: ParsedLoad, name: string, place: Place, address = SILENT): Load {
  const tls = resolveTls(address.isSecure !== false && (load.tls ?? address.isSecure ?? false), place)
  const fhir = load.protocol === 'fhir' ? resolveFhir(load, place, address) : null
  const base: LoadBase = {
    name,
    ...(load.from === 'application' && { from: load.from }),
    connections: connectionsOf(load),
    window: load.window,
    generators: load.generators,
    workload: resolveWorkload(load.workload, connectionsOf(load), curveOf(load.workload, place)),
    timeoutMs: load.timeoutMs,
    onUnknown: load.onUnknown,
    maxAttempts: load.maxAttempts,
    pacing: load.pacing ?? 'auto',
    tls,
    assumed: [
      ...((tls ?? fhir?.auth?.tls)?.verify === false ? [UNVERIFIED] : []),
      ...assumedCurve(load.workload, place),
    ],
  }
  // A retry is a resend with waits: what was lost is sent again as well.
  if (load.protocol === 'fhir') return { ...base, ...fhir!, ...(load.retry !== undefined && { onUnknown: 'resend' }) }
  const mllp = resolveMllp(load, place, address)
  return { ...base, ...mllp, assumed: [...base.assumed, ...mllp.assumed] }
}

function resolveMllp(
  load: ParsedMllpLoad,
  place: Place,
  { isHl7Http, hl7Path }: Address,
): Omit<MllpLoad, Exclude<keyof LoadBase, 'assumed'>> {
  const transport = load.transport ?? (isHl7Http ? 'http' : 'mllp')
  const path = load.path ?? hl7Path ?? '/'
  const { checksum = 'xor', acknowledgement, onRejected, messages } = load
  return {
    protocol: 'mllp',
    transport,
    path,
    checksum,
    acknowledgement,
    onRejected,
    ...resolveMessages(messages, place),
  }
}

function resolveFhir(load: ParsedFhirLoad, place: Place, { isSecure }: Address): Omit<FhirLoad, keyof LoadBase> {
  const list: readonly ParsedOperation[] = typeof load.operations === 'function' ? [load.operations] : load.operations
  const records = Math.floor((load.workload.records ?? 0) / 2)
  const operations = list.map(operation => resolveOperation(operation, place, records))
  const drawsFromPopulation = operations.some(operation => operation.kind === 'search' || operation.kind === 'read')
  const populate = load.populate ?? (drawsFromPopulation ? 'before' : 'never')
  return {
    protocol: 'fhir',
    operations,
    ...populationOf(load.population),
    charset: load.charset,
    populate,
    parseShare: load.parseShare,
    compress: load.compress,
    format: load.format,
    cache: load.cache,
    retry: load.retry === true ? RETRY : (load.retry ?? null),
    engine: load.engine,
    auth: load.auth === undefined ? null : resolveAuth(load.auth, isSecure === false ? load.tls : undefined, place),
    capability: load.capability,
  }
}

function resolveOperation(operation: ParsedOperation, place: Place, records: number): FhirOperation {
  if (typeof operation === 'function') return { kind: 'code', weight: 1 }
  const { weight } = operation
  if ('create' in operation)
    return { kind: 'create', resource: operation.create, conditional: operation.conditional, weight }
  if ('transaction' in operation) return { kind: 'transaction', size: operation.size, weight }
  if ('batch' in operation) return { kind: 'batch', resource: operation.batch, size: operation.size, weight }
  if ('load' in operation) {
    const { iterations, threads } = operation
    return { kind: 'hashedPatients', iterations, threads, records, weight }
  }
  if ('read' in operation) return { kind: 'read', resource: operation.read, weight }
  if ('files' in operation) return { kind: 'files', files: filesOf(operation.files, place), weight }
  const { search, by = SEARCHES_OF[search][0], method, expectTotal, pageSize, pageLimit } = operation
  const paging = { ...(pageSize !== undefined && { pageSize }), ...(pageLimit > 1 && { pageLimit }) }
  return { kind: 'search', resource: search, by, method, expectTotal, ...paging, weight }
}
