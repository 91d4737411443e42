import { createHeaderFields, findHeaderFields } from '../hl7/fields.ts'
import type { Link } from '../link.ts'
import { isCommit } from './ack.ts'
import { CommitAckWriter } from './commitAck.ts'
import { MllpLink, type MllpLinkOptions } from './link.ts'
import type { Ending } from './past.ts'

const ACK_CONDITION = 15

/**
 * One connection, enhanced acknowledgement mode (HL7 v2.5.1 section 2.9.3): a message is first committed (CA) and later answered by the
 * application (AA, AE, AR) on the same connection; CE and CR end the exchange. An application acknowledgement that asks for it in its
 * own MSH-15 is committed in turn.
 */
export function createEnhancedMllpLink(options: MllpLinkOptions): Link {
  return new EnhancedMllpLink(options)
}

class EnhancedMllpLink extends MllpLink {
  readonly #options: MllpLinkOptions
  readonly #committed: Uint8Array
  readonly #fields = createHeaderFields()
  readonly #commitAcks: CommitAckWriter

  constructor(options: MllpLinkOptions) {
    super(options)
    this.#options = options
    this.#committed = new Uint8Array(options.window)
    this.#commitAcks = new CommitAckWriter(options.framing)
  }

  protected override acknowledged(slot: number, code: string, bytes: Uint8Array, start: number, end: number): void {
    if (code === 'CA') return this.#commit(slot)
    const isCommitted = this.#committed[slot] === 1
    if (!isCommit(code)) {
      if (!isCommitted) this.#tolerated('application-ack-without-commit')
      this.#answerAck(bytes, start, end)
    } else if (!isCommitted) this.#options.events.committed(this.#options.id, slot)
    this.conclude(slot, code, bytes, start, end)
  }

  /** After the application's answer a commit has nothing to tell any more; a late answer of the application is committed like any other. */
  protected override acknowledgedAgain(
    ending: Ending,
    code: string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (code === 'CA' && ending !== 'unanswered') return this.#tolerated('commit-after-application-ack')
    if (!isCommit(code)) this.#answerAck(bytes, start, end)
    super.acknowledgedAgain(ending, code, bytes, start, end)
  }

  protected override finish(slot: number, reason: string | null): void {
    this.#committed[slot] = 0
    super.finish(slot, reason)
  }

  protected override reset(): void {
    super.reset()
    this.#committed.fill(0)
  }

  #commit(slot: number): void {
    if (this.#committed[slot] === 1) return this.#tolerated('repeated-commit')
    this.#committed[slot] = 1
    this.connection.proven()
    this.#options.events.committed(this.#options.id, slot)
  }

  /** The application acknowledgement is a message of its own: where its MSH-15 says AL, or SU as it was taken, it is committed. */
  #answerAck(bytes: Uint8Array, start: number, end: number): void {
    const fields = this.#fields
    if (!findHeaderFields(bytes, start, end, fields)) return
    const at = fields.starts[ACK_CONDITION]!
    const asks = fields.ends[ACK_CONDITION]! - at === 2 && (isText(bytes, at, 'AL') || isText(bytes, at, 'SU'))
    if (asks) this.connection.write(this.#commitAcks.write(bytes, fields))
  }

  #tolerated(what: string): void {
    this.#options.events.tolerated(this.#options.id, what)
  }
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  return bytes[at] === text.charCodeAt(0) && bytes[at + 1] === text.charCodeAt(1)
}
