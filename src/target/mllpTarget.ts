import type { Socket } from 'node:net'
import { openArrivals } from '../ledger/arrivals.ts'
import type { MessageFault } from '../model/fault.ts'
import type { NakReason } from '../protocol/framing.ts'
import { framingOf } from '../protocol/framingOf.ts'
import { refusalBlock } from '../protocol/hllp/framing.ts'
import { entryReader } from './arrivalEntry.ts'
import { createDetours } from './detours.ts'
import { disfigure } from './disfigure.ts'
import { misbehaviourOf, temperOf } from './faults.ts'
import { listen } from './listen.ts'
import { createAckWriter, REASONS } from './mllpAck.ts'
import { type Ending, type MllpConnection, openMllpConnection } from './mllpConnection.ts'
import { type Answers, createReceive } from './mllpReceive.ts'
import type { Reply } from './mllpReply.ts'
import { createReplyQueue } from './replyQueue.ts'
import { createConnectionServer } from './secure.ts'
import { serviceTimeMs } from './serviceTime.ts'
import type { MllpTargetOptions, StartedTarget } from './startedTarget.ts'

const NO_FAULTS: ReadonlySet<MessageFault> = new Set()

/**
 * Starts the built-in MLLP receiver: acknowledgements in the mode that each message asks for, on any number of connections.
 * A message is in the arrival record before its acknowledgement is written. Throws when it cannot listen.
 */
export async function startMllpTarget(options: MllpTargetOptions): Promise<StartedTarget> {
  const { behaviour, seed, transport = 'mllp', checksum = 'xor' } = options
  if (transport === 'http') throw new Error('HL7 over HTTP has a receiver of its own: startHl7HttpTarget')
  const framing = framingOf(transport, checksum)
  const arrivals = options.arrivalsFile === null ? null : openArrivals(options.arrivalsFile)
  const acks = createAckWriter(Date.now().toString(36).toUpperCase(), framing)
  const tracksIds = behaviour.faults.some(({ kind }) => kind === 'swapped-id')
  const receive = createReceive({
    acks,
    arrivals,
    entryOf: entryReader(options.identityAt ?? null),
    tracksIds,
    onStored: () => replies.wake(),
  })
  const temper = temperOf(behaviour.faults)
  let requests = 0

  const replies = createReplyQueue<Reply>(due => {
    arrivals?.flush()
    const touched = new Set<MllpConnection>()
    for (const { connection, answer, ending } of due) {
      connection.gather(answer, ending)
      touched.add(connection)
    }
    for (const connection of touched) connection.write()
  })
  const detours = createDetours(temper['read-timer'], (reply, delayMs) => replies.add(reply, delayMs))

  const reply = (
    connection: MllpConnection,
    answer: Uint8Array | null,
    delayMs: number,
    odd: ReadonlySet<MessageFault>,
    ending: Ending = null,
  ) => {
    connection.owe()
    detours.take({ connection, answer: answer && disfigure(answer, odd), ending }, delayMs, odd)
  }

  const disconnect = (connection: MllpConnection) => {
    connection.deafen()
    connection.owe()
    replies.add({ connection, answer: null, ending: 'close' }, 0)
  }

  /** The remote end is looked at before each answer of a connection, one after the other. */
  const checkMs = (connection: MllpConnection): number => {
    if (temper.check === 0) return 0
    const nowMs = performance.now()
    connection.busyUntilMs = Math.max(connection.busyUntilMs, nowMs) + temper.check
    return connection.busyUntilMs - nowMs
  }

  const isTooSoon = (connection: MllpConnection) =>
    temper.gap > 0 && performance.now() - connection.answeredAtMs < temper.gap

  const answer = (
    connection: MllpConnection,
    { commit, application }: Answers,
    delayMs: number,
    odd: ReadonlySet<MessageFault>,
  ) => {
    const commits =
      commit === null || odd.has('no-commit') ? [] : odd.has('double-commit') ? [commit, commit] : [commit]
    const isLate = odd.has('late-commit')
    const commitAll = () => {
      for (const each of commits) reply(connection, each, isLate ? delayMs : 0, odd)
    }
    if (!isLate) commitAll()
    const ending = odd.has('close-after') ? 'close' : odd.has('half-close') ? 'half-close' : null
    if (application !== null && !odd.has('no-application-ack')) reply(connection, application, delayMs, odd, ending)
    if (isLate) commitAll()
  }

  const onMessage = (connection: MllpConnection, bytes: Uint8Array, start: number, end: number) => {
    const request = ++requests
    const misbehaviour = misbehaviourOf(behaviour.faults, request)
    if (misbehaviour.stallMs > 0) replies.stall(misbehaviour.stallMs)
    if (misbehaviour.disconnect) return disconnect(connection)
    if (misbehaviour.drop || isTooSoon(connection)) return
    if (misbehaviour.nak !== null) return onBroken(connection, misbehaviour.nak)
    const answers = receive(connection, misbehaviour, bytes, start, end)
    if (misbehaviour.loseAck) return
    const delayMs = serviceTimeMs(behaviour.serviceTime, seed, request) + misbehaviour.delayMs + checkMs(connection)
    answer(connection, answers, delayMs, misbehaviour.odd)
  }

  const onTooLong = (connection: MllpConnection) => {
    const refusal = transport === 'hllp' ? refusalBlock(checksum, 'B') : acks.refuse(REASONS.tooLong)
    reply(connection, refusal, 0, NO_FAULTS)
    disconnect(connection)
  }

  const onBroken = (connection: MllpConnection, reason: NakReason) =>
    reply(connection, refusalBlock(checksum, reason), 0, NO_FAULTS)

  const sockets = new Set<Socket>()
  let connections = 0
  const server = createConnectionServer(options.tls ?? null, socket => {
    if (temper['close-idle'] > 0) socket.setTimeout(temper['close-idle'], () => socket.end())
    openMllpConnection(socket, connections++, framing, { onMessage, onTooLong, onBroken })
  })
  // With TLS these are the sockets below it: they are there before the handshake, and end what is above.
  server.on('connection', (socket: Socket) => {
    if (temper['one-session']) for (const former of sockets) former.destroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  if (temper['max-connections'] < Number.POSITIVE_INFINITY) server.maxConnections = temper['max-connections']

  const close = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    detours.close()
    replies.close()
    await closed
    arrivals?.close()
  }

  try {
    const backlog = temper.backlog < Number.POSITIVE_INFINITY ? temper.backlog : undefined
    const port = await listen(server, options.host, options.port, backlog)
    let closing: Promise<void> | null = null
    return { port, close: () => (closing ??= close()) }
  } catch (error) {
    arrivals?.close()
    throw error
  }
}
