import type { Problem } from '../../model/environment.ts'
import type { NetnsEnvironment } from '../../model/netns.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Topology } from '../../model/topology.ts'
import { preflightProcess } from '../process.ts'
import { type Capability, type Survey, survey } from './mechanism.ts'
import { needsRelay } from './relay.ts'
import { topologyOf } from './topologyOf.ts'

/** What this machine lacks for the clones of a scenario: all of it, each with the remedy. Nothing is left out silently. */
export async function preflightNetns(scenario: Scenario): Promise<readonly Problem[]> {
  if (scenario.environment.kind !== 'netns') return []
  const { environment } = scenario
  const found = await survey()
  const topology = topologyOf(environment, scenario.load)
  return [
    ...(await preflightProcess(scenario)),
    ...missing(environment, found).map(({ name, purpose, remedy }) => ({
      what: `${name} ${name.endsWith('s') && name !== 'TUN' ? 'are' : 'is'} missing, for ${purpose}`,
      remedy,
    })),
    ...(environment.vpn?.kind === 'ipsec' && !environment.vpn.natTraversal && found.mechanisms.esp === 'libipsec'
      ? [
          {
            what: 'ESP without UDP needs a kernel with ESP, and this one has none',
            remedy: 'set environment.vpn.natTraversal to true, or use such a kernel',
          },
        ]
      : []),
    ...sharedSelectors(topology),
  ]
}

function missing({ vpn, link, checks }: NetnsEnvironment, { mechanisms, capabilities }: Survey): Capability[] {
  const lacks = (name: string) => capabilities.filter(each => each.name === name && !each.isThere)
  const first = capabilities.slice(0, 2).filter(({ isThere }) => !isThere)
  if (first.length > 0) return first
  return [
    ...lacks('nftables'),
    ...(checks === 'never' || vpn === null ? [] : lacks('python3')),
    ...(vpn?.kind === 'ipsec' && mechanisms.esp === null
      ? [...lacks('charon'), ...lacks('TUN'), ...lacks('kernel-libipsec')]
      : []),
    ...(vpn?.kind === 'wireguard' && mechanisms.wireguard === null
      ? [...lacks('wireguard-go and wg'), ...lacks('TUN')]
      : []),
    ...(needsRelay(link) && mechanisms.delay === null ? [...lacks('TUN'), ...lacks('python3')] : []),
    ...(link.rateMbit !== null && mechanisms.rate === null ? lacks('tbf') : []),
  ]
}

/** Two tunnels of one gateway for the same networks: both say that they are up, and one hospital's answers go to the other. */
export function sharedSelectors({ tunnels }: Topology): Problem[] {
  const owners = new Map<string, string>()
  return tunnels.flatMap(({ name, initiator, responder }) =>
    initiator.networks.flatMap(network => {
      const key = `${responder.host} ${network}`
      const owner = owners.get(key)
      owners.set(key, owner ?? name)
      return owner === undefined
        ? []
        : [
            {
              what: `${owner} and ${name} both claim ${network} on ${responder.host}`,
              remedy: 'give one of them another range by NAT at its gateway, or a gateway of its own',
            },
          ]
    }),
  )
}
