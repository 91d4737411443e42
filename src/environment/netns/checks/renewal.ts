import { setTimeout as sleep } from 'node:timers/promises'
import type { IpsecTunnel } from '../ipsec.ts'
import type { Section, Vici } from '../vici.ts'
import { ALGORITHMS } from './algorithms.ts'
import type { Proof } from './check.ts'
import { type Deviation, deviationsOf } from './deviation.ts'
import { childrenOf, listed, serves } from './listed.ts'

const LONGEST_RENEWAL_MS = 10_000
const LOOK_AGAIN_MS = 20

/**
 * Has the initiators of tunnels renew their keys once, and tells where that does not come about or not as asked. The first keys come with those of IKE, so that only
 * a renewal shows whether both ends agree on a key exchange of its own (RFC 7296, 1.2 and 1.3.3).
 */
export async function renewalDeviations({ vici }: Proof, tunnels: readonly IpsecTunnel[]): Promise<Deviation[]> {
  const byHost = Object.entries(Object.groupBy(tunnels, ({ initiator }) => initiator.host))
  const left = await Promise.all(byHost.map(([host, own]) => renewOn(vici.get(host)!, own!)))
  const stale = new Set(left.flat())
  const found: Deviation[] = []
  for (const tunnel of tunnels)
    found.push(...(stale.has(tunnel.name) ? notRenewed(tunnel) : await exchangesOf(tunnel, vici)))
  return found
}

const notRenewed = ({ name, initiator }: IpsecTunnel): Deviation[] =>
  deviationsOf(name, initiator.host, [
    ['renewal of keys', 'refused or unanswered', `done within ${LONGEST_RENEWAL_MS / 1_000} s`],
  ])

/** What the newest keys of a tunnel were made by, at both its ends. */
async function exchangesOf({ name, vpn, ...ends }: IpsecTunnel, vici: Proof['vici']): Promise<Deviation[]> {
  const found: Deviation[] = []
  for (const { host } of [ends.initiator, ends.responder]) {
    const children = (await childrenFor(vici.get(host)!, name)).filter(serves)
    const newest = children.toSorted((a, b) => Number(b.uniqueid) - Number(a.uniqueid))[0]
    const group = vpn.pfs ? ALGORITHMS[vpn.cipher].ike['dh-group'] : undefined
    found.push(...deviationsOf(name, host, [['dh-group of renewed keys (PFS)', newest?.['dh-group'], group]]))
  }
  return found
}

/** Names of those whose keys were not renewed. */
async function renewOn(gateway: Vici, tunnels: readonly IpsecTunnel[]): Promise<string[]> {
  const before = new Map<string, ReadonlySet<unknown>>()
  const refused: string[] = []
  for (const { name } of tunnels) {
    const serving = new Set((await childrenFor(gateway, name)).map(({ uniqueid }) => uniqueid))
    await gateway.command('rekey', { child: name }).then(
      () => before.set(name, serving),
      () => refused.push(name),
    )
  }
  const deadline = performance.now() + LONGEST_RENEWAL_MS
  let left = [...before.keys()]
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(LOOK_AGAIN_MS)
    left = await stillLeft(gateway, left, before)
  }
  return [...refused, ...left]
}

async function stillLeft(
  gateway: Vici,
  names: readonly string[],
  before: ReadonlyMap<string, ReadonlySet<unknown>>,
): Promise<string[]> {
  const left: string[] = []
  for (const name of names) {
    const children = await childrenFor(gateway, name)
    if (!children.some(({ state, uniqueid }) => state === 'INSTALLED' && !before.get(name)!.has(uniqueid)))
      left.push(name)
  }
  return left
}

const childrenFor = async (gateway: Vici, name: string): Promise<Section[]> =>
  (await listed(gateway, 'list-sas', { ike: name })).flatMap(([, sa]) => childrenOf(sa))
