import { createServer, type Socket } from 'node:net'
import { createHeaderFields, findHeaderFields, type HeaderFields } from '../protocol/hl7/fields.ts'
import { readMessageType } from '../protocol/hl7/messageType.ts'
import { mllpFraming } from '../protocol/mllp/framing.ts'
import { typeMatcher } from '../workload/hl7/typePattern.ts'
import { listen } from './listen.ts'
import { type AckCode, createAckWriter, REASONS } from './mllpAck.ts'
import { type MllpConnection, openMllpConnection } from './mllpConnection.ts'
import { corruptedFrame, frameWithId } from './relayMessage.ts'
import type { RelayFault, RelayOptions } from './relayOptions.ts'
import { openOutlet, type RelayOutlet } from './relayOutlet.ts'
import type { StartedTarget } from './startedTarget.ts'

/** Messages that may wait for one route; beyond it the sender is answered AE. */
const MOST_QUEUED = 100_000
const LONGEST_DELAY_MS = 3_600_000

interface Outlet {
  readonly takes: (type: string) => boolean
  readonly queue: RelayOutlet
}

/**
 * Starts a relay, the smallest of interface engines: takes HL7 v2 over MLLP, acknowledges in original mode, and forwards each
 * message to every route that takes its type. Throws when it cannot listen.
 */
export async function startRelay(options: RelayOptions): Promise<StartedTarget> {
  const acks = createAckWriter(Date.now().toString(36).toUpperCase(), mllpFraming)
  const outlets: Outlet[] = options.routes.map(route => ({
    takes: typeMatcher(route.types),
    queue: openOutlet(route, options.connections, options.timeoutMs),
  }))
  const idPrefix = `R${(Date.now() % 36 ** 6).toString(36).toUpperCase()}`
  const delayMs = Math.min(options.delayMs, LONGEST_DELAY_MS)
  let taken = 0

  const answer = (connection: MllpConnection, bytes: Uint8Array) => {
    connection.gather(bytes)
    connection.write()
  }

  const onMessage = (connection: MllpConnection, bytes: Uint8Array, start: number, end: number) => {
    connection.owe()
    const message = bytes.slice(start, end)
    const fields = createHeaderFields()
    if (!findHeaderFields(message, 0, message.length, fields)) return answer(connection, acks.refuse(REASONS.notHl7))
    const number = ++taken
    const routes = routesOf(outlets, readMessageType(message, fields), options.faults, number)
    const answerWith = (code: AckCode) =>
      answer(connection, acks.answer(code, message, fields, code === 'AA' ? null : REASONS.refused))
    if (routes.some(({ queue }) => queue.queued >= MOST_QUEUED)) return answerWith('AE')
    const answersNow = options.acknowledges === 'before' || routes.length === 0
    if (answersNow) answerWith('AA')
    const deliveries = { open: routes.length, worst: 'AA' as AckCode }
    const done = (code: string) => {
      if (code[1] !== 'A') deliveries.worst = code[1] === 'R' ? 'AR' : 'AE'
      deliveries.open--
      if (deliveries.open === 0 && !answersNow) answerWith(deliveries.worst)
    }
    const delivery = { ...outgoing(message, fields, number), done }
    const forward = () => {
      for (const { queue } of routes) queue.deliver(delivery)
    }
    if (delayMs > 0) setTimeout(forward, delayMs)
    else forward()
  }

  /** What is forwarded of message number `number`. */
  const outgoing = (message: Uint8Array, fields: HeaderFields, number: number) => {
    const id = options.rewritesId
      ? Buffer.from(`${idPrefix}${number.toString(36).toUpperCase()}`, 'latin1')
      : message.subarray(fields.starts[10], fields.ends[10])
    const frame = frameWithId(message, fields, id)
    return { id, frame: falls(options.faults, 'corrupt', number) ? corruptedFrame(frame) : frame }
  }

  const onTooLong = (connection: MllpConnection) => {
    connection.owe()
    answer(connection, acks.refuse(REASONS.tooLong))
    connection.deafen()
  }

  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    openMllpConnection(socket, connections++, mllpFraming, { onMessage, onTooLong, onBroken() {} })
  })
  const close = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    for (const { queue } of outlets) queue.close()
    await closed
  }

  try {
    const port = await listen(server, options.host, options.port)
    let closing: Promise<void> | null = null
    return { port, close: () => (closing ??= close()) }
  } catch (error) {
    for (const { queue } of outlets) queue.close()
    throw error
  }
}

/** The outlets that message number `number` goes to, one that gets it twice named twice. */
function routesOf(
  outlets: readonly Outlet[],
  type: string,
  faults: readonly RelayFault[],
  number: number,
): readonly Outlet[] {
  if (falls(faults, 'drop', number)) return []
  const everywhere = falls(faults, 'misroute', number)
  const chosen = outlets.filter(({ takes }) => everywhere || takes(type))
  return falls(faults, 'duplicate', number) ? [...chosen, ...chosen] : chosen
}

const falls = (faults: readonly RelayFault[], kind: RelayFault['kind'], number: number): boolean =>
  faults.some(fault => fault.kind === kind && number % fault.every === 0)
