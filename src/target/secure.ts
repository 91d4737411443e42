import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { TlsServerMaterial } from '../model/tls.ts'

/** The options of a server that speaks TLS. Tickets are given, so that clients can resume their sessions. */
export function serverTls({ cert, key, clientCa, minVersion }: TlsServerMaterial): TlsOptions {
  return {
    cert,
    key,
    minVersion,
    ...(clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  }
}

/** A server of connections, with or without TLS, that may be half closed. */
export function createConnectionServer(tls: TlsServerMaterial | null, onConnection: (socket: Socket) => void): Server {
  return tls === null
    ? createServer({ allowHalfOpen: true }, onConnection)
    : createTlsServer({ allowHalfOpen: true, ...serverTls(tls) } as TlsOptions, onConnection)
}
