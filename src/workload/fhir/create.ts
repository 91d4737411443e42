import type { Charset, FhirResourceType } from '../../model/scenario.ts'
import type { RequestDraft } from '../../model/stream.ts'
import { assign, resize } from '../bytes.ts'
import { batchBundle, transactionBundle, unlessExists } from './bundle.ts'
import type { OperationContext, OperationRenderer } from './operation.ts'
import {
  coverageResource,
  explanationOfBenefitResource,
  observationResource,
  patientResource,
  type Reference,
  type Resource,
} from './resources.ts'
import {
  compileRequest,
  HASH_SLOT,
  IDENTITY_SLOT,
  type RequestState,
  type RequestTemplate,
  writeRequest,
} from './slots.ts'
import { HICN_HASH_SYSTEM, RECORD_SYSTEM } from './systems.ts'

/** Of a conditional create that finds its record there: 200 by FHIR R4, 3.1.0.8.1; 304 of some servers. */
export const EXISTED = [200, 304]
/** Different bodies of one resource type; names and values repeat after that many, identifiers never. */
const VARIANTS = 64

const RECORD = { system: RECORD_SYSTEM, value: IDENTITY_SLOT }
const HASH = { system: HICN_HASH_SYSTEM, value: HASH_SLOT }
/** Records that a load creates are about patients of their own, so that searches of the population stay as they were. */
const SUBJECT: Reference = { identifier: HASH }

const MAKERS: Readonly<Record<FhirResourceType, (seed: number, k: number, charset: Charset) => Resource>> = {
  Patient: patientResource,
  Coverage: (seed, k) => coverageResource(seed, k, SUBJECT),
  // R4 requires a Coverage: it is that of patient `k` of the population, as the load creates none that it could name.
  ExplanationOfBenefit: (seed, k) => explanationOfBenefitResource(seed, k, SUBJECT),
  Observation: (seed, k) => observationResource(seed, k, SUBJECT),
}

/** `POST /<type>`; with `conditional`, unless a record of the same identity exists: then a resend creates nothing. */
export function createRenderer(
  type: FhirResourceType,
  conditional: boolean,
  context: OperationContext,
): OperationRenderer {
  const name = conditional ? `create ${type} unless it exists` : `create ${type}`
  return postRenderer(
    context,
    `/${type}`,
    variants(k => rename(MAKERS[type](context.seed, k, context.charset))),
    conditional,
    {
      name,
      statuses: conditional ? [201, ...EXISTED] : [201],
      resourceType: null,
      total: null,
      ...(conditional && { existed: EXISTED }),
    },
  )
}

/** `POST /` of a transaction Bundle: `size` Patients, each with its Coverage and ExplanationOfBenefit, created unless they exist. */
export function transactionRenderer(size: number, context: OperationContext): OperationRenderer {
  const expectation = {
    name: 'transaction',
    statuses: [200],
    resourceType: 'Bundle',
    total: null,
    entries: 3 * size,
    isAtomic: true,
  }
  const make = (k: number) => transactionBundle(context.seed, k, context.charset, rename, size)
  return postRenderer(context, '/', bundleVariants(make, size, true), false, expectation)
}

/** `POST /` of a batch Bundle of `size` conditional creates. */
export function batchRenderer(type: FhirResourceType, size: number, context: OperationContext): OperationRenderer {
  const expectation = { name: `batch of ${type}`, statuses: [200], resourceType: 'Bundle', total: null, entries: size }
  const make = (k: number) =>
    batchBundle(
      Array.from({ length: size }, (_, place) => rename(MAKERS[type](context.seed, k + place, context.charset), place)),
    )
  return postRenderer(context, '/', bundleVariants(make, size, type === 'Patient'), false, expectation)
}

/** Large Bundles have fewer variants: their entries differ among themselves. */
function bundleVariants(make: (k: number) => object, size: number, countsHashes: boolean): RequestTemplate[] {
  const count = Math.max(1, Math.floor(VARIANTS / size))
  return Array.from({ length: count }, (_, k) => compileRequest(JSON.stringify(make(k * size)), countsHashes))
}

export function variants(make: (k: number) => object): RequestTemplate[] {
  return Array.from({ length: VARIANTS }, (_, k) => compileRequest(JSON.stringify(make(k))))
}

/**
 * The record's identity as its first identifier, with its place where a Bundle has several; a Patient has a hicnHash of its own besides.
 */
export function rename(resource: Resource, place = 0): Resource {
  const record = place === 0 ? RECORD : { ...RECORD, value: `${IDENTITY_SLOT}-${place}` }
  return { ...resource, identifier: resource.resourceType === 'Patient' ? [record, HASH] : [record] }
}

function postRenderer(
  context: OperationContext,
  path: string,
  templates: readonly RequestTemplate[],
  conditional: boolean,
  expectation: OperationRenderer['expectation'],
): OperationRenderer {
  const pathBytes = new TextEncoder().encode(path)
  const condition = compileRequest(unlessExists(RECORD))
  const state: RequestState = { index: 0, hashSeed: context.createdSeed, hashOf: 0, hash: null, number: 0 }

  function write(index: number, draft: RequestDraft): void {
    const body = templates[index % templates.length]!
    // The places of a Bundle differ by seed: counted on from the index, its patients would be those of another request.
    state.index = state.hashOf = index
    draft.method = 'POST'
    draft.contentType = 'application/fhir+json'
    assign(draft.path, pathBytes)
    writeRequest(body, state, context.identity, resize(draft.body, body.bytes.length))
    draft.ifNoneExist.length = 0
    if (conditional) writeRequest(condition, state, context.identity, resize(draft.ifNoneExist, condition.bytes.length))
  }

  return { expectation, write }
}
