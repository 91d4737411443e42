import type { IncomingMessage, ServerResponse } from 'node:http'
import { openArrivals } from '../ledger/arrivals.ts'
import { plainFraming } from '../protocol/http/plainFraming.ts'
import { createAck, readAck } from '../protocol/mllp/ack.ts'
import { entryReader } from './arrivalEntry.ts'
import { misbehaviourOf } from './faults.ts'
import { type HttpConnection, startHttpServer } from './httpServer.ts'
import { createAckWriter } from './mllpAck.ts'
import { createReceive } from './mllpReceive.ts'
import { createReplyQueue } from './replyQueue.ts'
import { serviceTimeMs } from './serviceTime.ts'
import { MAX_BODY_BYTES, type MllpTargetOptions, type StartedTarget } from './startedTarget.ts'

/** `answer` null = close the connection. */
interface Reply {
  readonly response: ServerResponse
  readonly answer: Answer | null
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
}

/** HTTP status by the last letter of MSA-1 (HAPI, «HL7 over HTTP», 2.6): accepted, error, rejected. */
const STATUSES: Readonly<Record<string, number>> = { A: 200, E: 500, R: 400 }
const HL7_TYPE = /^(x-)?application\/hl7-v2(\+er7)?$/i

/**
 * Starts the built-in receiver of HL7 over HTTP: one message in a POST, its acknowledgement in the reply, in the charset of the request.
 * A message is in the arrival record before it is answered. Throws when it cannot listen.
 */
export async function startHl7HttpTarget(options: MllpTargetOptions): Promise<StartedTarget> {
  const { behaviour, seed, path = '/' } = options
  const arrivals = options.arrivalsFile === null ? null : openArrivals(options.arrivalsFile)
  const receive = createReceive({
    acks: createAckWriter(Date.now().toString(36).toUpperCase(), plainFraming),
    arrivals,
    entryOf: entryReader(options.identityAt ?? null),
    tracksIds: behaviour.faults.some(({ kind }) => kind === 'swapped-id'),
    onStored: () => replies.wake(),
  })
  let requests = 0

  const replies = createReplyQueue<Reply>(due => {
    arrivals?.flush()
    for (const { response, answer } of due) send(response, answer)
  })

  const onBody = (
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | null,
    connection: HttpConnection,
  ) => {
    const refusal = refusalOf(request, path, body)
    if (refusal !== null) return replies.add({ response, answer: refusal }, 0)
    const number = ++requests
    const misbehaviour = misbehaviourOf(behaviour.faults, number)
    if (misbehaviour.stallMs > 0) replies.stall(misbehaviour.stallMs)
    if (misbehaviour.disconnect) return replies.add({ response, answer: null }, 0)
    if (misbehaviour.drop) return
    const { application, commit } = receive(connection, misbehaviour, body!, 0, body!.length)
    if (misbehaviour.loseAck) return
    const answer = answerOf(application ?? commit, request)
    replies.add({ response, answer }, serviceTimeMs(behaviour.serviceTime, seed, number) + misbehaviour.delayMs)
  }

  return await startHttpServer({
    ...options,
    onBody,
    forget: () => replies.close(),
    ended: () => arrivals?.close(),
  })
}

/** What is no message for this receiver; null = it is one. */
function refusalOf({ method, url, headers }: IncomingMessage, path: string, body: Buffer | null): Answer | null {
  if (url !== path) return plain(404, `messages are posted to ${path}`)
  if (method !== 'POST') return plain(405, 'messages are posted')
  if (!HL7_TYPE.test(typeOf(headers['content-type']))) return plain(415, 'Content-Type must be application/hl7-v2')
  return body === null ? plain(413, `the message is longer than ${MAX_BODY_BYTES} bytes`) : null
}

const typeOf = (header = ''): string => header.split(';', 1)[0]!.trim()

const plain = (status: number, text: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: Buffer.from(`${text}\n`),
})

/** A message that asks for no answer gets an empty one. */
function answerOf(ack: Uint8Array | null, { headers }: IncomingMessage): Answer {
  const charset = /;\s*charset="?([\w.:+-]+)"?/i.exec(headers['content-type'] ?? '')?.[1]
  const type = `application/hl7-v2${charset === undefined ? '' : `; charset=${charset}`}`
  if (ack === null) return { status: 200, type, body: new Uint8Array(0) }
  const { code } = readAck(ack, 0, ack.length, createAck())
  return { status: STATUSES[code?.[1] ?? 'E']!, type, body: ack }
}

function send(response: ServerResponse, answer: Answer | null): void {
  if (response.destroyed) return
  if (answer === null) return void response.socket?.destroy()
  response.writeHead(answer.status, { 'Content-Type': answer.type, 'Content-Length': answer.body.length })
  response.end(answer.body)
}
