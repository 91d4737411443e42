import type { CheckResult } from '../../../model/environment.ts'
import type { Cipher } from '../../../model/topology.ts'
import { ipsecTunnels } from '../ipsec.ts'
import type { Section } from '../vici.ts'
import type { Proof } from './check.ts'

/** What charon calls the algorithms of a child SA. */
const EXPECTED: Readonly<Record<Cipher, Readonly<Record<string, string>>>> = {
  aes128gcm16: { 'encr-alg': 'AES_GCM_16', 'encr-keysize': '128' },
  aes256gcm16: { 'encr-alg': 'AES_GCM_16', 'encr-keysize': '256' },
  'aes256-sha256': { 'encr-alg': 'AES_CBC', 'encr-keysize': '256', 'integ-alg': 'HMAC_SHA2_256_128' },
  chacha20poly1305: { 'encr-alg': 'CHACHA20_POLY1305' },
}

/** While keys are renewed the old ones serve until the new ones do, and are told of for a while afterwards. */
const isUp = ({ state }: Section) => state === 'INSTALLED' || state === 'REKEYING' || state === 'REKEYED'

/** Whether every tunnel is up with what was asked for, by the gateways' own account. */
export async function parameters({ topology, vici, tree }: Proof): Promise<CheckResult[]> {
  const tunnels = ipsecTunnels(topology)
  if (tunnels.length === 0) return topology.tunnels.length === 0 ? [] : [await handshakes({ topology, tree })]
  const children = new Map<string, Section>()
  for (const host of new Set(tunnels.map(({ initiator }) => initiator.host))) {
    const gateway = vici.get(host)!
    await gateway.listen('list-sa', message => {
      for (const [name, sa] of Object.entries(message))
        for (const child of Object.values(((sa as Section)['child-sas'] ?? {}) as Section))
          if (isUp(child as Section) || !children.has(name)) children.set(name, child as Section)
    })
    await gateway.command('list-sas')
  }
  const wrong = tunnels.flatMap(({ name, vpn }) => {
    const child = children.get(name)
    if (child === undefined || !isUp(child)) return [`${name} is not up`]
    return Object.entries(EXPECTED[vpn.cipher]).flatMap(([key, value]) =>
      child[key] === value ? [] : [`${name}: ${key} is ${String(child[key])}, not ${value}`],
    )
  })
  return [
    {
      name: 'parameters',
      passed: wrong.length === 0,
      evidence:
        wrong.length > 0
          ? wrong.slice(0, 3).join('; ')
          : `${tunnels.length} ${tunnels.length === 1 ? 'tunnel' : 'tunnels'} with ${tunnels[0]!.vpn.cipher}`,
    },
  ]
}

async function handshakes({ topology, tree }: Pick<Proof, 'topology' | 'tree'>): Promise<CheckResult> {
  const hosts = [...new Set(topology.tunnels.map(({ responder }) => responder.host))]
  const outputs = await Promise.all(hosts.map(host => tree.run(host, ['wg', 'show', 'all', 'latest-handshakes'])))
  const peers = outputs.flatMap(({ output }) => output.trim().split('\n').filter(Boolean))
  const silent = peers.filter(line => line.endsWith('\t0'))
  return {
    name: 'parameters',
    passed: peers.length === topology.tunnels.length && silent.length < peers.length,
    evidence: `${peers.length - silent.length} of ${topology.tunnels.length} WireGuard peers have shaken hands`,
  }
}
