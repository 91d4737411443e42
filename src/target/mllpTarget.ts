import { createServer, type Socket } from 'node:net'
import { openArrivals } from '../ledger/arrivals.ts'
import type { NakReason } from '../protocol/framing.ts'
import { framingOf } from '../protocol/framingOf.ts'
import { createHeaderFields, findHeaderFields } from '../protocol/hl7/fields.ts'
import { refusalBlock } from '../protocol/hllp/framing.ts'
import { entryReader } from './arrivalEntry.ts'
import { type Misbehaviour, misbehaviourOf } from './faults.ts'
import { listen } from './listen.ts'
import { createAckWriter, REASONS } from './mllpAck.ts'
import { type MllpConnection, openMllpConnection } from './mllpConnection.ts'
import { createReplyQueue } from './replyQueue.ts'
import { serviceTimeMs } from './serviceTime.ts'
import type { MllpTargetOptions, StartedTarget } from './startedTarget.ts'

/** `answer` null = close the connection. */
interface Reply {
  readonly connection: MllpConnection
  readonly answer: Uint8Array | null
}

/**
 * Starts the built-in MLLP receiver: original-mode acknowledgements on any number of connections.
 * A message is in the arrival record before its acknowledgement is written. Throws when it cannot listen.
 */
export async function startMllpTarget(options: MllpTargetOptions): Promise<StartedTarget> {
  const { behaviour, seed, transport = 'mllp', checksum = 'xor' } = options
  const framing = framingOf(transport, checksum)
  const arrivals = options.arrivalsFile === null ? null : openArrivals(options.arrivalsFile)
  const acks = createAckWriter(Date.now().toString(36).toUpperCase(), framing)
  const fields = createHeaderFields()
  const entryOf = entryReader(options.identityAt ?? null)
  let requests = 0

  const replies = createReplyQueue<Reply>(due => {
    arrivals?.flush()
    const touched = new Set<MllpConnection>()
    for (const { connection, answer } of due) {
      connection.gather(answer)
      touched.add(connection)
    }
    for (const connection of touched) connection.write()
  })

  const reply = (connection: MllpConnection, answer: Uint8Array | null, delayMs: number) => {
    connection.owe()
    replies.add({ connection, answer }, delayMs)
  }

  const disconnect = (connection: MllpConnection) => {
    connection.deafen()
    reply(connection, null, 0)
  }

  /** The answer to a message and, unless it is refused or lost, its entry in the record. */
  const receive = (
    connection: MllpConnection,
    { reject, lose, corrupt, duplicate }: Misbehaviour,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array => {
    if (!findHeaderFields(bytes, start, end, fields)) return acks.refuse(REASONS.notHl7)
    if (fields.starts[10] === fields.ends[10]) return acks.answer('AR', bytes, fields, REASONS.noControlId)
    if (reject !== null) return acks.answer(reject.code, bytes, fields, REASONS.refused)
    if (arrivals !== null && !lose) {
      const timeMs = performance.timeOrigin + performance.now()
      const entry = entryOf(bytes, start, end, fields, corrupt)
      for (let times = duplicate ? 2 : 1; times > 0; times--)
        arrivals.append('stored', connection.number, timeMs, entry.identity, entry.start, entry.end, entry.digest)
      replies.wake()
    }
    return acks.answer('AA', bytes, fields, null)
  }

  const onMessage = (connection: MllpConnection, bytes: Uint8Array, start: number, end: number) => {
    const request = ++requests
    const misbehaviour = misbehaviourOf(behaviour.faults, request)
    if (misbehaviour.stallMs > 0) replies.stall(misbehaviour.stallMs)
    if (misbehaviour.disconnect) return disconnect(connection)
    if (misbehaviour.drop) return
    const answer = receive(connection, misbehaviour, bytes, start, end)
    if (misbehaviour.loseAck) return
    reply(connection, answer, serviceTimeMs(behaviour.serviceTime, seed, request) + misbehaviour.delayMs)
  }

  const onTooLong = (connection: MllpConnection) => {
    reply(connection, transport === 'hllp' ? refusalBlock(checksum, 'B') : acks.refuse(REASONS.tooLong), 0)
    disconnect(connection)
  }

  const onBroken = (connection: MllpConnection, reason: NakReason) =>
    reply(connection, refusalBlock(checksum, reason), 0)

  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    openMllpConnection(socket, connections++, framing, { onMessage, onTooLong, onBroken })
  })

  const close = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    replies.close()
    await closed
    arrivals?.close()
  }

  try {
    const port = await listen(server, options.host, options.port)
    let closing: Promise<void> | null = null
    return { port, close: () => (closing ??= close()) }
  } catch (error) {
    arrivals?.close()
    throw error
  }
}
