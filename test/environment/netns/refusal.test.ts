import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, describe as group, onTestFinished } from 'vitest'
import { makeAuthority } from '../../../src/environment/certificates.ts'
import { bringUpIpsec, establish } from '../../../src/environment/netns/bringUp.ts'
import { type Credentials, makeCredentials } from '../../../src/environment/netns/credentials.ts'
import { charons, connection, ipsecTunnels } from '../../../src/environment/netns/ipsec.ts'
import { startTree } from '../../../src/environment/netns/tree.ts'
import { openVici } from '../../../src/environment/netns/vici.ts'
import { siteToSite } from '../../../src/environment/topology/siteToSite.ts'
import { needs } from '../../needs.ts'
import { guardedForTest, marked, never } from '../support.ts'
import { canIpsec, IPSEC, mechanisms, PLAIN_LINK, WHAT } from './support.ts'

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const HOUR_MS = 3_600_000

async function treeForTest(auth: 'psk' | 'certificate') {
  const guarded = await guardedForTest()
  const topology = siteToSite({ vpn: { ...IPSEC, auth }, internet: PLAIN_LINK, ports: [2575], receiverPort: 2576 })
  const tree = await startTree(
    guarded,
    'c1',
    { topology, mechanisms, ...charons(topology, mechanisms), steps: [] },
    never,
  )
  const tunnel = ipsecTunnels(topology)[0]!
  const bringUp = (credentials: Credentials) => bringUpIpsec(tree, topology, credentials, never)
  return { guarded, tree, tunnel, bringUp }
}

group('a gateway that refuses says why', () => {
  withIpsec('pre-shared keys that differ', async () => {
    const { bringUp, tunnel } = await treeForTest('psk')
    const good = await makeCredentials([tunnel])
    const different: Credentials = {
      ...good,
      of: host =>
        good.of(host).map(each => ({
          ...each,
          argument: { ...each.argument, data: randomBytes(32).toString('base64url') },
        })),
    }
    await expect(bringUp(different)).rejects.toThrow(
      /1 of 1 tunnels \(hosp\) did not come up[\s\S]*AUTHENTICATION_FAILED/,
    )
  })

  withIpsec('a certificate that has expired', async () => {
    const { bringUp, tunnel } = await treeForTest('certificate')
    const good = await makeCredentials([tunnel])
    const authority = await makeAuthority('expired')
    const validity = { fromMs: Date.now() - 48 * HOUR_MS, untilMs: Date.now() - 24 * HOUR_MS }
    const old = await authority.issue([tunnel.initiator.identity], validity)
    const expired: Credentials = {
      of: host => [
        ...good.of(host),
        { command: 'load-cert', argument: { type: 'X509', flag: 'CA', data: authority.certificate } },
        ...(host === 'hgw' ? [{ command: 'load-key' as const, argument: { type: 'any', data: old.privateKey } }] : []),
      ],
      localOf: (own, role) => (role === 'initiator' ? { certs: [old.certificate] } : good.localOf(own, role)),
    }
    await expect(bringUp(expired)).rejects.toThrow(/did not come up[\s\S]*(expired|AUTHENTICATION_FAILED)/)
  })

  withIpsec('no proposal in common', async () => {
    const { tree, tunnel } = await treeForTest('psk')
    const good = await makeCredentials([tunnel])
    const other = { ...tunnel, vpn: { ...tunnel.vpn, cipher: 'aes256gcm16' as const } }
    const vici = new Map()
    for (const [host, role, own] of [
      ['gw', 'responder', tunnel],
      ['hgw', 'initiator', other],
    ] as const) {
      const socket = tree.fileOf(host, 'charon.vici')
      while (!existsSync(socket)) await sleep(10)
      const gateway = await openVici(socket)
      onTestFinished(() => gateway.close())
      vici.set(host, gateway)
      for (const { command, argument } of good.of(host)) await gateway.command(command, argument)
      await gateway.command('load-conn', connection(own, role, {}))
    }
    await expect(establish(tree, [tunnel], vici, never)).rejects.toThrow(/NO_PROPOSAL_CHOSEN/)
  })

  withIpsec('and nothing of the clone is left when it is ended', async () => {
    const { guarded } = await treeForTest('psk')
    expect(marked(guarded.experimentId, 'c1').length).toBeGreaterThan(2)
    expect(await guarded.end('c1', 0)).toEqual([])
    expect(marked(guarded.experimentId, 'c1')).toEqual([])
  })
})
