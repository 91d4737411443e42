import type { CheckResult } from '../../../model/environment.ts'
import { hash32 } from '../../../workload/random.ts'
import { openProbes } from '../probe/probes.ts'
import type { Site } from '../site.ts'
import { CLOSED_PORT, type Proof } from './check.ts'
import { encryption } from './encryption.ts'
import { firewall } from './firewall.ts'
import { isolation } from './isolation.ts'
import { parameters } from './parameters.ts'
import { DEFAULT_PORT, reachability } from './reachability.ts'
import { pairs } from './sample.ts'
import { sizedHospitals, sizes } from './sizes.ts'

/** Proves that a clone is what its topology says, each point with what was seen. */
export async function prove(site: Proof): Promise<readonly CheckResult[]> {
  const [reached, rules] = await Promise.all([listen(site).then(() => reachability(site)), firewall(site)])
  if (!reached.every(({ passed }) => passed)) return [...reached, rules]
  const rest = await Promise.all([isolation(site), parameters(site)])
  return [...reached, rules, ...rest.flat(), await sizes(site), ...(await encryption(site))]
}

const CHECKS = 0x63686b73

/** The same by probes of its own, which are gone afterwards. @param scenarioSeed decides which hospitals are tried where there are many */
export async function proveSite(site: Site, scenarioSeed: number): Promise<readonly CheckResult[]> {
  const probes = openProbes(site.tree)
  try {
    return await prove({ ...site, probes, vici: site.gateways.vici, seed: hash32(scenarioSeed, CHECKS, 0) })
  } finally {
    await probes.close()
  }
}

/** The application on every port that a hospital may use or tries, and the hospitals on their own. */
async function listen(site: Proof): Promise<void> {
  const { topology, probes } = site
  const tried = sizedHospitals(site)
  const { receiverPort } = topology.hospitals[0]!
  const ports = new Set([
    CLOSED_PORT,
    DEFAULT_PORT,
    ...topology.hospitals.slice(0, 2).flatMap(each => each.ports),
    ...tried.flatMap(each => each.ports),
  ])
  const hosts = new Set([...tried.map(({ host }) => host), ...pairs(site).map(({ to }) => to.host)])
  await Promise.all([
    probes.listen(topology.application, [...ports]),
    ...[...hosts].map(host => probes.listen(host, [receiverPort, CLOSED_PORT])),
  ])
}
