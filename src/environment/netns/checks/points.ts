import type { IpsecVpn, TunnelEnd } from '../../../model/topology.ts'
import { type IpsecTunnel, lifetimesOf } from '../ipsec.ts'
import type { Section } from '../vici.ts'
import { ALGORITHMS, CHILD_ALGORITHMS, IKE_ALGORITHMS } from './algorithms.ts'
import type { Point } from './deviation.ts'

/** A tunnel as one of its gateways knows it. */
export interface End {
  readonly name: string
  readonly vpn: IpsecVpn
  readonly own: TunnelEnd
  readonly other: TunnelEnd
}

/** The ends of a tunnel that are on a host. */
export function endsOn(host: string, { name, vpn, initiator, responder }: IpsecTunnel): End[] {
  const ends = [
    { name, vpn, own: initiator, other: responder },
    { name, vpn, own: responder, other: initiator },
  ]
  return ends.filter(({ own }) => own.host === host)
}

/** Of the association, that of IKE itself. */
export function associationPoints({ own, other, vpn }: End, sa: Section): Point[] {
  return [
    ['IKE version', sa.version, '2'],
    ['local-host', sa['local-host'], own.address],
    ['remote-host', sa['remote-host'], other.address],
    ['local-id', sa['local-id'], own.identity],
    ['remote-id', sa['remote-id'], other.identity],
    ...IKE_ALGORITHMS.map((key): Point => [`IKE ${key}`, sa[key], ALGORITHMS[vpn.cipher].ike[key]]),
  ]
}

/** Of the keys of the traffic, a child of the association. */
export function childPoints({ own, other, name, vpn }: End, child: Section): Point[] {
  return [
    ['child', child.name, name],
    ['protocol', child.protocol, 'ESP'],
    ['mode', child.mode, 'TUNNEL'],
    ['encap', child.encap ?? 'no', vpn.natTraversal ? 'yes' : 'no'],
    ...CHILD_ALGORITHMS.map((key): Point => [key, child[key], ALGORITHMS[vpn.cipher].child[key]]),
    ['local-ts', child['local-ts'], own.networks],
    ['remote-ts', child['remote-ts'], other.networks],
    ...lifetimePoints(vpn, child),
  ]
}

/** What charon tells is rounded to seconds, more than once. */
const ROUNDED_SECONDS = 2

function lifetimePoints(vpn: IpsecVpn, child: Section): Point[] {
  const { rekeySeconds, earlySeconds, lifeSeconds } = lifetimesOf(vpn)
  const since = Number(child['install-time'])
  const within = (key: string, least: number, most: number): Point => {
    // What is due now is not told.
    const seconds = Number(child[key] ?? 0) + since
    const isWithin = seconds >= least - ROUNDED_SECONDS && seconds <= most + ROUNDED_SECONDS
    const asked = least === most ? `${most} s` : `${least} to ${most} s`
    return [key, isWithin ? asked : `${child[key] === undefined ? 'none' : `${seconds} s`}`, asked]
  }
  return rekeySeconds === 0
    ? [
        ['rekey-time', child['rekey-time'], undefined],
        ['life-time', child['life-time'], undefined],
      ]
    : [within('rekey-time', rekeySeconds - earlySeconds, rekeySeconds), within('life-time', lifeSeconds, lifeSeconds)]
}

/** Of what the gateway would go by the next time: by whom ends are authenticated and how idle ones are asked no association tells. */
export function configuredPoints({ own, other, name, vpn }: End, connection: Section): Point[] {
  const auth = vpn.auth === 'psk' ? 'pre-shared key' : 'public key'
  const child = ((connection.children ?? {}) as Section)[name] as Section | undefined
  return [
    ['configured version', connection.version, 'IKEv2'],
    ['configured local_addrs', connection.local_addrs, [own.address]],
    ['configured remote_addrs', connection.remote_addrs, [other.address]],
    ['configured local auth', (connection['local-1'] as Section | undefined)?.class, auth],
    ['configured remote auth', (connection['remote-1'] as Section | undefined)?.class, auth],
    ['configured dpd_delay', connection.dpd_delay ?? '0', String(vpn.dpdSeconds)],
    ['configured rekey_time', child?.rekey_time, String(vpn.rekeySeconds)],
    ['configured local-ts', child?.['local-ts'], own.networks],
    ['configured remote-ts', child?.['remote-ts'], other.networks],
  ]
}
