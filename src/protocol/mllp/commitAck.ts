import type { Framing } from '../framing.ts'
import type { HeaderFields } from '../hl7/fields.ts'

/** Writes commit acknowledgements (CA) of messages that came in, in their own separators. */
export class CommitAckWriter {
  readonly #framing: Framing
  #nextId = 1

  constructor(framing: Framing) {
    this.#framing = framing
  }

  /** A framed acknowledgement of the message whose header was found; sender and receiver change places. */
  write(bytes: Uint8Array, { starts, ends }: HeaderFields): Uint8Array {
    const text = (field: number) =>
      Buffer.from(bytes.buffer, bytes.byteOffset + starts[field]!, ends[field]! - starts[field]!).toString('latin1')
    const separator = text(1)
    const now = new Date().toISOString().slice(0, 19).replace(/\D/g, '')
    const header = ['MSH', text(2), text(5), text(6), text(3), text(4), `${now}+0000`, '']
    const fields = [...header, 'ACK', `CA${this.#nextId++}`, text(11) || 'T', text(12) || '2.5.1']
    const message = `${fields.join(separator)}\rMSA${separator}CA${separator}${text(10)}\r`
    const { headBytes, tailBytes } = this.#framing
    const frame = Buffer.alloc(headBytes + message.length + tailBytes)
    frame.write(message, headBytes, 'latin1')
    this.#framing.seal(frame, message.length)
    return frame
  }
}
