import { Dialled } from './dial.ts'
import type { Link, LinkEvents } from './link.ts'
import type { Remote } from './remote.ts'
import type { TlsClient } from './tls.ts'

export interface DialledLinkOptions {
  /** The number by which the events name this link. */
  readonly id: number
  readonly endpoint: Remote
  /** Shared by the links of a process; default null = no TLS. */
  readonly tls?: TlsClient | null
  /** Longest wait for a connection, ms. */
  readonly connectTimeoutMs: number
  readonly events: LinkEvents
}

/** What links of every protocol share: a connection that dials again, and whose state starts afresh with each dial. */
export abstract class DialledLink implements Link {
  protected readonly connection: Dialled
  readonly #id: number
  readonly #events: LinkEvents

  constructor({ id, endpoint, tls = null, connectTimeoutMs, events }: DialledLinkOptions) {
    this.#id = id
    this.#events = events
    this.connection = new Dialled({
      ...endpoint,
      tls,
      connectTimeoutMs,
      onOpen: () => this.opened(),
      onBytes: (bytes, length) => this.read(bytes, length),
      onLost: reason => this.ended(reason),
      onRefused: code => events.refused(id, code),
    })
  }

  get isOpen(): boolean {
    return this.connection.isOpen
  }

  get bytesOut(): number {
    return this.connection.bytesOut
  }

  get bytesIn(): number {
    return this.connection.bytesIn
  }

  get handshakes(): number {
    return this.connection.handshakes
  }

  get resumed(): number {
    return this.connection.resumed
  }

  abstract prepare(slot: number, index: number): number

  abstract write(slot: number): void

  redial(): void {
    this.reset()
    this.connection.redial()
  }

  close(): void {
    this.reset()
    this.connection.close()
  }

  /** Takes the next bytes of the connection. */
  protected abstract read(bytes: Uint8Array, length: number): void

  /** Forgets what was in flight, and where in a reply the stream was. */
  protected abstract reset(): void

  protected opened(): void {
    this.#events.opened(this.#id)
  }

  /** The connection ended by itself. */
  protected ended(reason: string): void {
    this.reset()
    this.#events.lost(this.#id, reason)
  }
}
