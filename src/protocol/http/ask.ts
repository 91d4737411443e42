import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import type { TlsClientMaterial } from '../../model/tls.ts'
import { contextOptions } from '../tls.ts'

export interface Question {
  readonly host: string
  readonly port: number
  /** With the query, if any. */
  readonly path: string
  /** Null = no TLS. */
  readonly tls: TlsClientMaterial | null
  readonly headers: Readonly<Record<string, string>>
  /** Sent by POST; absent = GET. */
  readonly body?: string
}

export interface Reply {
  readonly status: number
  readonly body: string
  /** Value of the Date header; null = none. */
  readonly date: string | null
}

const MOST_BODY_BYTES = 64 * 1024 * 1024

/** One request on a connection of its own, off the load's path. Resolves with the reply, or with why there was none: an error code, `no answer`. */
export async function ask(question: Question, signal: AbortSignal): Promise<Reply | string> {
  const reply = await replyTo(question, signal)
  return reply instanceof Error ? codeOf(reply) : reply
}

/** As `ask`, with the whole error in place of its code. */
export function replyTo({ tls, body, headers, ...where }: Question, signal: AbortSignal): Promise<Reply | Error> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let bytes = 0
    const options: RequestOptions = {
      ...where,
      signal,
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
    }
    const onResponse = (response: IncomingMessage) => {
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > MOST_BODY_BYTES) response.destroy(new Error('its answer is endless'))
      })
      response.on('error', resolve)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          date: response.headers.date ?? null,
        }),
      )
    }
    const sent: ClientRequest =
      tls === null ? request(options, onResponse) : requestSecurely({ ...options, ...secureOptions(tls) }, onResponse)
    sent.on('error', resolve)
    sent.end(body)
  })
}

const secureOptions = (tls: TlsClientMaterial) => ({
  ...contextOptions(tls),
  rejectUnauthorized: tls.verify,
  ...(tls.serverName === null ? {} : { servername: tls.serverName }),
})

/** Why there was no reply, in few words. */
export function codeOf(error: Error): string {
  const { code = error.message } = error as NodeJS.ErrnoException
  return code === 'ABORT_ERR' ? 'no answer' : code
}
