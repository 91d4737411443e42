import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, describe as group, onTestFinished } from 'vitest'
import { makeAuthority } from '../../../src/environment/certificates.ts'
import { bringUpIpsec } from '../../../src/environment/netns/bringUp.ts'
import { type Credentials, type Loading, makeCredentials } from '../../../src/environment/netns/credentials.ts'
import { charons, connection, type IpsecTunnel, ipsecTunnels } from '../../../src/environment/netns/ipsec.ts'
import { startTree } from '../../../src/environment/netns/tree.ts'
import { establish } from '../../../src/environment/netns/tunnels/establish.ts'
import { shakeHands } from '../../../src/environment/netns/tunnels/shakeHands.ts'
import { openVici, type Vici } from '../../../src/environment/netns/vici.ts'
import { wireguards } from '../../../src/environment/netns/wireguard.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import type { Topology, Vpn } from '../../../src/model/topology.ts'
import { needs } from '../../needs.ts'
import { guardedForTest, marked, never } from '../support.ts'
import { canIpsec, canWireguard, IPSEC, mechanisms, PLAIN_LINK, siteToSiteOf, WHAT, WIREGUARD } from './support.ts'

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const withWireguard = needs(canWireguard, `${WHAT} WireGuard`)
const HOUR_MS = 3_600_000
const LONG_MS = 60_000

const hubOf = (hospitals: number, vpn: Vpn = IPSEC) =>
  hub({
    ...{ hospitals, overlapping: 0, translatedBy: 'us', vpn, internet: PLAIN_LINK },
    ...{ sharedPorts: [2575], receiverPort: 2576 },
  })

async function treeForTest(topology: Topology) {
  const guarded = await guardedForTest()
  const setup = { topology, mechanisms, ...charons(topology, mechanisms), steps: [] }
  const tree = await startTree(guarded, 'c1', setup, never)
  const tunnels = ipsecTunnels(topology)
  const good = await makeCredentials(tunnels)
  return {
    ...{ guarded, tree, tunnels, good },
    bringUp: (credentials: Credentials) => bringUpIpsec(tree, topology, credentials, never),
    /** With connections that differ at the initiators' ends. */
    async bringUpAs(initiators: (tunnel: IpsecTunnel) => IpsecTunnel, credentials = good) {
      const vici = new Map<string, Vici>()
      for (const host of new Set(tunnels.flatMap(({ initiator, responder }) => [initiator.host, responder.host]))) {
        const socket = tree.fileOf(host, 'charon.vici')
        while (!existsSync(socket)) await sleep(10)
        const gateway = await openVici(socket)
        onTestFinished(() => gateway.close())
        vici.set(host, gateway)
        for (const { command, argument } of credentials.of(host)) await gateway.command(command, argument)
      }
      for (const tunnel of tunnels) {
        const { initiator, responder } = tunnel
        await vici.get(responder.host)!.command('load-conn', connection(tunnel, 'responder', {}))
        await vici.get(initiator.host)!.command('load-conn', connection(initiators(tunnel), 'initiator', {}))
      }
      return await establish(tree, tunnels, vici, never)
    },
  }
}

/** The keys of some tunnels differ at their initiators' ends. */
const otherKeys = (good: Credentials, names: readonly string[]): Credentials => ({
  ...good,
  of: host =>
    good.of(host).map(each => {
      const isOther = host !== 'gw' && names.includes(String(each.argument.id))
      return isOther ? { ...each, argument: { ...each.argument, data: randomBytes(32).toString('base64url') } } : each
    }),
})

/** The initiator of tunnel `name` has the key of tunnel `other` in place of its own. */
function keyOfOther(good: Credentials, name: string, other: string): Credentials {
  const { data } = good.of('gw').find(({ argument }) => argument.id === other)!.argument
  const withIt = (host: string) => (loading: Loading) =>
    host !== 'gw' && loading.argument.id === name
      ? { ...loading, argument: { ...loading.argument, data: data! } }
      : loading
  return { ...good, of: host => good.of(host).map(withIt(host)) }
}

/** The certificate of one tunnel's initiator was valid until yesterday. */
async function expiredCertificate(good: Credentials, { name, initiator }: IpsecTunnel): Promise<Credentials> {
  const authority = await makeAuthority('expired')
  const validity = { fromMs: Date.now() - 48 * HOUR_MS, untilMs: Date.now() - 24 * HOUR_MS }
  const old = await authority.issue([initiator.identity], validity)
  return {
    of: host => [
      ...good.of(host),
      { command: 'load-cert', argument: { type: 'X509', flag: 'CA', data: authority.certificate } },
      ...(host === initiator.host
        ? [{ command: 'load-key' as const, argument: { type: 'any', data: old.privateKey } }]
        : []),
    ],
    localOf: (own, role) =>
      own.name === name && role === 'initiator' ? { certs: [old.certificate] } : good.localOf(own, role),
  }
}

const othersCipher =
  (name: string) =>
  (tunnel: IpsecTunnel): IpsecTunnel =>
    tunnel.name === name ? { ...tunnel, vpn: { ...tunnel.vpn, cipher: 'aes256gcm16' } } : tunnel

async function complaintOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => null,
    (reason: Error) => reason,
  )
  return error?.message ?? 'nobody complained'
}

group('a gateway that refuses says why', () => {
  withIpsec('pre-shared keys that differ', async () => {
    const { bringUp, good } = await treeForTest(siteToSiteOf())
    const said = await complaintOf(bringUp(otherKeys(good, ['hosp'])))
    expect(said).toMatch(/1 of 1 tunnels \(hosp\) did not come up[\s\S]*hgw \| received AUTHENTICATION_FAILED/)
    expect(said).toMatch(/gw \| tried 1 shared key for .* but MAC mismatched/)
    expect(said).toMatch(/compare the two ends of environment.vpn, .* hl7bench doctor$/)
  })

  withIpsec('the key of another hospital', async () => {
    const { bringUp, good } = await treeForTest(hubOf(2))
    const said = await complaintOf(bringUp(keyOfOther(good, 'hosp-0', 'hosp-1')))
    expect(said).toMatch(
      /1 of 2 tunnels \(hosp-0\) did not come up[\s\S]* gw \| tried 1 shared key for .* but MAC mismatched/,
    )
  })

  withIpsec('a certificate that has expired', async () => {
    const { bringUp, good, tunnels } = await treeForTest(siteToSiteOf({ ...IPSEC, auth: 'certificate' }))
    const said = await complaintOf(bringUp(await expiredCertificate(good, tunnels[0]!)))
    expect(said).toMatch(/hgw \| received AUTHENTICATION_FAILED[\s\S]* gw \| subject certificate invalid/)
  })

  withIpsec('no proposal in common', async () => {
    const { bringUpAs } = await treeForTest(siteToSiteOf())
    const said = await complaintOf(bringUpAs(othersCipher('hosp')))
    expect(said).toMatch(/hgw \| received NO_PROPOSAL_CHOSEN[\s\S]* gw \| received proposals unacceptable/)
  })

  withIpsec('networks that were not agreed, where the gateways know each other', async () => {
    const { bringUpAs } = await treeForTest(siteToSiteOf())
    const networks = ['10.99.0.0/24']
    const said = await complaintOf(bringUpAs(own => ({ ...own, initiator: { ...own.initiator, networks } })))
    expect(said).toMatch(
      /hosp was refused[\s\S]*hgw \| received TS_UNACCEPTABLE[\s\S]* gw \| traffic selectors .* unacceptable/,
    )
  })

  withIpsec('and nothing of the clone is left when it is ended', async () => {
    const { guarded, bringUp, good } = await treeForTest(siteToSiteOf())
    await complaintOf(bringUp(otherKeys(good, ['hosp'])))
    expect(marked(guarded.experimentId, 'c1').length).toBeGreaterThan(2)
    expect(await guarded.end('c1', 0)).toEqual([])
    expect(marked(guarded.experimentId, 'c1')).toEqual([])
  })
})

group('of the tunnels of a hub those that fail are named, and no others', () => {
  for (const [hospitals, name, host] of [
    [3, 'hosp-1', 'og1'],
    [3, 'hosp-2', 'hgw'],
    [120, 'hosp-77', 'hgw'],
  ] as const)
    withIpsec(
      `one pre-shared key of ${hospitals} differs, at ${host}`,
      async () => {
        const { bringUp, good } = await treeForTest(hubOf(hospitals))
        const said = await complaintOf(bringUp(otherKeys(good, [name])))
        expect(said).toContain(`1 of ${hospitals} tunnels (${name}) did not come up`)
        expect(said).toContain(`${host} | received AUTHENTICATION_FAILED notify error`)
        expect(said).toMatch(
          new RegExp(` gw \\| tried \\d+ shared keys? for .*'${name}.hospital.example', but MAC mismatched`),
        )
        expect(said.match(/hosp-\d+/g)!.every(each => each === name)).toBe(true)
      },
      LONG_MS,
    )

  withIpsec('a certificate that has expired', async () => {
    const { bringUp, good, tunnels } = await treeForTest(hubOf(3, { ...IPSEC, auth: 'certificate' }))
    const said = await complaintOf(bringUp(await expiredCertificate(good, tunnels[2]!)))
    expect(said).toContain('1 of 3 tunnels (hosp-2) did not come up')
    expect(said).toMatch(/ gw \| subject certificate invalid \(valid from/)
    expect(said).not.toMatch(/hosp-[01]/)
  })

  withIpsec(
    'many at once: each distinct reason is told once, with the words of both gateways',
    async () => {
      const { tree, bringUpAs, good, tunnels } = await treeForTest(hubOf(8))
      const { address } = tunnels[7]!.initiator
      await tree.run('inet', [
        'nft',
        `add table ip deaf; add chain ip deaf f { type filter hook forward priority 0; }; add rule ip deaf f ip saddr ${address} drop`,
      ])
      const said = await complaintOf(bringUpAs(othersCipher('hosp-1'), otherKeys(good, ['hosp-2', 'hosp-3', 'hosp-4'])))
      expect(said).toContain('4 of 8 tunnels (hosp-1, hosp-2, hosp-3 and 1 more) did not come up')
      expect(said).toMatch(/hosp-1 was refused; its gateways say:\n {2}og1 \| received NO_PROPOSAL_CHOSEN/)
      expect(said).toMatch(/hosp-2, hosp-3, hosp-4 were refused; the gateways of hosp-2 say:\n {2}hgw \| received AUTH/)
      expect(said.match(/MAC mismatched/g)).toHaveLength(1)
      expect(said).toContain('not waited for: hosp-7')
    },
    LONG_MS,
  )

  withIpsec(
    'a peer that cannot be reached got no answer',
    async () => {
      const { tree, bringUp, good, tunnels } = await treeForTest(hubOf(4))
      const { address } = tunnels[3]!.initiator
      await tree.run('inet', [
        'nft',
        `add table ip deaf; add chain ip deaf f { type filter hook forward priority 0; }; add rule ip deaf f ip saddr ${address} drop`,
      ])
      const said = await complaintOf(bringUp(good))
      expect(said).toContain('1 of 4 tunnels (hosp-3) did not come up')
      expect(said).toMatch(/hosp-3 got no answer[\s\S]*hgw \| .*peer not responding\n {2}gw \| nothing of it/)
    },
    LONG_MS,
  )

  withWireguard(
    'WireGuard, whose peers have other keys: who never shook hands',
    async () => {
      const topology = hubOf(5, WIREGUARD)
      const { files, daemons, steps, devices } = wireguards(topology, mechanisms)
      const stranger = randomBytes(32).toString('base64')
      const wrong = files.map(file =>
        file.host === 'og1' || (file.host === 'hgw' && file.name === 'wg1.conf')
          ? { ...file, text: file.text.replace(/(?<=PrivateKey = ).*/, stranger) }
          : file,
      )
      const guarded = await guardedForTest()
      const tree = await startTree(guarded, 'c1', { topology, mechanisms, files: wrong, daemons, steps }, never)
      const said = await complaintOf(shakeHands(tree, topology, devices, never))
      expect(said).toContain('2 of 5 tunnels (hosp-1, hosp-3) did not come up: no handshake within 4.5 s')
      expect((await tree.run('hgw', ['wg', 'show', 'all', 'persistent-keepalive'])).output).not.toMatch(/\t\d+$/m)
    },
    LONG_MS,
  )
})
