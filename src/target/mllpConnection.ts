import type { Socket } from 'node:net'
import type { Framing, NakReason } from '../protocol/framing.ts'
import { MAX_BODY_BYTES } from './startedTarget.ts'

/** Unsent answers at which a connection is no longer read, bytes: a peer that never reads must not fill the memory. */
const MAX_UNSENT_BYTES = 1 << 20

/** What becomes of the connection after an answer. */
export type Ending = 'close' | 'half-close' | null

/** The receiver's side of one connection. */
export interface MllpConnection {
  readonly number: number
  /** When the last answer was written, and until when an answer keeps the connection busy, on the process's clock. */
  answeredAtMs: number
  busyUntilMs: number
  /** Announces an answer, so that a half-closed connection stays open until it is sent. */
  owe(): void
  /** Gathers an owed answer; null = none, only what it ends with. */
  gather(answer: Uint8Array | null, ending?: Ending): void
  /** Writes what was gathered in one write. */
  write(): void
  /** Takes nothing more from the peer. */
  deafen(): void
}

export interface MllpReceiver {
  onMessage(connection: MllpConnection, bytes: Uint8Array, start: number, end: number): void
  onTooLong(connection: MllpConnection): void
  /** A block came that must be refused (HLLP). */
  onBroken(connection: MllpConnection, reason: NakReason): void
}

export function openMllpConnection(socket: Socket, number: number, framing: Framing, receiver: MllpReceiver): void {
  let owed = 0
  let gathered: Uint8Array[] = []
  let ending: Ending = null
  let ended = false
  let deaf = false

  const connection: MllpConnection = {
    number,
    answeredAtMs: Number.NEGATIVE_INFINITY,
    busyUntilMs: 0,
    owe: () => {
      owed++
    },
    gather(answer, endsWith = null) {
      owed--
      if (ending !== null) return
      if (answer !== null) gathered.push(answer)
      ending = endsWith
    },
    write() {
      if (gathered.length > 0 && socket.writable) {
        connection.answeredAtMs = performance.now()
        socket.write(gathered.length === 1 ? gathered[0]! : Buffer.concat(gathered))
        if (socket.writableLength > MAX_UNSENT_BYTES) socket.pause()
      }
      gathered = []
      if (ending === 'close') socket.destroySoon()
      else if (ending === 'half-close') socket.end()
      else endWhenQuit()
    },
    deafen() {
      deaf = true
    },
  }

  const endWhenQuit = () => {
    if (ended && owed === 0 && gathered.length === 0) socket.end()
  }

  const decoder = framing.createDecoder(MAX_BODY_BYTES, {
    onMessage(bytes, start, end) {
      if (!deaf) receiver.onMessage(connection, bytes, start, end)
    },
    onBroken(reason) {
      if (!deaf) receiver.onBroken(connection, reason)
    },
    // What the sender did not like of an answer is not sent again: it sends its message again if it wants to know.
    onNak() {},
    onError(error) {
      if (error.kind === 'frame-too-long' && !deaf) receiver.onTooLong(connection)
    },
  })

  socket.setNoDelay(true)
  socket.on('data', chunk => decoder.push(chunk))
  socket.on('drain', () => socket.resume())
  socket.on('end', () => {
    ended = true
    endWhenQuit()
  })
  // A peer that resets the connection is ordinary under load: 'close' follows and nothing is owed any more.
  socket.on('error', () => socket.destroy())
}
