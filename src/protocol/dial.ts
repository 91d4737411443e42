import { connect, type Socket } from 'node:net'
import type { Remote } from './remote.ts'
import type { TlsClient } from './tls.ts'

export interface DialOptions extends Remote {
  /** Null = no TLS. */
  readonly tls: TlsClient | null
  /** Longest wait for a connection, ms; the kernel's own is minutes. */
  readonly connectTimeoutMs: number
  readonly onOpen: () => void
  /** `bytes[0, length)`; only valid during the call. */
  readonly onBytes: (bytes: Uint8Array, length: number) => void
  /** An open connection ended: `CLOSED_BY_PEER`, or the error code. */
  readonly onLost: (reason: string) => void
  /** A dial failed with this error code. */
  readonly onRefused: (code: string) => void
}

/** Code of a dial that got no answer in time. */
export const CONNECT_TIMEOUT = 'connect timeout'

/** Reason of a connection that ended in good order. */
export const CLOSED_BY_PEER = 'closed by the peer'

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 1000

/**
 * Every socket reads into this one buffer: libuv fills it and calls back before it reads the next socket (readiness-based
 * systems; not Windows), and nobody keeps a view of it.
 */
const readBuffer = new Uint8Array(256 * 1024)

/** A TCP or TLS connection that dials again by itself, with growing pauses, until it is closed. */
export class Dialled {
  readonly #options: DialOptions
  #socket: Socket | null = null
  /** Waits for the next dial, or for the answer to this one. */
  #timer: NodeJS.Timeout | null = null
  #pauseMs = 0
  #closed = false
  /** `bytesOut` at the last write of which TLS took a copy at once. */
  #taken = 0
  isOpen = false
  bytesOut = 0
  bytesIn = 0
  /** TLS handshakes that were done, and those of them that resumed a session. */
  handshakes = 0
  resumed = 0

  constructor(options: DialOptions) {
    this.#options = options
  }

  dial(): void {
    const { connectTimeoutMs, onBytes } = this.#options
    const socket = this.#connect((length, bytes) => {
      if (socket !== this.#socket) return false
      this.bytesIn += length
      onBytes(bytes, length)
      return true
    })
    this.#socket = socket
    let reason = CLOSED_BY_PEER
    this.#timer = setTimeout(() => {
      reason = CONNECT_TIMEOUT
      socket.destroy()
    }, connectTimeoutMs)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message
    })
    socket.on('close', () => this.#ended(socket, reason))
  }

  #connect(callback: (length: number, bytes: Uint8Array) => boolean): Socket {
    const { host, port, localAddress, tls } = this.#options
    const remote = { host, port, ...(localAddress !== undefined && { localAddress }) }
    const onread = { buffer: readBuffer, callback }
    if (tls === null) {
      const socket = connect({ ...remote, noDelay: true, keepAlive: true, onread })
      return socket.on('connect', () => this.#opened(socket))
    }
    const socket = tls.connect(remote, onread)
    return socket.on('secureConnect', () => {
      if (socket !== this.#socket) return
      this.handshakes++
      if (socket.isSessionReused()) this.resumed++
      this.#opened(socket)
    })
  }

  /** Whether bytes whose write brought `bytesOut` to `end` are still held for the socket: until then they must not be changed. */
  holds(end: number): boolean {
    return end > this.#taken && end > this.bytesOut - (this.#socket?.writableLength ?? 0)
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket
    if (socket === null) return
    // TLS encrypts at once what need not wait for an earlier write, though it tells so only in the next turn of the loop.
    const isTaken = this.#options.tls !== null && socket.writableLength === 0
    this.bytesOut += bytes.length
    socket.write(bytes)
    if (isTaken) this.#taken = this.bytesOut
  }

  /** The peer answered as it should: the next dial need not wait. */
  proven(): void {
    this.#pauseMs = 0
  }

  redial(): void {
    this.#drop()
    this.#dialLater()
  }

  close(): void {
    this.#closed = true
    this.#stopTimer()
    this.#drop()
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = null
    this.isOpen = false
    socket?.destroy()
  }

  /** At once after a connection that proved good; a peer that hangs up or answers wrongly again and again is not hammered. */
  #dialLater(): void {
    this.#stopTimer()
    if (this.#closed) return
    const pauseMs = this.#pauseMs
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2))
    if (pauseMs === 0) this.dial()
    else this.#timer = setTimeout(() => this.dial(), pauseMs)
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #opened(socket: Socket): void {
    if (socket !== this.#socket) return
    this.#stopTimer()
    this.isOpen = true
    this.#options.onOpen()
  }

  #ended(socket: Socket, reason: string): void {
    if (socket !== this.#socket || this.#closed) return
    const wasOpen = this.isOpen
    this.isOpen = false
    this.#socket = null
    this.#dialLater()
    if (wasOpen) this.#options.onLost(reason)
    else this.#options.onRefused(reason)
  }
}
