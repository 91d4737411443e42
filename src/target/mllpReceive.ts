import type { ArrivalLog } from '../ledger/arrivals.ts'
import { createHeaderFields, findHeaderFields, type HeaderFields } from '../protocol/hl7/fields.ts'
import { createAck, readAck } from '../protocol/mllp/ack.ts'
import { ackModeOf } from './ackMode.ts'
import type { ReadEntry } from './arrivalEntry.ts'
import type { Misbehaviour } from './faults.ts'
import { type AckCode, type AckWriter, REASONS } from './mllpAck.ts'
import type { MllpConnection } from './mllpConnection.ts'

/** What a message is answered with, framed; null = it asks for none. */
export interface Answers {
  readonly commit: Uint8Array | null
  readonly application: Uint8Array | null
}

export type Receive = (
  connection: Connection,
  misbehaviour: Misbehaviour,
  bytes: Uint8Array,
  start: number,
  end: number,
) => Answers

/** One object for each connection. */
type Connection = Pick<MllpConnection, 'number'>

export interface ReceiveOptions {
  readonly acks: AckWriter
  /** null = nothing is recorded. */
  readonly arrivals: ArrivalLog | null
  readonly entryOf: ReadEntry
  /** Whether the id of the message before is needed, for `swapped-id`. */
  readonly tracksIds: boolean
  /** Called when something was put into the record. */
  readonly onStored: () => void
}

const NOTHING: Answers = { commit: null, application: null }
const UNKNOWN_ID = Buffer.from('NOBODY', 'latin1')
const NO_ID = new Uint8Array(0)

/** Takes messages: each is entered into the record, unless it is refused or lost, and answered as its MSH-15 and MSH-16 ask. */
export function createReceive({ acks, arrivals, entryOf, tracksIds, onStored }: ReceiveOptions): Receive {
  const fields = createHeaderFields()
  /** Control ids that were refused once, and are taken when they come again. */
  const refused = new Set<string>()
  /** Control id of the message before, by connection. */
  const former = new WeakMap<Connection, Uint8Array>()

  const refusalOf = ({ reject, odd }: Misbehaviour, id: Uint8Array): AckCode | null => {
    if (reject !== null) return reject.code
    if (refused.size === 0 && !odd.has('reject-once')) return null
    const text = Buffer.from(id).toString('latin1')
    if (refused.delete(text) || !odd.has('reject-once')) return null
    refused.add(text)
    return 'AE'
  }

  const answeredId = (connection: Connection, { odd }: Misbehaviour, id: Uint8Array): Uint8Array | null => {
    const before = former.get(connection) ?? NO_ID
    if (tracksIds) former.set(connection, id.slice())
    if (odd.has('wrong-id')) return UNKNOWN_ID
    if (odd.has('empty-id')) return NO_ID
    return odd.has('swapped-id') ? before : null
  }

  const store = (
    connection: Connection,
    { corrupt, duplicate }: Misbehaviour,
    bytes: Uint8Array,
    start: number,
    end: number,
  ) => {
    if (arrivals === null) return
    const timeMs = performance.timeOrigin + performance.now()
    const entry = entryOf(bytes, start, end, fields, corrupt)
    for (let times = duplicate ? 2 : 1; times > 0; times--)
      arrivals.append('stored', connection.number, timeMs, entry.identity, entry.start, entry.end, entry.digest)
    onStored()
  }

  return (connection, misbehaviour, bytes, start, end) => {
    if (!findHeaderFields(bytes, start, end, fields)) return { ...NOTHING, application: acks.refuse(REASONS.notHl7) }
    if (isCommitAck(bytes, start, end, fields)) return NOTHING
    const id = bytes.subarray(fields.starts[10], fields.ends[10])
    if (id.length === 0) return { ...NOTHING, application: acks.answer('AR', bytes, fields, REASONS.noControlId) }
    const refusal = refusalOf(misbehaviour, id)
    if (refusal === null && !misbehaviour.lose) store(connection, misbehaviour, bytes, start, end)
    const { isEnhanced, commits, answers } = ackModeOf(bytes, fields)
    const asId = misbehaviour.odd.size === 0 && !tracksIds ? null : answeredId(connection, misbehaviour, id)
    const asksCommit = isEnhanced && misbehaviour.odd.has('ask-commit')
    const answer = (code: AckCode) =>
      acks.answer(code, bytes, fields, code[1] === 'A' ? null : REASONS.refused, asId, asksCommit && code[0] === 'A')
    if (!isEnhanced) return { commit: null, application: answer(refusal ?? 'AA') }
    if (refusal === 'CE' || refusal === 'CR')
      return { commit: commits.onError ? answer(refusal) : null, application: null }
    const isAnswered = refusal === null ? answers.onSuccess : answers.onError
    return {
      commit: commits.onSuccess ? answer('CA') : null,
      application: isAnswered ? answer(refusal ?? 'AA') : null,
    }
  }
}

/** Whether the message is a commit ack: of an application ack that asked for one. */
function isCommitAck(bytes: Uint8Array, start: number, end: number, { starts, ends }: HeaderFields): boolean {
  const type = starts[9]!
  const isAck = ends[9]! - type >= 3 && bytes[type] === 0x41 && bytes[type + 1] === 0x43 && bytes[type + 2] === 0x4b
  return isAck && readAck(bytes, start, end, createAck()).code?.[0] === 'C'
}
