import { expect, describe as group } from 'vitest'
import { parameters } from '../../../src/environment/netns/checks/parameters.ts'
import { connection, type IpsecTunnel, ipsecTunnels } from '../../../src/environment/netns/ipsec.ts'
import { openProbes } from '../../../src/environment/netns/probe/probes.ts'
import type { Site } from '../../../src/environment/netns/site.ts'
import type { Section } from '../../../src/environment/netns/vici.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import type { IpsecVpn, Vpn } from '../../../src/model/topology.ts'
import { needs } from '../../needs.ts'
import { canIpsec, canWireguard, IPSEC, PLAIN_LINK, siteForTest, siteToSiteOf, WHAT, WIREGUARD } from './support.ts'

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const withWireguard = needs(canWireguard, `${WHAT} WireGuard`)
const LONG_MS = 60_000

const hubOf = (vpn: Vpn) =>
  hub({
    ...{ hospitals: 5, overlapping: 1, translatedBy: 'us', vpn },
    ...{ internet: PLAIN_LINK, sharedPorts: [2575], receiverPort: 2576 },
  })

async function checked(built: Site) {
  const probes = openProbes(built.tree)
  try {
    return (await parameters({ ...built, probes, vici: built.gateways.vici, seed: 1 }))[0]!
  } finally {
    await probes.close()
  }
}

const ROLES = ['responder', 'initiator'] as const

/** Loads another connection in the place of a tunnel's, at some of its ends. */
async function reload(
  built: Site,
  vpn: Partial<IpsecVpn>,
  change: Section = {},
  ends: readonly (typeof ROLES)[number][] = ROLES,
) {
  const tunnel = ipsecTunnels(built.topology)[0]!
  const other: IpsecTunnel = { ...tunnel, vpn: { ...tunnel.vpn, ...vpn } }
  for (const role of ends) {
    const asked = connection(other, role, {})
    await built.gateways.vici
      .get(tunnel[role].host)!
      .command('load-conn', { [tunnel.name]: { ...(asked[tunnel.name] as Section), ...change } })
  }
  return tunnel
}

async function bringUpAgain({ gateways }: Site, tunnel: IpsecTunnel) {
  await gateways.terminate(tunnel)
  await gateways.initiate(tunnel)
}

group('tunnels that are as asked', () => {
  for (const vpn of [
    IPSEC,
    { ...IPSEC, pfs: false, dpdSeconds: 0, rekeySeconds: 1 },
    { ...IPSEC, cipher: 'aes256-sha256', auth: 'certificate', rekeySeconds: 60 },
    { ...IPSEC, cipher: 'aes256gcm16' },
    { ...IPSEC, cipher: 'chacha20poly1305' },
  ] as const)
    withIpsec(
      `pass with ${vpn.cipher}, ${vpn.auth}, keys renewed every ${vpn.rekeySeconds} s${vpn.pfs ? '' : ', no PFS'}`,
      async () => {
        const told = await checked(await siteForTest(siteToSiteOf(vpn)))
        expect(told).toEqual({ name: 'parameters', passed: true, evidence: expect.stringContaining(vpn.cipher) })
        expect(told.evidence).toContain(`${vpn.pfs ? '; ' : '; no '}PFS seen`)
      },
      LONG_MS,
    )

  withIpsec(
    'pass where keys are never renewed, and PFS is said to be untried',
    async () => {
      const told = await checked(await siteForTest(siteToSiteOf({ ...IPSEC, rekeySeconds: 0 })))
      expect(told).toMatchObject({ passed: true, evidence: expect.stringContaining('PFS not tried') })
    },
    LONG_MS,
  )

  withIpsec(
    'pass on a hub',
    async () => {
      expect(await checked(await siteForTest(hubOf(IPSEC)))).toMatchObject({ passed: true })
    },
    LONG_MS,
  )
})

group('a tunnel that is not as asked is told with what was found', () => {
  const tells = async (built: Site, ...parts: readonly (string | RegExp)[]) => {
    const told = await checked(built)
    expect(told).toMatchObject({ name: 'parameters', passed: false })
    for (const part of parts) expect(told.evidence).toMatch(part)
  }

  withIpsec(
    'another cipher, other times, another exchange of keys',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await bringUpAgain(built, await reload(built, { cipher: 'aes256gcm16', rekeySeconds: 600 }))
      await tells(
        built,
        'hosp on hgw: IKE encr-keysize is 256, not 128',
        'IKE prf-alg is PRF_HMAC_SHA2_384, not PRF_HMAC_SHA2_256',
        'IKE dh-group is ECP_384, not ECP_256',
        /hosp on hgw: encr-keysize is 256, not 128/,
        /and \d+ more/,
      )
    },
    LONG_MS,
  )

  withIpsec(
    'keys that are renewed at another time',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await bringUpAgain(built, await reload(built, { rekeySeconds: 600 }, {}, ['initiator']))
      await tells(
        built,
        /hosp on hgw: rekey-time is 5\d\d s, not 3240 to 3600 s|hosp on hgw: rekey-time is 600 s/,
        'life-time is 660 s, not 3960 s',
        'hosp on hgw: configured rekey_time is 600, not 3600',
      )
    },
    LONG_MS,
  )

  withIpsec(
    'no key exchange of its own for a renewal',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await bringUpAgain(built, await reload(built, { pfs: false }))
      await tells(built, /hosp on hgw: dh-group of renewed keys \(PFS\) is none, not ECP_256/, /hosp on gw: dh-group/)
    },
    LONG_MS,
  )

  withIpsec(
    'ends that disagree about it, which only a renewal shows',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await bringUpAgain(built, await reload(built, { pfs: false }, {}, ['responder']))
      await tells(built, /hosp on hgw: renewal of keys is refused or unanswered, not done within 10 s/)
    },
    LONG_MS,
  )

  withIpsec(
    'a configuration that was changed under a tunnel that is up',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await reload(built, { dpdSeconds: 7, auth: 'certificate' }, {}, ['responder'])
      await tells(
        built,
        'hosp on gw: configured dpd_delay is 7, not 30',
        'hosp on gw: configured local auth is public key, not pre-shared key',
      )
    },
    LONG_MS,
  )

  withIpsec(
    'other networks',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      const tunnel = ipsecTunnels(built.topology)[0]!
      for (const role of ROLES) {
        const end = { ...tunnel.initiator, networks: ['10.1.0.0/25'] }
        await built.gateways.vici
          .get(tunnel[role].host)!
          .command('load-conn', connection({ ...tunnel, initiator: end }, role, {}))
      }
      await bringUpAgain(built, tunnel)
      await tells(built, 'hosp on gw: remote-ts is 10.1.0.0/25, not 10.1.0.0/24')
    },
    LONG_MS,
  )

  withIpsec(
    'a connection that no tunnel has, and a tunnel that is down',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      const tunnel = ipsecTunnels(built.topology)[0]!
      await built.gateways.vici
        .get('gw')!
        .command('load-conn', connection({ ...tunnel, name: 'back-door' }, 'responder', {}))
      await built.gateways.terminate(tunnel)
      await tells(built, 'back-door on gw: connection is there, not asked for', 'hosp on gw: state is down, not up')
    },
    LONG_MS,
  )

  withWireguard(
    'networks that a WireGuard peer is allowed, a stranger among the peers, another endpoint',
    async () => {
      const built = await siteForTest(siteToSiteOf(WIREGUARD))
      const peer = built.wireguard[0]!.peers[0]!
      expect(await checked(built)).toMatchObject({ passed: true })
      await built.tree.run('gw', ['wg', 'set', 'wg0', 'peer', peer.publicKey, 'allowed-ips', '10.1.0.0/24,10.9.0.0/24'])
      const stranger = Buffer.alloc(32, 9).toString('base64')
      await built.tree.run('gw', ['wg', 'set', 'wg0', 'peer', stranger, 'allowed-ips', '10.8.0.0/24'])
      await tells(
        built,
        'hosp on gw: allowed-ips is 10.1.0.0/24, 10.9.0.0/24, not 10.1.0.0/24',
        'peers of wg0 that no tunnel has is CQkJ',
      )
      const ours = built.wireguard.find(({ host }) => host === 'hgw')!.peers[0]!.publicKey
      await built.tree.run('hgw', ['wg', 'set', 'wg0', 'peer', ours, 'endpoint', '198.51.100.2:51999'])
      await tells(built, 'hosp on hgw: endpoint is 198.51.100.2:51999, not 198.51.100.2:51820')
    },
    LONG_MS,
  )

  withWireguard(
    'one WireGuard peer of many that has not shaken hands',
    async () => {
      const built = await siteForTest(hubOf(WIREGUARD))
      expect(await checked(built)).toMatchObject({ passed: true })
      const { publicKey, networks } = built.wireguard
        .flatMap(({ host, peers }) => (host === 'gw' ? peers : []))
        .find(({ tunnel }) => tunnel === 'hosp-3')!
      await built.tree.run('gw', ['wg', 'set', 'wg0', 'peer', publicKey, 'remove'])
      await built.tree.run('gw', ['wg', 'set', 'wg0', 'peer', publicKey, 'allowed-ips', networks.join(',')])
      const told = await checked(built)
      expect(told).toMatchObject({ passed: false, evidence: 'hosp-3 on gw: handshake is none, not done' })
    },
    LONG_MS,
  )
})
