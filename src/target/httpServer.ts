import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { listen } from './listen.ts'
import { readBody } from './requestBody.ts'
import { serverTls } from './secure.ts'
import { MAX_BODY_BYTES, type StartedTarget, type TargetOptions } from './startedTarget.ts'

/** A connection of a peer, the same object for all its requests. */
export interface HttpConnection {
  /** From 0, in the order in which they were opened. */
  readonly number: number
}

export interface HttpServerOptions extends Pick<TargetOptions, 'host' | 'port' | 'tls'> {
  /** A request with its whole body; null = the body was longer than `MAX_BODY_BYTES`. */
  readonly onBody: (
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | null,
    connection: HttpConnection,
  ) => void
  /** Forgets the answers that are owed: their connections are gone. */
  readonly forget: () => void
  /** Called once, when nothing comes any more, or when it could not listen. */
  readonly ended: () => void
}

/** Starts a target that speaks HTTP/1.x, and no older kind of it. Throws when it cannot listen. */
export async function startHttpServer(options: HttpServerOptions): Promise<StartedTarget> {
  const { host, port, tls = null, onBody, forget, ended } = options
  const connections = new Map<Socket, HttpConnection>()
  let opened = 0

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // Node takes a request line without a version for HTTP/0.9.
    if (request.httpVersionMajor !== 1) return void response.writeHead(400, { Connection: 'close' }).end()
    readBody(request, MAX_BODY_BYTES, body =>
      onBody(request, response, body, connections.get(request.socket) ?? { number: 0 }),
    )
  }
  const http = { keepAliveTimeout: 0, requestTimeout: 0, noDelay: true }
  const server =
    tls === null ? createServer(http, onRequest) : createSecureServer({ ...http, ...serverTls(tls) }, onRequest)
  server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.set(socket, { number: opened++ })
    socket.on('close', () => connections.delete(socket))
  })

  const close = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    server.closeAllConnections()
    forget()
    await closed
    ended()
  }

  try {
    const listening = await listen(server, host, port)
    let closing: Promise<void> | null = null
    return { port: listening, close: () => (closing ??= close()) }
  } catch (error) {
    ended()
    throw error
  }
}
