import { expect, describe as group, test } from 'vitest'
import type { Site } from '../../../src/environment/netns/site.ts'
import { direct } from '../../../src/environment/topology/direct.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import { longMessageBytes, messagesMs } from '../../../src/model/checkedSizes.ts'
import { needs } from '../../needs.ts'
import {
  canIpsec,
  canLimit,
  canWireguard,
  failedOf,
  IPSEC,
  PLAIN_LINK,
  proveForTest,
  siteForTest,
  siteToSiteOf,
  WHAT,
  WIREGUARD,
} from './support.ts'

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const withWireguard = needs(canWireguard, `${WHAT} WireGuard`)
const LONG_MS = 120_000

/** Has the internet swallow what is larger than this on its way out of a device, and say nothing; the rule itself is told by the check of firewalls. */
const swallow = ({ tree }: Site, device: string, bytes: number) =>
  tree.run('inet', ['nft', `insert rule inet wall crossing oifname "${device}" meta length > ${bytes} drop`])

/** The check of sizes, and the names of the checks that failed. */
async function sized(built: Site) {
  const checks = await proveForTest(built)
  return { failed: failedOf(checks), evidence: checks.find(({ name }) => name === 'mtu')!.evidence }
}

group('tunnels are as narrow as their link asks for, and every check passes', () => {
  for (const mtu of [1_450, 1_280, 576])
    withIpsec(
      `IPsec over ${mtu} bytes`,
      async () => {
        for (const vpn of [IPSEC, { ...IPSEC, cipher: 'aes256-sha256', auth: 'certificate' } as const]) {
          const built = await siteForTest(siteToSiteOf(vpn, mtu))
          expect(await sized(built)).toEqual({ failed: [], evidence: expect.stringContaining('arrived whole') })
        }
      },
      LONG_MS,
    )

  for (const mtu of [1_400, 1_280, 576])
    withWireguard(
      `WireGuard over ${mtu} bytes`,
      async () => {
        const built = await siteForTest(siteToSiteOf(WIREGUARD, mtu))
        expect(await sized(built)).toEqual({ failed: [], evidence: expect.stringContaining('arrived whole') })
      },
      LONG_MS,
    )

  withWireguard(
    'WireGuard that is asked to be wider than its link fails by name',
    async () => {
      const built = await siteForTest(siteToSiteOf({ kind: 'wireguard', mtu: 1_420 }, 1_400))
      expect((await sized(built)).failed).toContain('mtu')
    },
    LONG_MS,
  )
})

group('large packets are swallowed in one direction, and nobody says so', () => {
  withIpsec(
    'to the application',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await swallow(built, 'near0', 1_250)
      const { failed, evidence } = await sized(built)
      expect(failed).toEqual(['firewall', 'mtu'])
      expect(evidence).toMatch(/^hospital to application: .*9000 bytes, 64000 bytes, 12000000 bytes/)
      expect(evidence).not.toContain('application to hospital')
    },
    LONG_MS,
  )

  withIpsec(
    'to the hospital',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await swallow(built, 'far0', 1_250)
      const { failed, evidence } = await sized(built)
      expect(failed).toEqual(['firewall', 'mtu'])
      expect(evidence).toMatch(/^application to hospital: .*9000 bytes, 64000 bytes did not get through/)
      expect(evidence).not.toContain('hospital to application')
    },
    LONG_MS,
  )

  withIpsec(
    'to the hospital, in answers',
    async () => {
      const built = await siteForTest(siteToSiteOf(IPSEC))
      await built.tree.run('gw', ['nft', 'insert rule inet gate forward tcp sport 2575 meta length > 1250 drop'])
      const { failed, evidence } = await sized(built)
      expect(failed).toEqual(['firewall', 'mtu'])
      expect(evidence).toMatch(/^application to hospital, in answers only: .*: 0 of \d+ bytes came back\)$/)
    },
    LONG_MS,
  )

  withIpsec(
    'to another hospital than the first',
    async () => {
      const built = await siteForTest(
        hub({
          ...{ hospitals: 4, overlapping: 1, translatedBy: 'hospital', vpn: IPSEC },
          ...{ internet: PLAIN_LINK, sharedPorts: [2575], receiverPort: 2576 },
        }),
      )
      await swallow(built, 'o2', 1_250)
      const { failed, evidence } = await sized(built)
      expect(failed).toEqual(['firewall', 'mtu'])
      expect(evidence).toMatch(/^application to hospital: .*\(hospital 10\.250\.0\.10: /)
    },
    LONG_MS,
  )
})

group('over a slow link the long message is as long as it carries in two seconds', () => {
  test('within bounds', () => {
    expect([null, 1_000, 48, 2, 0.3, 0.01].map(longMessageBytes)).toEqual([
      ...[12_000_000, 12_000_000, 12_000_000],
      ...[500_000, 128_000, 128_000],
    ])
    for (const rateMbit of [0.3, 2, 48]) expect(messagesMs(rateMbit)).toBeLessThan(8_000)
  })

  needs(canLimit, `${WHAT} tbf`)(
    'and the check says how much it was',
    async () => {
      const impairment = { delayMs: 0, jitterMs: 0, lossRatio: 0, rateMbit: 2 }
      const built = await siteForTest(direct({ mtu: null, impairment }, 2576))
      expect(await sized(built)).toEqual({ failed: [], evidence: expect.stringContaining('and 0.5 MB from the first') })
    },
    LONG_MS,
  )
})
