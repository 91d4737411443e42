import type { FieldPath } from '../../model/downstream.ts'
import type { Bytes, MessageStream } from '../../model/stream.ts'
import { resize } from '../bytes.ts'
import { CodeFault, callCode, typeName } from '../codeFault.ts'
import { createIdentity, IDENTITY_LENGTH } from '../identity.ts'
import { createRandom, hash32 } from '../random.ts'
import { type StreamOptions, timeOfMessage } from '../streamOptions.ts'
import { createTimestampWriter, STAMP_LENGTH } from '../timestamp.ts'
import { textToBytes } from './byteText.ts'
import { carryInMessage } from './carry.ts'
import type { CompiledFiles, CompiledMessages } from './compiled.ts'
import { encodeDeclared } from './declaredCharset.ts'
import { type CutMessage, cutHeader } from './header.ts'
import { mixStream } from './mixStream.ts'

const CODE = 0x636f6465
const VT = 0x0b
const FS = 0x1c

/** Makes message `index` from a random source that is seeded by run and index: the same whenever it is called. */
export type MessageMaker = (index: number, random: () => number) => string | Uint8Array

/**
 * The messages of a load. MSH-10 = identity of the index (15 bytes), MSH-7 = `YYYYMMDDHHMMSS.mmm+0000` of `timeOfMessage`.
 * Files are sent in turn: message i is file message i mod their number. `make` is called for `kind: 'code'` only.
 * @throws Error when `kind` is `code` and there is no `make`, or when `make` gives something that does not reach MSH-10
 */
export function messageStream(compiled: CompiledMessages, options: StreamOptions, make?: MessageMaker): MessageStream {
  if (compiled.kind === 'mix') return mixStream(compiled, options)
  if (compiled.kind === 'files') return fileStream(compiled, options)
  if (make === undefined)
    throw new Error('messages are made by code, but no function was given; export it from the scenario module')
  return codeMessageStream(make, options, compiled.identityAt)
}

function fileStream(compiled: CompiledFiles, options: StreamOptions): MessageStream {
  const join = createJoiner(options)
  const messages = compiled.messages.map((text, i) =>
    cut(textToBytes(text), `message ${i + 1} of the files`, compiled.identityAt),
  )
  return { render: (index, out) => join(messages[index % messages.length]!, index, out) }
}

/** Messages of a user's function; line ends of a string become CR, its characters bytes of the charset that MSH-18 declares. */
export function codeMessageStream(make: MessageMaker, options: StreamOptions, identityAt?: FieldPath): MessageStream {
  const join = createJoiner(options)
  const seed = hash32(options.seed, CODE, options.loadIndex)
  return {
    render(index, out) {
      const what = `message ${index} of the function`
      const made = callCode(what, () => make(index, createRandom(hash32(seed, CODE, index))))
      const bytes = typeof made === 'string' ? encodeDeclared(made.replace(/\r\n|\n/g, '\r'), what) : made
      if (!(bytes instanceof Uint8Array)) throw new CodeFault(`${what} is ${typeName(made)}; ${remedyFor(made)}`)
      const framing = bytes.findIndex(byte => byte === VT || byte === FS)
      if (framing >= 0)
        throw new CodeFault(
          `${what} holds the framing byte 0x${bytes[framing]!.toString(16).padStart(2, '0')} at ${framing}: MLLP cannot carry it; escape or remove it`,
        )
      join(cutMade(bytes, what, identityAt), index, out)
    },
  }
}

/** A function is asked for a message when it is sent: there is no waiting for it. */
function remedyFor(made: unknown): string {
  const expected = 'return a string or a Uint8Array'
  return typeName(made) === 'a Promise'
    ? `${expected} at once, and prepare what takes time when the module is loaded`
    : expected
}

function cutMade(bytes: Uint8Array, what: string, identityAt: FieldPath | undefined): CutMessage {
  try {
    return cut(bytes, what, identityAt)
  } catch (error) {
    throw new CodeFault((error as Error).message)
  }
}

function cut(bytes: Uint8Array, what: string, identityAt: FieldPath | undefined): CutMessage {
  const carrying = carryInMessage(bytes, identityAt, what)
  const message = cutHeader(carrying.bytes, carrying.at)
  if (message === null)
    throw new Error(`${what} has no MSH segment up to MSH-10; begin it with MSH|^~\\&| and ten fields`)
  return message
}

/** A function that writes a message with MSH-7 and MSH-10 of its own, whatever their length was. */
function createJoiner(options: StreamOptions): (message: CutMessage, index: number, out: Bytes) => void {
  const identity = createIdentity(options.runKey, options.loadIndex)
  const timestamps = createTimestampWriter()
  return ({ beforeTime, between, afterIdentity, carriedAt }, index, out) => {
    const timeAt = beforeTime.length
    const betweenAt = timeAt + STAMP_LENGTH
    const identityAt = betweenAt + between.length
    const restAt = identityAt + IDENTITY_LENGTH
    const bytes = resize(out, restAt + afterIdentity.length)
    bytes.set(beforeTime)
    timestamps.writeStamp(timeOfMessage(options, index), bytes, timeAt)
    bytes.set(between, betweenAt)
    identity.write(index, bytes, identityAt)
    bytes.set(afterIdentity, restAt)
    if (carriedAt >= 0) identity.write(index, bytes, restAt + carriedAt)
  }
}
