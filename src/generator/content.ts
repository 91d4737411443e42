import type { GeneratorPlan } from '../model/generator.ts'
import type { MllpLoad } from '../model/scenario.ts'
import { framingOf } from '../protocol/framingOf.ts'
import { createFhirLink } from '../protocol/http/fhirLink.ts'
import type { ReplyFormat } from '../protocol/http/format.ts'
import { createHl7HttpLink } from '../protocol/http/hl7Link.ts'
import { jsonFormat } from '../protocol/http/jsonFormat.ts'
import { createRequestEncoder } from '../protocol/http/request.ts'
import { xmlFormat } from '../protocol/http/xmlFormat.ts'
import { createEnhancedMllpLink } from '../protocol/mllp/enhancedLink.ts'
import { createMllpLink } from '../protocol/mllp/link.ts'
import type { Bearer } from '../protocol/smart/bearer.ts'
import { TlsClient } from '../protocol/tls.ts'
import { codeOfLoad, type MessageFunction, type RequestFunction } from '../workload/code.ts'
import type { CompiledOperations } from '../workload/fhir/compiled.ts'
import { populationRequests } from '../workload/fhir/population.ts'
import { requestStream } from '../workload/fhir/stream.ts'
import type { CompiledMessages } from '../workload/hl7/compiled.ts'
import { messageStream } from '../workload/hl7/stream.ts'
import { createIdentity, IDENTITY_LENGTH, type Identity } from '../workload/identity.ts'
import { uniform } from '../workload/random.ts'
import type { MakeLink } from './links.ts'
import { rehearse } from './rehearse.ts'
import { waysOf } from './ways.ts'

const PARSED = 0x70617273
const PLAIN = { compress: false, format: 'json', cache: 'default' } as const

/** The content of a generator that loads the population into the target before a run. */
export const POPULATION = { kind: 'population' } as const

/** The links of a plan: its protocol, its messages or requests, its target. Imports the scenario module when they are made of code. */
export async function makeLinks(
  plan: GeneratorPlan,
  hashOf?: (record: number) => string,
  bearer: Bearer | null = null,
): Promise<MakeLink> {
  const identity = createIdentity(plan.runKey, plan.loadIndex)
  const code = plan.module === null ? null : await importCode(plan.module, plan.loadIndex)
  const { load } = plan
  return load.protocol === 'mllp'
    ? mllpLinks(plan, load, identity, (code as MessageFunction | null) ?? undefined)
    : fhirLinks(plan, identity, (code as RequestFunction | null) ?? undefined, hashOf, bearer)
}

/** Imports the function of a load made of code from the scenario module. */
export async function importCode(module: string, loadIndex: number): Promise<MessageFunction | RequestFunction | null> {
  const { resolveOwnPackage } = await import('../ownPackage.ts')
  resolveOwnPackage()
  return codeOfLoad(((await import(module)) as { default: unknown }).default, loadIndex)
}

function mllpLinks(plan: GeneratorPlan, load: MllpLoad, identity: Identity, make?: MessageFunction): MakeLink {
  const way = waysOf(plan)
  const tls = tlsOf(plan)
  const { window, timeoutMs: connectTimeoutMs } = load
  const content = plan.content as CompiledMessages
  const stream = messageStream(content, plan, make)
  if (content.kind !== 'code') rehearse(stream)
  const indexOf = (bytes: Uint8Array, start: number, end: number) => identity.parse(bytes, start, end - start)
  if (load.transport === 'http') {
    const { path } = load
    return (id, events) =>
      createHl7HttpLink({ id, endpoint: way(id), tls, connectTimeoutMs, path, stream, indexOf, events })
  }
  const framing = framingOf(load.transport, load.checksum)
  const create = load.acknowledgement === 'enhanced' ? createEnhancedMllpLink : createMllpLink
  return (id, events) =>
    create({ id, endpoint: way(id), tls, connectTimeoutMs, window, framing, stream, indexOf, events })
}

const tlsOf = ({ tls }: GeneratorPlan): TlsClient | null => tls && new TlsClient(tls)

function fhirLinks(
  plan: GeneratorPlan,
  identity: Identity,
  make?: RequestFunction,
  hashOf?: (record: number) => string,
  bearer: Bearer | null = null,
): MakeLink {
  const { target: endpoint, basePath, seed, content } = plan
  const way = waysOf(plan)
  const populates = (content as { kind?: string }).kind === POPULATION.kind
  const stream = populates
    ? populationRequests(seed, plan.load.protocol === 'fhir' ? plan.load.charset : 'ascii')
    : requestStream(content as CompiledOperations, plan, make, hashOf ?? null)
  const { compress, format, cache } = plan.load.protocol === 'fhir' ? plan.load : PLAIN
  const { host, port } = endpoint
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const base = `http${plan.tls === null ? '' : 's'}://${authority}${basePath}`
  const encode = createRequestEncoder({ authority, basePath, compress, format, cache, bearer })
  const requestId = new Uint8Array(IDENTITY_LENGTH)
  const identityOf = (index: number) => {
    identity.write(index, requestId, 0)
    return requestId
  }
  const tls = tlsOf(plan)
  const connectTimeoutMs = plan.load.timeoutMs
  const parses = parsedSample(plan)
  return (id, events) =>
    createFhirLink({
      id,
      endpoint: way(id),
      tls,
      connectTimeoutMs,
      stream,
      encode,
      base,
      identityOf,
      parses,
      compress,
      bearer,
      format: replyFormat(plan),
      events,
    })
}

/** Whether the reply to request `index` belongs to the sample that is parsed whole. */
export function parsedSample({ load, seed }: GeneratorPlan): (index: number) => boolean {
  const parseShare = load.protocol === 'fhir' ? load.parseShare : 0
  return index => parseShare > 0 && uniform(seed, PARSED, index) < parseShare
}

/** How replies are looked into. */
export function replyFormat({ load }: GeneratorPlan): ReplyFormat {
  return load.protocol === 'fhir' && load.format === 'xml' ? xmlFormat : jsonFormat
}
