import { expect, describe as group } from 'vitest'
import { drillsOf } from '../../../src/environment/netns/drills/drillsOf.ts'
import type { Site } from '../../../src/environment/netns/site.ts'
import type { Drill, DrillName } from '../../../src/model/drill.ts'
import { needs } from '../../needs.ts'
import {
  canIpsec,
  canWireguard,
  failedOf,
  hubOfFive,
  IPSEC,
  proveForTest,
  siteForTest,
  siteToSiteOf,
  WHAT,
  WIREGUARD,
} from './support.ts'

const KINDS = [
  { vpn: IPSEC, translatedBy: 'us', on: needs(canIpsec, `${WHAT} strongSwan`) },
  { vpn: WIREGUARD, translatedBy: 'hospital', on: needs(canWireguard, `${WHAT} WireGuard`) },
] as const
const LONG_MS = 90_000

const drill = (name: DrillName): Drill => ({ atMs: 0, do: name })

const MESSAGE = Buffer.from('MSH|^~\\&|')

/** Of every gateway, line by line; elements of a set are in no order. */
async function rulesOf({ topology, tree }: Site): Promise<string[]> {
  const hosts = topology.hosts.filter(({ role }) => role === 'gateway')
  const rules = await Promise.all(hosts.map(({ name }) => tree.run(name, ['nft', '-s', 'list', 'ruleset'])))
  const lines = rules.flatMap(({ output }) => output.replaceAll(/elements = \{|[},]/g, '').split('\n'))
  return lines.map(line => line.trim()).toSorted()
}

for (const { vpn, translatedBy, on } of KINDS)
  group(`drills over ${vpn.kind}`, () => {
    on(
      'open a port of the application that nobody could reach, and leave the clone as it was',
      async () => {
        for (const topology of [siteToSiteOf(vpn), hubOfFive(vpn, translatedBy)]) {
          const site = await siteForTest(topology)
          const before = await rulesOf(site)
          const drills = drillsOf(
            site,
            topology.hospitals.map(() => drill('add-port')),
          )
          for (const _ of ['first run', 'second run']) {
            await drills.withhold()
            await drills.proveClosed()
            for (const which of topology.hospitals.keys()) {
              const { do: what, closedBefore, steps, error } = await drills.add(which, MESSAGE, 'id')
              expect([what, closedBefore]).toEqual(['add-port', 'no answer within 400 ms'])
              // Nobody listens on the application: only there, beyond all firewalls, is it refused.
              expect(error).toContain('ECONNREFUSED')
              expect(steps).toEqual({ firewallOpened: expect.any(Number), connected: null, firstAck: null })
            }
            await expect(drills.proveClosed()).rejects.toThrow(/reaches .*:210\d\d already/)
            expect(await rulesOf(site)).not.toEqual(before)
            await drills.restore()
            expect(await rulesOf(site)).toEqual(before)
          }
        }
      },
      LONG_MS,
    )

    on(
      'add tunnels that were gone before, and leave the clone as it was',
      async () => {
        const site = await siteForTest(hubOfFive(vpn, translatedBy))
        const before = await rulesOf(site)
        const drills = drillsOf(site, [drill('add-tunnel'), drill('add-port'), drill('add-tunnel')])
        await drills.withhold()
        await drills.proveClosed()
        const added = await drills.add(2, MESSAGE, 'id')
        const given = ['configurationLoaded', 'firewallOpened', ...(vpn.kind === 'ipsec' ? ['tunnelUp'] : [])]
        expect(added.tunnel).toBe('hosp-4')
        expect(added.error).toContain('ECONNREFUSED')
        expect(added.steps).toEqual({
          ...Object.fromEntries(given.map(step => [step, expect.any(Number)])),
          ...{ connected: null, firstAck: null },
        })
        await drills.restore()
        expect(await rulesOf(site)).toEqual(before)
        expect(failedOf(await proveForTest(site))).toEqual([])
      },
      LONG_MS,
    )

    on(
      'are refused where what they are to open is open already',
      async () => {
        const site = await siteForTest(siteToSiteOf(vpn))
        const drills = drillsOf(site, [drill('add-port')])
        await site.tree.run('gw', ['nft', 'add element inet gate in_ports { 10.1.0.0/24 . 10.100.0.10 . 21000 }'])
        await drills.withhold()
        await expect(drills.proveClosed()).rejects.toThrow('add-port: before the drill 10.1.0.10 reaches')
        await drills.restore()
        expect(failedOf(await proveForTest(site))).toEqual(['firewall', 'closed ports'])
      },
      LONG_MS,
    )
  })
