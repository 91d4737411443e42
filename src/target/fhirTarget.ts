import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { type ArrivalKind, type ArrivalLog, digestBody, openArrivals } from '../ledger/arrivals.ts'
import type { TokenServerMaterial } from '../model/auth.ts'
import type { Charset } from '../model/scenario.ts'
import { alteredBody } from './alteredBody.ts'
import { type Misbehaviour, misbehaviourOf } from './faults.ts'
import { type FhirAnswer, FhirRefusal, refusalAnswer } from './fhirAnswer.ts'
import { capabilityStatement } from './fhirCapability.ts'
import { inXml, wantsXml } from './fhirFormat.ts'
import { perform } from './fhirPerform.ts'
import { createFhirStore } from './fhirStore.ts'
import { type HttpConnection, startHttpServer } from './httpServer.ts'
import { createReplyQueue } from './replyQueue.ts'
import { serviceTimeMs } from './serviceTime.ts'
import { MAX_BODY_BYTES, type StartedTarget, type TargetOptions } from './startedTarget.ts'
import { createTokenServer } from './tokenServer.ts'

export interface FhirTargetOptions extends TargetOptions {
  /** Path prefix of the FHIR base, without a trailing slash; may be empty. */
  readonly basePath: string
  /** Patients of the workload that are there from the start. */
  readonly population: number
  /** Of their names; default ASCII. */
  readonly charset?: Charset
  /** Default null = no token is demanded. */
  readonly auth?: TokenServerMaterial | null
}

/** `answer` null = close the connection; it is JSON until it is sent. */
interface Reply {
  readonly response: ServerResponse
  readonly answer: FhirAnswer | null
  readonly isXml: boolean
}

/**
 * Starts the built-in FHIR R4 server. A request with an X-Request-Id that is performed is in the arrival record before
 * its answer is written. `GET metadata` and all that concerns tokens is answered at once and counts for no fault, so probing changes nothing.
 * Throws when it cannot listen.
 */
export async function startFhirTarget(options: FhirTargetOptions): Promise<StartedTarget> {
  const { behaviour, seed, basePath, population, charset = 'ascii', tls = null, auth = null } = options
  const store = createFhirStore()
  if (population > 0) (await import('./fhirPopulation.ts')).loadPopulation(store, seed, population, charset)
  const tokens = auth && createTokenServer(auth, basePath)
  const arrivals = options.arrivalsFile === null ? null : openArrivals(options.arrivalsFile)
  const startedAt = new Date().toISOString()
  let requests = 0

  const replies = createReplyQueue<Reply>(due => {
    arrivals?.flush()
    for (const reply of due) send(reply)
  })

  const onBody = (
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | null,
    { number: connection }: HttpConnection,
  ) => {
    const baseUrl = `http${tls === null ? '' : 's'}://${request.headers.host ?? `${options.host}:${request.socket.localPort}`}${basePath}`
    const [target, query] = splitOnce(request.url ?? '/', '?')
    const contentType = mediaTypeOf(request.headers['content-type'])
    const accept = String(request.headers.accept ?? '')
    const isXml = wantsXml({ accept, query, contentType, body: body ?? NOTHING })
    if (request.method === 'GET' && target === `${basePath}/metadata`) {
      if (arrivals !== null && body !== null)
        record(arrivals, request, connection, { arrival: 'read' }, body, misbehaviourOf([], 0))
      return replies.add(
        { response, answer: capabilityAnswer(baseUrl, startedAt, tokens?.url(baseUrl) ?? null), isXml },
        0,
      )
    }
    const ofToken = tokens?.answer(request, target, body, baseUrl, Date.now()) ?? null
    if (ofToken !== null) return replies.add({ response, answer: ofToken, isXml: isXml && !isFinal(ofToken) }, 0)
    const number = ++requests
    const misbehaviour = misbehaviourOf(behaviour.faults, number)
    if (misbehaviour.stallMs > 0) replies.stall(misbehaviour.stallMs)
    if (misbehaviour.disconnect) return replies.add({ response, answer: null, isXml }, 0)
    if (misbehaviour.drop) return
    const answer = answerTo(request, target, query, contentType, body, baseUrl, misbehaviour)
    if (arrivals !== null && answer.arrival !== null && body !== null) {
      record(arrivals, request, connection, answer, body, misbehaviour)
      replies.wake()
    }
    if (misbehaviour.loseAck) return
    replies.add({ response, answer, isXml }, serviceTimeMs(behaviour.serviceTime, seed, number) + misbehaviour.delayMs)
  }

  const answerTo = (
    request: IncomingMessage,
    target: string,
    query: string,
    contentType: string,
    body: Buffer | null,
    baseUrl: string,
    misbehaviour: Misbehaviour,
  ): FhirAnswer => {
    if (body === null)
      return refusalAnswer(new FhirRefusal(413, 'too-long', `the body is longer than ${MAX_BODY_BYTES} bytes`))
    if (target !== basePath && !target.startsWith(`${basePath}/`)) {
      return refusalAnswer(new FhirRefusal(404, 'not-found', `${target}: the FHIR base is ${basePath || '/'}`))
    }
    const ifNoneExist = request.headers['if-none-exist']
    const asked = {
      method: request.method ?? '',
      path: target.slice(basePath.length),
      query,
      contentType,
      ifNoneExist: ifNoneExist === undefined ? null : String(ifNoneExist),
      body,
    }
    return perform(store, asked, baseUrl, misbehaviour)
  }

  return await startHttpServer({
    ...options,
    onBody,
    forget: () => replies.close(),
    ended: () => arrivals?.close(),
  })
}

const NOTHING = Buffer.alloc(0)

/** Whether an answer is no FHIR, and has a type of its own. */
const isFinal = ({ headers }: FhirAnswer): boolean => headers['Content-Type'] !== undefined

/** Without parameters, in lower case. */
const mediaTypeOf = (contentType = ''): string => splitOnce(contentType, ';')[0].trim().toLowerCase()

const acceptedOf = ({ req }: ServerResponse): string => String(req.headers['accept-encoding'] ?? '')

function send({ response, answer, isXml }: Reply): void {
  if (response.destroyed) return
  if (answer === null) return void response.socket?.destroy()
  const { status, headers, body: plain } = isXml ? inXml(answer) : answer
  const isGzipped = plain.length > 0 && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(acceptedOf(response))
  const body = isGzipped ? gzipSync(plain, { level: 1 }) : plain
  response.writeHead(status, {
    'Content-Type': `application/fhir+${isXml ? 'xml' : 'json'}`,
    ...headers,
    ...(isGzipped && { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }),
    'Content-Length': body.length,
  })
  response.end(body)
}

/** Requests without an X-Request-Id are nobody's messages and leave no trace. The entries of a Bundle come after it. */
function record(
  arrivals: ArrivalLog,
  request: IncomingMessage,
  connection: number,
  { arrival, entries = [] }: Pick<FhirAnswer, 'arrival' | 'entries'>,
  body: Buffer,
  { corrupt, duplicate }: Misbehaviour,
): void {
  const id = request.headers['x-request-id']
  if (id === undefined || arrival === null) return
  const identity = Buffer.from(String(id), 'latin1')
  const timeMs = performance.timeOrigin + performance.now()
  const digest = digestBody(corrupt ? alteredBody(body) : body)
  const append = (kind: ArrivalKind, entry: number) => {
    for (let times = duplicate ? 2 : 1; times > 0; times--)
      arrivals.append(kind, connection, timeMs, identity, 0, identity.length, digest, entry)
  }
  append(arrival, 0)
  for (const [place, kind] of entries.entries()) if (kind !== null) append(kind, place + 1)
}

function capabilityAnswer(baseUrl: string, startedAt: string, tokenUrl: string | null): FhirAnswer {
  const body = Buffer.from(JSON.stringify(capabilityStatement(baseUrl, startedAt, tokenUrl)))
  return { status: 200, headers: {}, body, arrival: null }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
