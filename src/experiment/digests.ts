import { hashHicn } from '../generator/hash/pbkdf2.ts'
import { readPepper } from '../generator/hash/pepper.ts'
import { hashedOperation } from '../generator/hash/stage.ts'
import { digestBody } from '../ledger/arrivals.ts'
import type { AuditedLoad } from '../ledger/audit.ts'
import type { FollowedLoad } from '../ledger/follow.ts'
import type { Load } from '../model/scenario.ts'
import { createHeaderFields, findHeaderFields } from '../protocol/hl7/fields.ts'
import { findBody } from '../protocol/hl7/findField.ts'
import { readMessageType } from '../protocol/hl7/messageType.ts'
import type { LoadContent } from '../scenario/content.ts'
import type { MessageFunction, RequestFunction } from '../workload/code.ts'
import type { CompiledOperations } from '../workload/fhir/compiled.ts'
import { hicnOf } from '../workload/fhir/hicn.ts'
import { createDraft, createdSeedOf, requestStream } from '../workload/fhir/stream.ts'
import type { CompiledMessages } from '../workload/hl7/compiled.ts'
import { messageStream } from '../workload/hl7/stream.ts'
import type { StreamOptions } from '../workload/streamOptions.ts'

/** Hashes again what the load hashed, each record once; null when it did not. */
function hashesOf(compiled: unknown, options: StreamOptions): ((record: number) => string) | null {
  const operation = hashedOperation(compiled)
  if (operation === null) return null
  const seed = createdSeedOf(options)
  const pepper = readPepper(process.env) ?? new Uint8Array()
  const hashes: string[] = []
  return record => (hashes[record] ??= hashHicn(hicnOf(seed, record), pepper, operation.iterations))
}

/** Makes again what an MLLP load sent through a SUT that forwards. */
export function followedOf(
  { compiled, code }: LoadContent,
  options: StreamOptions,
): Pick<FollowedLoad, 'digestOf' | 'typeOf'> {
  const stream = messageStream(compiled as CompiledMessages, options, (code as MessageFunction | null) ?? undefined)
  const out = { bytes: new Uint8Array(4096), length: 0 }
  const fields = createHeaderFields()
  const body = { start: 0, end: 0 }
  return {
    typeOf(index) {
      stream.render(index, out)
      return findHeaderFields(out.bytes, 0, out.length, fields) ? readMessageType(out.bytes, fields) : ''
    },
    digestOf(index) {
      stream.render(index, out)
      findBody(out.bytes, 0, out.length, body)
      return digestBody(out.bytes.subarray(body.start, body.end))
    },
  }
}

/** Makes again what a load sent. */
export function auditedOf(
  load: Load,
  { compiled, code }: LoadContent,
  options: StreamOptions,
): Pick<AuditedLoad, 'digestOf' | 'bundleOf'> {
  if (load.protocol === 'mllp') {
    const stream = messageStream(compiled as CompiledMessages, options, (code as MessageFunction | null) ?? undefined)
    const out = { bytes: new Uint8Array(4096), length: 0 }
    const digestOf = (index: number) => {
      stream.render(index, out)
      return digestBody(out.bytes.subarray(0, out.length))
    }
    return { digestOf }
  }
  const make = (code as RequestFunction | null) ?? undefined
  const stream = requestStream(compiled as CompiledOperations, options, make, hashesOf(compiled, options))
  const draft = createDraft()
  let made = -1
  const makeAgain = (index: number) => {
    if (index !== made) stream.render(index, draft)
    made = index
    return draft
  }
  return {
    digestOf(index) {
      const { body } = makeAgain(index)
      return digestBody(body.bytes.subarray(0, body.length))
    },
    bundleOf(index) {
      const { entries = 0, isAtomic = false } = stream.operations[makeAgain(index).operation]!
      return entries === 0 ? null : { entries, isAtomic }
    },
  }
}

/** The bytes of one message of an MLLP load. */
export function messageOf({ compiled, code }: LoadContent, options: StreamOptions, index: number): Uint8Array {
  const out = { bytes: new Uint8Array(4096), length: 0 }
  messageStream(compiled as CompiledMessages, options, (code as MessageFunction | null) ?? undefined).render(index, out)
  return out.bytes.slice(0, out.length)
}
