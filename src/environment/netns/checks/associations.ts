import { type IpsecTunnel, ipsecGateways, ipsecTunnels } from '../ipsec.ts'
import type { Section, Vici } from '../vici.ts'
import type { Proof } from './check.ts'
import { type Account, type Deviation, deviationsOf, type Point } from './deviation.ts'
import { childrenOf, listed, serves } from './listed.ts'
import { associationPoints, childPoints, configuredPoints, type End, endsOn } from './points.ts'
import { renewalDeviations } from './renewal.ts'
import { sampledTunnels } from './sample.ts'

/** Each renewal costs charon time that grows with its tunnels when it is asked for them all. */
const MOST_RENEWED = 5

/** What gateways say of their IPsec tunnels, and of the keys of some of those that are tried once they are renewed. */
export async function ipsecAccount(site: Proof): Promise<Account> {
  const tunnels = ipsecTunnels(site.topology)
  const tried = new Set(sampledTunnels(site).map(({ name }) => name))
  const toRenew = tunnels.filter(({ name, vpn }) => tried.has(name) && vpn.rekeySeconds > 0).slice(0, MOST_RENEWED)
  const told = await Promise.all(
    ipsecGateways(site.topology).map(host => deviationsOn(host, site.vici.get(host)!, tunnels)),
  )
  const renewed = await renewalDeviations(site, toRenew)
  return { deviations: [...told.flat(), ...renewed], evidence: tell(tunnels, toRenew) }
}

async function deviationsOn(host: string, gateway: Vici, tunnels: readonly IpsecTunnel[]): Promise<Deviation[]> {
  const connections = new Map(await listed(gateway, 'list-conns'))
  const associations = Map.groupBy(await listed(gateway, 'list-sas'), ([name]) => name)
  const own = tunnels.flatMap(tunnel => endsOn(host, tunnel))
  const known = new Set(own.map(({ name }) => name))
  const strangers = new Set([...connections.keys(), ...associations.keys()].filter(name => !known.has(name)))
  return [
    ...[...strangers].map(tunnel => ({ tunnel, host, parameter: 'connection', found: 'there', expected: 'asked for' })),
    ...own.flatMap(end => {
      const sas = (associations.get(end.name) ?? []).map(([, sa]) => sa)
      return deviationsOf(end.name, host, pointsOf(end, sas, connections.get(end.name)))
    }),
  ]
}

/** All that is to be true of one end of a tunnel: of its association, of the keys of its traffic, and of its configuration. */
function pointsOf(end: End, sas: readonly Section[], connection: Section | undefined): readonly Point[] {
  const serving = sas.flatMap(childrenOf).filter(serves)
  const installed = serving.filter(({ state }) => state === 'INSTALLED')
  const sa = sas.find(each => childrenOf(each).some(serves))
  if (sa === undefined || connection === undefined)
    return [
      ['state', sa === undefined ? 'down' : 'up', 'up'],
      ['configuration', connection === undefined ? 'not there' : 'there', 'there'],
    ]
  const children = installed.length === 0 ? serving.slice(0, 1) : installed
  return [
    ...associationPoints(end, sa),
    ...children.flatMap(child => childPoints(end, child)),
    ...configuredPoints(end, connection),
  ]
}

function tell(tunnels: readonly IpsecTunnel[], renewed: readonly IpsecTunnel[]): string {
  const { vpn } = tunnels[0]!
  const count = (of: number) => `${of} ${of === 1 ? 'tunnel' : 'tunnels'}`
  const which =
    renewed.length < tunnels.length
      ? `the keys of ${renewed.length} of them`
      : tunnels.length === 1
        ? 'its keys'
        : 'the keys of all'
  const tried = renewed.length === 0 ? 'not tried, as keys are never renewed' : `seen when ${which} were renewed`
  const pfs = `${vpn.pfs ? 'PFS' : 'no PFS'} ${tried}`
  return (
    `${count(tunnels.length)} with ${vpn.cipher}: both ends tell IKEv2, addresses, identities, algorithms, networks, ` +
    `${vpn.natTraversal ? 'ESP in UDP' : 'ESP without UDP'} and times of renewal as asked; ${pfs}; ` +
    `as configured only: ${vpn.auth}, DPD ${vpn.dpdSeconds === 0 ? 'never' : `after ${vpn.dpdSeconds} s`}`
  )
}
