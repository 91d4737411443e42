import { randomBytes } from 'node:crypto'
import { type Certified, makeAuthority } from '../certificates.ts'
import type { IpsecTunnel } from './ipsec.ts'
import type { Section } from './vici.ts'

/** A VICI command that gives a gateway a secret or a certificate. */
export interface Loading {
  readonly command: 'load-shared' | 'load-cert' | 'load-key'
  readonly argument: Section
}

/** What the gateways of one clone know of each other; made for it, and gone with it. */
export interface Credentials {
  /** What a gateway is given before its connections are loaded. */
  of(host: string): readonly Loading[]
  /** What is added to the own authentication of one end of a tunnel. */
  localOf(tunnel: IpsecTunnel, role: 'initiator' | 'responder'): Section
}

/** A key for every tunnel, or an authority and a certificate for every gateway's identity. */
export async function makeCredentials(tunnels: readonly IpsecTunnel[]): Promise<Credentials> {
  const shared = tunnels.filter(({ vpn }) => vpn.auth === 'psk')
  const certified = tunnels.filter(({ vpn }) => vpn.auth === 'certificate')
  const keys = new Map(shared.map(({ name }) => [name, randomBytes(32).toString('base64url')]))
  const { authority, own } = await certify(certified)
  const at =
    (host: string) =>
    ({ initiator, responder }: IpsecTunnel) =>
      initiator.host === host || responder.host === host
  return {
    of(host) {
      const identities = certified
        .filter(at(host))
        .map(({ initiator, responder }) => (initiator.host === host ? initiator : responder).identity)
      return [
        ...shared.filter(at(host)).map(
          ({ name, initiator }): Loading => ({
            command: 'load-shared',
            argument: {
              id: name,
              type: 'IKE',
              data: keys.get(name)!,
              // Of the hospital alone: a gateway tries every key that names either end, and would take one hospital's for another's.
              owners: [initiator.identity],
            },
          }),
        ),
        ...(identities.length === 0 ? [] : [authorityOf(authority)]),
        ...[...new Set(identities)].map(
          (identity): Loading => ({
            command: 'load-key',
            argument: { type: 'any', data: own.get(identity)!.privateKey },
          }),
        ),
      ]
    },
    localOf(tunnel, role) {
      const { certificate } = own.get(tunnel[role].identity) ?? { certificate: null }
      return tunnel.vpn.auth === 'certificate' && certificate !== null ? { certs: [certificate] } : {}
    },
  }
}

async function certify(tunnels: readonly IpsecTunnel[]): Promise<{ authority: string; own: Map<string, Certified> }> {
  if (tunnels.length === 0) return { authority: '', own: new Map() }
  const authority = await makeAuthority('hl7bench clone')
  const identities = [
    ...new Set(tunnels.flatMap(({ initiator, responder }) => [initiator.identity, responder.identity])),
  ]
  const issued = await Promise.all(
    identities.map(async identity => [identity, await authority.issue([identity])] as const),
  )
  return { authority: authority.certificate, own: new Map(issued) }
}

const authorityOf = (certificate: string): Loading => ({
  command: 'load-cert',
  argument: { type: 'X509', flag: 'CA', data: certificate },
})
