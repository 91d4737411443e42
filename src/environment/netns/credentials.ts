import { randomBytes } from 'node:crypto'
import type { IpsecTunnel } from './ipsec.ts'
import type { Section } from './vici.ts'

/** A VICI command that gives a gateway a secret or a certificate. */
export interface Loading {
  readonly command: 'load-shared' | 'load-cert' | 'load-key'
  readonly argument: Section
}

/** What the gateways of one clone know of each other; made for it, and gone with it. */
export interface Credentials {
  /** What one end of a tunnel is given before its connection is loaded. */
  of(tunnel: IpsecTunnel, role: 'initiator' | 'responder'): readonly Loading[]
  /** What is added to the end's own authentication. */
  localOf(tunnel: IpsecTunnel, role: 'initiator' | 'responder'): Section
}

/** A key of its own for every tunnel with a pre-shared key. */
export function makeCredentials(tunnels: readonly IpsecTunnel[]): Credentials {
  const keys = new Map(tunnels.map(({ name }) => [name, randomBytes(32).toString('base64url')]))
  return {
    of: ({ name, initiator, responder }) => [
      {
        command: 'load-shared',
        argument: { id: name, type: 'IKE', data: keys.get(name)!, owners: [initiator.identity, responder.identity] },
      },
    ],
    localOf: () => ({}),
  }
}
