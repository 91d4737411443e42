import { onTestFinished } from 'vitest'
import { prove } from '../../../src/environment/netns/checks/prove.ts'
import { type Mechanisms, survey } from '../../../src/environment/netns/mechanism.ts'
import { openProbes } from '../../../src/environment/netns/probe/probes.ts'
import { buildSite, type Site } from '../../../src/environment/netns/site.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import { siteToSite } from '../../../src/environment/topology/siteToSite.ts'
import type { CheckResult } from '../../../src/model/environment.ts'
import { IPSEC_DEFAULTS } from '../../../src/model/netns.ts'
import type { Topology, Vpn } from '../../../src/model/topology.ts'
import { guardedForTest, never } from '../support.ts'

export const { mechanisms, capabilities } = await survey()
const has = (name: string) => capabilities.some(each => each.name === name && each.isThere)

/** Whether this machine can hold clones with IPsec, and with WireGuard. */
const canClone = capabilities.slice(0, 2).every(({ isThere }) => isThere) && has('nftables') && has('python3')
export const canIpsec = canClone && mechanisms.esp !== null
export const canWireguard = canClone && mechanisms.wireguard !== null
export const canDelay = canClone && mechanisms.delay !== null
export const canLimit = canClone && mechanisms.rate !== null
export const WHAT = 'namespaces, iproute2, nftables, python3 and'

export { IPSEC_DEFAULTS as IPSEC, WIREGUARD_DEFAULTS as WIREGUARD } from '../../../src/model/netns.ts'
export const PLAIN_LINK = { mtu: null, impairment: null }

export const siteToSiteOf = (vpn: Vpn = IPSEC_DEFAULTS, mtu: number | null = null): Topology =>
  siteToSite({ vpn, internet: { ...PLAIN_LINK, mtu }, ports: [2575], receiverPort: 2576 })

/** Two hospitals in namespaces of their own, two that overlap, and one besides. */
export const hubOfFive = (vpn: Vpn, translatedBy: 'us' | 'hospital'): Topology =>
  hub({
    ...{ hospitals: 5, overlapping: 2, translatedBy, vpn, internet: PLAIN_LINK, sharedPorts: [2575] },
    receiverPort: 2576,
  })

/** Of a machine that has everything, for tests of the commands that would be issued on it. */
export const KERNEL: Mechanisms = {
  userNamespace: false,
  esp: 'kernel',
  wireguard: 'kernel',
  delay: 'netem',
  rate: 'tbf',
}

export async function siteForTest(topology: Topology): Promise<Site> {
  const guarded = await guardedForTest()
  const site = await buildSite(guarded, { id: 'c1', topology, mechanisms, gatewayCpus: null, signal: never })
  onTestFinished(() => site.gateways.close())
  return site
}

export async function proveForTest(site: Site): Promise<readonly CheckResult[]> {
  const probes = openProbes(site.tree)
  try {
    return await prove({ ...site, probes, vici: site.gateways.vici, seed: 1 })
  } finally {
    probes.close()
  }
}

export const failedOf = (checks: readonly CheckResult[]) =>
  checks.filter(({ passed }) => !passed).map(({ name }) => name)
