import { createStreams } from './streams.ts'
import type { Note, Subject } from './subjects.ts'

/** What a connection reads into, with what earlier reads left behind. */
const READ_BYTES = 64 * 1024

export interface Pushed {
  /** The stream after the last one. */
  readonly next: number
  readonly chunks: number
  readonly bytes: number
  /** What the decoders told. */
  readonly notes: number
}

/** A decoder threw, told of bytes that are not there, or told something else when the same stream was cut otherwise. */
export class FuzzFault extends Error {
  readonly stream: number

  constructor(stream: number, message: string, bytes: Uint8Array, options?: ErrorOptions) {
    super(`stream ${stream}: ${message}; its bytes in hexadecimal: ${Buffer.from(bytes).toString('hex')}`, options)
    this.stream = stream
  }
}

/**
 * Pushes at least `chunks` chunks through decoders of the subject, a new one for each stream: first the stream whole, then cut at random places
 * out of a buffer in which older bytes lie. Both must tell the same. Calls `onStream` before each.
 */
export function pushChunks(
  subject: Subject,
  seed: number,
  from: number,
  chunks: number,
  onStream: (number: number, chunks: number) => void,
): Pushed {
  const streams = createStreams(seed, subject.valid, subject.tokens)
  const read = new Uint8Array(READ_BYTES)
  const tally = { chunks: 0, bytes: 0, notes: 0 }
  let number = from
  for (; tally.chunks < chunks; number++) {
    onStream(number, tally.chunks)
    const { bytes, length, random } = streams.make(number)
    const stream = bytes.subarray(0, length)
    try {
      const whole = digestOf(subject, push => push(stream, 0, length), tally)
      tally.chunks++
      const cut = digestOf(subject, push => pushCut(stream, read, random, push, tally), tally)
      if (whole !== cut) throw new Error('what the decoder tells depends on where the stream is cut')
    } catch (error) {
      throw new FuzzFault(number, (error as Error).message, stream, { cause: error })
    }
    tally.bytes += 2 * length
  }
  return { next: number, ...tally }
}

type Push = (chunk: Uint8Array, start: number, end: number) => void

function pushCut(
  stream: Uint8Array,
  read: Uint8Array,
  random: () => number,
  push: Push,
  tally: { chunks: number },
): void {
  const longest = random() < 0.3 ? 1 : random() < 0.5 ? 8 : 1448
  for (let at = 0; at < stream.length; ) {
    const taken = Math.min(1 + Math.floor(random() * longest), stream.length - at)
    for (let i = 0; i < taken; i++) read[i] = stream[at + i]!
    push(read, 0, taken)
    tally.chunks++
    at += taken
  }
}

/** FNV-1a over all that is told, in order. */
function digestOf(subject: Subject, feed: (push: Push) => void, tally: { notes: number }): number {
  let digest = 0x811c9dc5
  const note: Note = (what, bytes, start, end) => {
    if (!(start >= 0 && start <= end && end <= bytes.length))
      throw new Error(`${what}: bytes ${start} to ${end} of ${bytes.length}`)
    tally.notes++
    for (let i = 0; i < what.length; i++) digest = Math.imul(digest ^ what.charCodeAt(i), 0x01000193)
    for (let at = start; at < end; at++) digest = Math.imul(digest ^ bytes[at]!, 0x01000193)
    digest = Math.imul(digest ^ (end - start), 0x01000193)
  }
  feed(subject.open(note))
  return digest
}
