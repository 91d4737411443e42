import { IPSEC_DEFAULTS, type NetnsEnvironment } from '../../model/netns.ts'
import { PROTOCOLS, type Scenario } from '../../model/scenario.ts'
import type { Impairment, Topology } from '../../model/topology.ts'
import { direct, type LinkOptions } from '../topology/direct.ts'
import { hub } from '../topology/hub.ts'
import { siteToSite } from '../topology/siteToSite.ts'
import { RECEIVER_PORT, TARGET_PORTS } from './targetPorts.ts'

/** The topology that a scenario's environment asks for. */
export function topologyOf(environment: NetnsEnvironment, loads: Scenario['load']): Topology {
  const { vpn, link, hospitals, overlapping, translatedBy } = environment
  const internet = linkOf(link)
  const toApplication = loads.filter(({ from }) => from !== 'application')
  // MLLP first, whatever the order of the loads: the ports of hospitals and of drills are taken for the first.
  const spokenTo = PROTOCOLS.filter(each => toApplication.some(({ protocol }) => protocol === each))
  const ports = spokenTo.map(protocol => TARGET_PORTS[protocol])
  const receiverPort = RECEIVER_PORT
  if (environment.topology === 'direct') return direct(internet, receiverPort)
  const spoken = vpn ?? IPSEC_DEFAULTS
  if (environment.topology === 'site-to-site') return siteToSite({ vpn: spoken, internet, ports, receiverPort })
  return hub({ hospitals, overlapping, translatedBy, vpn: spoken, internet, sharedPorts: ports, receiverPort })
}

function linkOf({ mtu, ...impairment }: NetnsEnvironment['link']): LinkOptions {
  return { mtu, impairment: isPlain(impairment) ? null : impairment }
}

const isPlain = ({ delayMs, jitterMs, lossRatio, rateMbit }: Impairment) =>
  delayMs === 0 && jitterMs === 0 && lossRatio === 0 && rateMbit === null
