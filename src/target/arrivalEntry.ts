import { digestBody } from '../ledger/arrivals.ts'
import type { FieldPath } from '../model/downstream.ts'
import type { HeaderFields } from '../protocol/hl7/fields.ts'
import { findBody, findField } from '../protocol/hl7/findField.ts'
import { alteredBody } from './alteredBody.ts'

/** What an MLLP receiver writes down of a message; reused from one message to the next. */
export interface ArrivalEntry {
  identity: Uint8Array
  start: number
  end: number
  digest: Uint8Array
}

/** Reads the entry of the message in `bytes[start, end)`, whose header was found; `corrupt` = as if another body had arrived. */
export type ReadEntry = (
  bytes: Uint8Array,
  start: number,
  end: number,
  fields: HeaderFields,
  corrupt: boolean,
) => ArrivalEntry

/**
 * A receiver that the load reaches itself records MSH-10 and the digest of the whole message. One behind a SUT that forwards records the
 * identity at `identityAt`, and the digest of all but the MSH segment (`findBody`); a message without that identity is named by
 * `MSH-10` and its control id, which no identity looks like.
 */
export function entryReader(identityAt: FieldPath | null): ReadEntry {
  const entry: ArrivalEntry = { identity: new Uint8Array(), start: 0, end: 0, digest: new Uint8Array() }
  const range = { start: 0, end: 0 }
  const digestOf = (body: Uint8Array, corrupt: boolean) => digestBody(corrupt ? alteredBody(body) : body)
  if (identityAt === null)
    return (bytes, start, end, fields, corrupt) => {
      entry.identity = bytes
      entry.start = fields.starts[10]!
      entry.end = fields.ends[10]!
      entry.digest = digestOf(bytes.subarray(start, end), corrupt)
      return entry
    }
  return (bytes, start, end, fields, corrupt) => {
    const isFound = findField(bytes, start, end, fields, identityAt, range)
    entry.identity = isFound ? bytes : unnamed(bytes.subarray(fields.starts[10], fields.ends[10]))
    entry.start = isFound ? range.start : 0
    entry.end = isFound ? range.end : entry.identity.length
    findBody(bytes, start, end, range)
    entry.digest = digestOf(bytes.subarray(range.start, range.end), corrupt)
    return entry
  }
}

const unnamed = (id: Uint8Array) => Buffer.concat([Buffer.from('MSH-10 '), id])
