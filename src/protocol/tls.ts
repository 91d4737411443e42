import { isIP, type OnReadOpts } from 'node:net'
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsClientMaterial } from '../model/tls.ts'
import type { Remote } from './remote.ts'

/**
 * The client's side of TLS for all links of one process: one context, and the ticket of the last session, which the next dial of any link
 * resumes (RFC 8446, 2.2; RFC 5077). No ALPN is offered. Throws when certificate and key are not fit for use.
 */
export class TlsClient {
  readonly #context: SecureContext
  readonly #options: Pick<ConnectionOptions, 'servername' | 'rejectUnauthorized' | 'checkServerIdentity'>
  #ticket: Buffer | undefined

  constructor(material: TlsClientMaterial) {
    this.#context = createSecureContext(contextOptions(material))
    const { serverName, verify } = material
    this.#options = { rejectUnauthorized: verify, ...(serverName === null ? {} : { servername: serverName }) }
  }

  /** Dials; `secureConnect` tells that the server has proved who it is. */
  connect({ host, port, localAddress }: Remote, onread: OnReadOpts): TLSSocket {
    const options: ConnectionOptions & { onread: OnReadOpts } = {
      host,
      port,
      ...(localAddress !== undefined && { localAddress }),
      secureContext: this.#context,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...this.#options,
      ...(this.#ticket === undefined ? {} : { session: this.#ticket }),
      onread,
    }
    const socket = connect(options)
    // Options of `net.connect` that `tls.connect` does not hand on.
    socket.setNoDelay(true)
    socket.setKeepAlive(true)
    socket.on('session', ticket => {
      this.#ticket = ticket
    })
    return socket
  }
}

/** The options of a secure context for a client. */
export function contextOptions({ ca, cert, key, passphrase, minVersion }: TlsClientMaterial) {
  return {
    minVersion,
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(passphrase === null ? {} : { passphrase }),
  }
}
