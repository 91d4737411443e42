import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { makeAuthority } from '../../src/environment/certificates.ts'
import type { TlsClientMaterial } from '../../src/model/tls.ts'

/** An authority with a server and a client of its own, and another authority that nobody asked for. */
export async function makePki() {
  const [authority, foreign] = await Promise.all([makeAuthority('test'), makeAuthority('foreign')])
  const [server, client, stranger] = await Promise.all([
    authority.issue(['localhost', '127.0.0.1']),
    authority.issue(['client.example.org']),
    foreign.issue(['client.example.org']),
  ])
  return { authority, foreign, server, client, stranger }
}

export type Pki = Awaited<ReturnType<typeof makePki>>

export const clientOf = ({ authority }: Pki, more: Partial<TlsClientMaterial> = {}): TlsClientMaterial => ({
  ca: [authority.certificate],
  cert: null,
  key: null,
  passphrase: null,
  serverName: null,
  minVersion: 'TLSv1.2',
  verify: true,
  ...more,
})

/** A tiny TLS server on loopback; closes with all its connections. */
export async function listenTls(
  { server: own }: Pki,
  options: TlsOptions,
  serve: (socket: Socket, nth: number) => void,
) {
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer({ cert: own.certificate, key: own.privateKey, ...options }, socket => {
    socket.on('error', () => {})
    serve(socket, count++)
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
