import { expect, describe as group, test } from 'vitest'
import { firewall } from '../../../src/environment/netns/checks/firewall.ts'
import { rulesOf } from '../../../src/environment/netns/rules.ts'
import type { Site } from '../../../src/environment/netns/site.ts'
import { direct } from '../../../src/environment/topology/direct.ts'
import { needs } from '../../needs.ts'
import {
  canIpsec,
  canWireguard,
  hubOfFive,
  IPSEC,
  mechanisms,
  PLAIN_LINK,
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

const RULES = 'chain forward of table inet gate'

/** What is done to a gateway by nft, and how the check tells it. */
const OPENINGS = [
  ['insert rule inet gate forward tcp dport 20003 accept', `too much in ${RULES}: tcp dport 20003 accept`],
  [
    'insert rule inet gate forward ip saddr 10.0.0.0/16 ip daddr 10.0.0.0/16 accept',
    `too much in ${RULES}: ip saddr 10.0.0.0/16 ip daddr 10.0.0.0/16 accept`,
  ],
  ['insert rule inet gate forward meta l4proto udp accept', `too much in ${RULES}: meta l4proto udp accept`],
  ['insert rule inet gate forward ip protocol icmp accept', `too much in ${RULES}: ip protocol icmp accept`],
  ['add rule inet gate forward accept', `too much in ${RULES}: accept`],
  [
    'add element inet gate in_all { 10.0.0.0/8 . 10.0.0.0/8 }',
    'too much in set in_all of table inet gate: 10.0.0.0/8 . 10.0.0.0/8',
  ],
  [
    'add element inet gate out_all { 10.100.0.0/16 . 10.1.0.0/16 }',
    'too much in set out_all of table inet gate: 10.100.0.0/16 . 10.1.0.0/16',
  ],
  [
    'add element inet gate out_ports { 10.100.0.0/24 . 10.7.0.0/24 . 1-2000 }',
    'too much in set out_ports of table inet gate: 10.100.0.0/24 . 10.7.0.0/24 . 1-2000',
  ],
  [
    'add element inet gate in_ports { 10.7.0.0/24 . 10.100.0.10 . 22, 10.7.0.0/24 . 10.100.0.10 . 3389 }',
    'too much in set in_ports of table inet gate: 10.7.0.0/24 . 10.100.0.10 . 22; HOST: too much in set in_ports of table inet gate: 10.7.0.0/24 . 10.100.0.10 . 3389',
  ],
  [
    'chain inet gate forward { policy accept; }',
    `too much in ${RULES}: type filter hook forward priority filter; policy accept; HOST: missing in ${RULES}: type filter hook forward priority filter; policy drop`,
  ],
  [
    'add table ip more { chain before { type nat hook prerouting priority -150; tcp dport 2577 redirect to :2575; }; }',
    'too much: chain before of table ip more { type nat hook prerouting priority mangle; policy accept; tcp dport 2577 redirect to :2575 }',
  ],
  ['flush chain inet gate forward', `missing in ${RULES}: ct state established,related accept`],
  ['delete table inet gate', 'missing: table inet gate'],
] as const

const change = async ({ tree }: Site, host: string, command: string) =>
  expect(await tree.run(host, ['nft', command])).toEqual({ code: 0, output: '' })

/** As the clone's own start put them there. */
async function putRight({ topology, mechanisms, tree }: Site, name: string): Promise<void> {
  const rules = rulesOf(topology, topology.hosts.find(host => host.name === name)!, mechanisms) ?? ''
  const command = `nft flush ruleset\nnft -f - <<'RULES'\n${rules}RULES\n`
  expect(await tree.run(name, ['sh', '-e', '-c', command])).toEqual({ code: 0, output: '' })
}

for (const { vpn, translatedBy, on } of KINDS)
  group(`rules that are not those of a topology of ${vpn.kind}`, () => {
    on(
      'are told with host, set and rule, at our gateway and at the hospital’s',
      async () => {
        const site = await siteForTest(siteToSiteOf(vpn))
        for (const host of ['gw', 'hgw'])
          for (const [command, told] of OPENINGS) {
            await change(site, host, command)
            const { name, passed, evidence } = await firewall(site)
            expect([name, passed]).toEqual(['firewall', false])
            expect(evidence).toContain(`${host}: ${told.replace('HOST', host)}`)
            await putRight(site, host)
          }
        expect(await firewall(site)).toMatchObject({ passed: true })
      },
      LONG_MS,
    )

    on(
      'are told of every other host',
      async () => {
        const site = await siteForTest(hubOfFive(vpn, translatedBy))
        const [, told, all] = /^(\d+) of (\d+) hosts have rules: those of the topology and no others$/.exec(
          (await firewall(site)).evidence,
        )!
        expect(Number(told)).toBeLessThan(Number(all))
        const { initiator, responder } = site.topology.tunnels[3]!
        const translator = translatedBy === 'us' ? responder.host : initiator.host
        for (const [host, command, said] of [
          ['inet', 'insert rule inet wall crossing accept', 'too much in chain crossing of table inet wall: accept'],
          ['app', 'flush chain ip own_ports before', 'missing in chain before of table ip own_ports: tcp dport'],
          ['core', 'add table inet gate', 'too much: table inet gate'],
          ['hosp', 'add table ip6 t { chain c { accept; }; }', 'too much: chain c of table ip6 t { accept }'],
          [translator, 'flush chain ip translate after', 'missing in chain after of table ip translate: '],
          [initiator.host, 'insert rule inet gate forward accept', `too much in ${RULES}: accept`],
        ] as const) {
          await change(site, host, command)
          expect((await firewall(site)).evidence).toContain(`${host}: ${said}`)
          await putRight(site, host)
        }
        expect(await firewall(site)).toMatchObject({ passed: true })
        await change(site, 'inet', 'flush ruleset')
        await change(site, initiator.host, 'insert rule inet gate forward accept')
        expect((await firewall(site)).evidence).toBe(
          `${initiator.host}: too much in ${RULES}: accept; inet: missing: table inet wall`,
        )
      },
      LONG_MS,
    )
  })

needs(canIpsec, `${WHAT} strongSwan`)(
  'where there is no VPN, hosts have no rules, and one that somebody added is told',
  async () => {
    const site = await siteForTest(direct(PLAIN_LINK, 2576))
    const evidence = '0 of 3 hosts have rules: those of the topology and no others'
    expect(await firewall(site)).toEqual({ name: 'firewall', passed: true, evidence })
    await change(site, 'inet', 'add table ip t { chain c { type filter hook forward priority 0; }; }')
    expect((await firewall(site)).evidence).toBe(
      'inet: too much: chain c of table ip t { type filter hook forward priority filter; policy accept }',
    )
  },
  LONG_MS,
)

test('rules that cannot be read are not those of the topology', async () => {
  const script = async () => ({ code: 127, output: 'sh: 2: nft: not found\n' })
  const tree = { script } as unknown as Site['tree']
  expect(await firewall({ topology: siteToSiteOf(IPSEC), mechanisms, tree })).toEqual({
    name: 'firewall',
    passed: false,
    evidence: 'the rules cannot be read: sh: 2: nft: not found',
  })
})
