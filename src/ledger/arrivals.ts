import { hash } from 'node:crypto'
import { closeSync, existsSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/*
 * The receiver's own record of what arrived: an append-only file of a magic header and entries of
 * kind (u8), identity length (u8), connection (u32), time (f64), body digest (16 bytes), entry of a Bundle (u32), identity; little-endian.
 */
const MAGIC = Buffer.from('HL7BARV2', 'latin1')
const HEAD_BYTES = 34
const KIND_AT = 0
const IDENTITY_LENGTH_AT = 1
const CONNECTION_AT = 2
const TIME_AT = 6
const DIGEST_AT = 14
const ENTRY_AT = 30
const CHUNK_BYTES = 1 << 20

/** Longest identity that is recorded, bytes; longer ones are cut. */
export const MAX_IDENTITY_BYTES = 255
export const DIGEST_BYTES = 16

/**
 * `stored`: the receiver kept it. `repeat`: recognised as a repeat of what it had, and not stored again. `read`: it asked for what the receiver has,
 * and there was nothing to store.
 */
export const ARRIVAL_KINDS = ['stored', 'repeat', 'read'] as const
export type ArrivalKind = (typeof ARRIVAL_KINDS)[number]

/** An open arrival record. Entries are in memory until `flush`: flush before what they are about is acknowledged. */
export interface ArrivalLog {
  /**
   * `timeMs` = ms since 1970; the identity is `identity[start, end)`; `digest` comes from `digestBody`. `entry` = place in the Bundle of that
   * identity, from 1, whose own entry comes first; default 0 = the whole message.
   */
  append(
    kind: ArrivalKind,
    connection: number,
    timeMs: number,
    identity: Uint8Array,
    start: number,
    end: number,
    digest: Uint8Array,
    entry?: number,
  ): void
  /** Hands the entries to the operating system in one write: they outlive the process, however it dies. */
  flush(): void
  close(): void
}

/** One entry. The object and `bytes` are reused: valid until the next step of the reader. */
export interface Arrival {
  kind: ArrivalKind
  connection: number
  /** ms since 1970. */
  timeMs: number
  bytes: Buffer
  identityStart: number
  identityEnd: number
  /** Place in the Bundle of that identity, from 1; 0 = the whole message. */
  entry: number
  /** The digest is the `DIGEST_BYTES` bytes from here. */
  digestStart: number
}

export interface ArrivalsEnd {
  readonly entries: number
  /** Bytes of whole entries, the header included. */
  readonly wholeBytes: number
  /** Bytes of a last entry that was cut off in the middle of its write; 0 = none. */
  readonly tornBytes: number
}

/** The digest that entries hold: the first 16 bytes of SHA-256. */
export function digestBody(body: Uint8Array): Uint8Array {
  return hash('sha256', body, 'buffer').subarray(0, DIGEST_BYTES)
}

/** Opens the record to append; a torn last entry of an earlier process is cut off. Throws on a file that is no record. */
export function openArrivals(file: string): ArrivalLog {
  const wholeBytes = wholeBytesOf(file)
  const descriptor = openSync(file, 'a')
  ftruncateSync(descriptor, wholeBytes)
  if (wholeBytes === 0) writeWhole(descriptor, MAGIC, MAGIC.length)
  let pending: Buffer = Buffer.allocUnsafe(1 << 16)
  let length = 0

  const append: ArrivalLog['append'] = (kind, connection, timeMs, identity, start, end, digest, entry = 0) => {
    const identityBytes = Math.min(end - start, MAX_IDENTITY_BYTES)
    const next = length + HEAD_BYTES + identityBytes
    if (next > pending.length) pending = enlarged(pending, length, next)
    pending[length + KIND_AT] = ARRIVAL_KINDS.indexOf(kind) + 1
    pending[length + IDENTITY_LENGTH_AT] = identityBytes
    pending.writeUInt32LE(connection, length + CONNECTION_AT)
    pending.writeDoubleLE(timeMs, length + TIME_AT)
    pending.writeUInt32LE(entry, length + ENTRY_AT)
    for (let i = 0; i < DIGEST_BYTES; i++) pending[length + DIGEST_AT + i] = digest[i]!
    for (let i = 0; i < identityBytes; i++) pending[length + HEAD_BYTES + i] = identity[start + i]!
    length = next
  }
  const flush = () => {
    if (length > 0) writeWhole(descriptor, pending, length)
    length = 0
  }
  const close = () => {
    flush()
    closeSync(descriptor)
  }
  return { append, flush, close }
}

/**
 * Streams a record in constant memory, oldest entry first; the return value tells about a torn end.
 * Throws when the file is no arrival record or is damaged before its end.
 * @param fromByte where an earlier reader came to the end of whole entries (`wholeBytes`); 0 = the start
 */
export function* readArrivals(file: string, fromByte = 0): Generator<Arrival, ArrivalsEnd, void> {
  const descriptor = openSync(file, 'r')
  try {
    return yield* entriesOf(descriptor, file, fromByte)
  } finally {
    closeSync(descriptor)
  }
}

function* entriesOf(descriptor: number, file: string, fromByte: number): Generator<Arrival, ArrivalsEnd, void> {
  const bytes = Buffer.allocUnsafe(CHUNK_BYTES)
  let filled = readSync(descriptor, bytes, 0, CHUNK_BYTES, fromByte)
  const headBytes = fromByte > 0 ? 0 : Math.min(filled, MAGIC.length)
  if (!bytes.subarray(0, headBytes).equals(MAGIC.subarray(0, headBytes))) throw notARecord(file)
  if (fromByte === 0 && headBytes < MAGIC.length) return { entries: 0, wholeBytes: 0, tornBytes: headBytes }

  const arrival: Arrival = {
    kind: 'stored',
    connection: 0,
    timeMs: 0,
    entry: 0,
    bytes,
    identityStart: 0,
    identityEnd: 0,
    digestStart: 0,
  }
  let at = headBytes
  let passed = fromByte
  let entries = 0
  for (;;) {
    while (at + HEAD_BYTES <= filled && at + HEAD_BYTES + bytes[at + IDENTITY_LENGTH_AT]! <= filled) {
      const kind = ARRIVAL_KINDS[bytes[at + KIND_AT]! - 1]
      if (kind === undefined) throw damaged(file, passed + at)
      arrival.kind = kind
      arrival.connection = bytes.readUInt32LE(at + CONNECTION_AT)
      arrival.timeMs = bytes.readDoubleLE(at + TIME_AT)
      arrival.entry = bytes.readUInt32LE(at + ENTRY_AT)
      arrival.digestStart = at + DIGEST_AT
      arrival.identityStart = at + HEAD_BYTES
      arrival.identityEnd = at + HEAD_BYTES + bytes[at + IDENTITY_LENGTH_AT]!
      at = arrival.identityEnd
      entries++
      yield arrival
    }
    bytes.copyWithin(0, at, filled)
    passed += at
    filled -= at
    at = 0
    const read = readSync(descriptor, bytes, filled, CHUNK_BYTES - filled, passed + filled)
    if (read === 0) return { entries, wholeBytes: passed, tornBytes: filled }
    filled += read
  }
}

function wholeBytesOf(file: string): number {
  if (!existsSync(file)) return 0
  const entries = readArrivals(file)
  for (;;) {
    const step = entries.next()
    if (step.done) return step.value.wholeBytes
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length; ) at += writeSync(descriptor, bytes, at, length - at)
}

function enlarged(bytes: Buffer, length: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, bytes.length * 2))
  bytes.copy(larger, 0, 0, length)
  return larger
}

function notARecord(file: string): Error {
  return new Error(`${file} is not an arrival record: name the file that the target wrote, or a new one`)
}

function damaged(file: string, offset: number): Error {
  return new Error(`${file} is damaged at byte ${offset}: an entry of an unknown kind; repeat the run`)
}
