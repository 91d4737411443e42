import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { originOf } from '../../../src/environment/netns/origin.ts'
import { sharedSelectors } from '../../../src/environment/netns/preflight.ts'
import { rulesOf } from '../../../src/environment/netns/rules.ts'
import { setupScript } from '../../../src/environment/netns/script.ts'
import { wireguards } from '../../../src/environment/netns/wireguard.ts'
import { direct } from '../../../src/environment/topology/direct.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import type { Topology } from '../../../src/model/topology.ts'
import { IPSEC, KERNEL, PLAIN_LINK, siteToSiteOf, WIREGUARD } from './support.ts'

const hubs = fc
  .record({
    hospitals: fc.integer({ min: 1, max: 1_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    byUs: fc.boolean(),
  })
  .map(({ hospitals, share, byUs }) =>
    hub({
      hospitals,
      overlapping: Math.min(60, Math.floor(share * hospitals)),
      translatedBy: byUs ? 'us' : 'hospital',
      vpn: IPSEC,
      internet: PLAIN_LINK,
      sharedPorts: [2575],
      receiverPort: 2576,
    }),
  )

const hostOf = (topology: Topology, name: string) => topology.hosts.find(host => host.name === name)!

group('every hub', () => {
  test('gives each hospital a tunnel, an identity, a port and an address of its own', () => {
    fc.assert(
      fc.property(hubs, ({ hospitals, tunnels }) => {
        const own = (values: readonly unknown[]) => expect(new Set(values).size).toBe(hospitals.length)
        own(tunnels.map(({ name }) => name))
        own(tunnels.map(({ initiator }) => initiator.identity))
        own(tunnels.map(({ initiator }) => initiator.address))
        own(hospitals.map(({ ports }) => ports[0]))
        own(hospitals.map(({ seenAs }) => seenAs))
      }),
      { numRuns: 40 },
    )
  })

  test('lets one generator speak for every hospital whose address range nobody else has, and one each for the others', () => {
    fc.assert(
      fc.property(hubs, topology => {
        const { hospitals } = topology
        const overlapping =
          new Set(hospitals.map(({ host }) => host)).size - (hospitals.some(({ host }) => host === 'hosp') ? 1 : 0)
        const first = originOf(topology, { protocol: 'mllp' }, 0)
        expect(first.paths.length).toBe(hospitals.length === 1 ? 0 : Math.max(1, hospitals.length - overlapping))
        const all = Array.from({ length: overlapping + 1 }, (_, index) =>
          originOf(topology, { protocol: 'mllp' }, index),
        )
        const ports = new Set(all.flatMap(({ paths }) => paths.map(({ port }) => port)))
        expect(ports.size).toBe(hospitals.length === 1 ? 0 : hospitals.length)
      }),
      { numRuns: 40 },
    )
  })

  test('has names that ip and nft take, and links between hosts that are there, each device once', () => {
    fc.assert(
      fc.property(hubs, ({ hosts, links }) => {
        const names = new Set(hosts.map(({ name }) => name))
        expect(names.size).toBe(hosts.length)
        const ends = links.flatMap(link => link.ends)
        expect(new Set(ends.map(({ host, device }) => `${host} ${device}`)).size).toBe(ends.length)
        for (const { host, device } of ends) {
          expect(names.has(host)).toBe(true)
          expect(device).toMatch(/^[a-z][a-z0-9]{0,14}$/)
        }
        for (const name of names) expect(name).toMatch(/^[a-z0-9]{1,12}$/)
      }),
      { numRuns: 40 },
    )
  })

  test('has no two tunnels of a gateway for the same networks, though hospitals have the same', () => {
    fc.assert(
      fc.property(hubs, topology => {
        expect(sharedSelectors(topology)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

test('two tunnels of one gateway for the same network are refused, with the names of both', () => {
  const topology = siteToSiteOf()
  const [tunnel] = topology.tunnels
  const twice = { ...topology, tunnels: [tunnel!, { ...tunnel!, name: 'other' }] }
  expect(sharedSelectors(twice)).toEqual([
    { what: 'hosp and other both claim 10.1.0.0/24 on gw', remedy: expect.stringContaining('NAT') },
  ])
})

group('the commands on a machine that has everything', () => {
  const impaired = { delayMs: 10, jitterMs: 2, lossRatio: 0.001, rateMbit: 100 }
  const script = (topology: Topology, mechanisms = KERNEL) =>
    setupScript({ topology, mechanisms, files: [], daemons: [], steps: wireguards(topology, mechanisms).steps })

  test('delay, loss and rate are set by netem at both ends of the link', () => {
    const text = script(direct({ mtu: 1_400, impairment: impaired }, 2576))
    const netem = 'root netem delay 10ms 2ms loss 0.1% rate 100mbit limit 20000'
    expect(text).toContain(`tc qdisc replace dev wan0 ${netem}`)
    expect(text).toContain(`tc qdisc replace dev far0 ${netem}`)
    expect(text).toContain('link set wan0 up mtu 1400')
    expect(text).not.toContain('relay.py')
  })

  test('without netem a relay delays, and tbf limits the rate', () => {
    const text = script(direct({ mtu: null, impairment: impaired }, 2576), { ...KERNEL, delay: 'relay' })
    expect(text).toContain('relay.py')
    expect(text).toContain('dly0 10 2 0.001 ')
    expect(text).toContain('tc qdisc replace dev wan0 root tbf rate 100mbit')
  })

  test('ESP of the kernel has no device: packets are known by what they went through', () => {
    const rules = rulesOf(siteToSiteOf(), hostOf(siteToSiteOf(), 'gw'), KERNEL)!
    expect(rules).toContain('meta secpath exists ip saddr . ip daddr . tcp dport @in_ports accept')
    expect(rules).toContain('rt ipsec exists ip saddr . ip daddr @out_all accept')
    const inUserSpace = rulesOf(siteToSiteOf(), hostOf(siteToSiteOf(), 'gw'), { ...KERNEL, esp: 'libipsec' })!
    expect(inUserSpace).toContain('iifname "ipsec0" ip saddr . ip daddr . tcp dport @in_ports accept')
  })

  test('WireGuard of the kernel is added as a link, the side that answers first', () => {
    const text = script(siteToSiteOf(WIREGUARD))
    expect(text.match(/ip link add wg0 type wireguard/g)).toHaveLength(2)
    expect(text.indexOf('ip netns exec gw sh -e -c')).toBeLessThan(text.indexOf('ip netns exec hgw sh -e -c'))
    expect(script(siteToSiteOf(WIREGUARD), { ...KERNEL, wireguard: 'wireguard-go' })).not.toContain('type wireguard')
  })
})

test('a gateway passes on nothing that it does not know', () => {
  for (const topology of [siteToSiteOf(), siteToSiteOf(WIREGUARD)])
    for (const host of ['gw', 'hgw']) expect(rulesOf(topology, hostOf(topology, host), KERNEL)).toContain('policy drop')
})

test('what is no part of a VPN does not cross the internet of a topology with tunnels', () => {
  expect(rulesOf(siteToSiteOf(), hostOf(siteToSiteOf(), 'inet'), KERNEL)).toContain('counter name leaked drop')
  const plain = direct(PLAIN_LINK, 2576)
  expect(rulesOf(plain, hostOf(plain, 'inet'), KERNEL)).toBeNull()
})
