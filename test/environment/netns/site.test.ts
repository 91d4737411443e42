import { readFileSync } from 'node:fs'
import { expect, describe as group } from 'vitest'
import { openProbes } from '../../../src/environment/netns/probe/probes.ts'
import { direct } from '../../../src/environment/topology/direct.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import type { CheckResult } from '../../../src/model/environment.ts'
import { needs } from '../../needs.ts'
import {
  canDelay,
  canIpsec,
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

const evidenceOf = (checks: readonly CheckResult[], name: string) => checks.find(check => check.name === name)!.evidence

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const withWireguard = needs(canWireguard, `${WHAT} WireGuard`)
const withDelay = needs(canDelay, `${WHAT} netem or TUN`)
const LONG_MS = 60_000

const hubOf = (parts: Partial<Parameters<typeof hub>[0]>) =>
  hub({
    hospitals: 5,
    overlapping: 2,
    translatedBy: 'hospital',
    vpn: IPSEC,
    internet: PLAIN_LINK,
    sharedPorts: [2575],
    receiverPort: 2576,
    ...parts,
  })

group('a clone proves what it is', () => {
  const names = [
    ...['reachability', 'nat', 'firewall', 'closed ports', 'around the tunnel', 'parameters', 'mtu', 'encryption'],
  ]

  withIpsec(
    'site to site by a pre-shared key',
    async () => {
      const checks = await proveForTest(await siteForTest(siteToSiteOf()))
      expect(failedOf(checks)).toEqual([])
      expect(checks.map(({ name }) => name)).toEqual(names)
    },
    LONG_MS,
  )

  withIpsec(
    'by certificates, with every cipher',
    async () => {
      for (const cipher of ['aes256gcm16', 'aes256-sha256', 'chacha20poly1305'] as const) {
        const checks = await proveForTest(await siteForTest(siteToSiteOf({ ...IPSEC, auth: 'certificate', cipher })))
        expect(failedOf(checks)).toEqual([])
        expect(evidenceOf(checks, 'parameters')).toContain(cipher)
      }
    },
    LONG_MS,
  )

  withWireguard(
    'by WireGuard',
    async () => {
      expect(failedOf(await proveForTest(await siteForTest(siteToSiteOf(WIREGUARD))))).toEqual([])
    },
    LONG_MS,
  )

  for (const translatedBy of ['hospital', 'us'] as const)
    withIpsec(
      `a hub whose overlapping hospitals are translated by ${translatedBy === 'us' ? 'us' : 'themselves'}`,
      async () => {
        const checks = await proveForTest(await siteForTest(hubOf({ translatedBy })))
        expect(failedOf(checks)).toEqual([])
        expect(checks.map(({ name }) => name)).toContain('isolation')
      },
      LONG_MS,
    )

  withWireguard(
    'a hub of WireGuard',
    async () => {
      expect(failedOf(await proveForTest(await siteForTest(hubOf({ vpn: WIREGUARD, translatedBy: 'us' }))))).toEqual([])
    },
    LONG_MS,
  )

  withDelay(
    'a delayed link has the delay asked for',
    async () => {
      const delayed = await siteForTest(
        direct({ mtu: null, impairment: { delayMs: 20, jitterMs: 0, lossRatio: 0, rateMbit: null } }, 2576),
      )
      const probes = openProbes(delayed.tree)
      await probes.listen('app', [2575])
      const plan = { from: null, host: delayed.topology.applicationAddress, port: 2575, bytes: 1, fill: 'x' }
      const times: number[] = []
      for (let count = 0; count < 20; count++) {
        const [outcome] = await probes.tryAll('hosp', [plan], 5_000)
        if (outcome!.state === 'answered') times.push(outcome!.connectMs)
      }
      probes.close()
      // A connection is one round trip. What the machine adds is on top: the least tells the delay.
      expect(Math.min(...times)).toBeGreaterThanOrEqual(40)
      expect(Math.min(...times)).toBeLessThan(60)
    },
    LONG_MS,
  )
})

group('a check that must fail does, and is named', () => {
  withIpsec(
    'the tunnel is off',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      await built.gateways.vici.get('hgw')!.command('terminate', { ike: 'hosp' })
      expect(failedOf(await proveForTest(built))).toContain('reachability')
    },
    LONG_MS,
  )

  withIpsec(
    'a route leads nowhere',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      await built.tree.run('app', ['ip', 'route', 'replace', 'default', 'via', '10.100.0.99'])
      expect(failedOf(await proveForTest(built))).toContain('reachability')
    },
    LONG_MS,
  )

  withIpsec(
    'traffic goes around the tunnel, in the clear',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      for (const host of ['gw', 'hgw']) {
        await built.tree.run(host, ['nft', 'flush', 'ruleset'])
        await built.tree.run(host, ['ip', 'route', 'flush', 'table', '220'])
      }
      await built.tree.run('inet', ['nft', 'flush', 'ruleset'])
      await built.tree.run('inet', ['ip', 'route', 'add', '10.100.0.0/24', 'via', '198.51.100.2'])
      await built.tree.run('inet', ['ip', 'route', 'add', '10.1.0.0/24', 'via', '192.0.2.2'])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(expect.arrayContaining(['encryption', 'around the tunnel']))
      expect(evidenceOf(checks, 'encryption')).toMatch(/and [1-9]\d* times on the internet/)
    },
    LONG_MS,
  )

  withIpsec(
    'a port is open that should be closed',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      await built.tree.run('gw', [
        'nft',
        'insert',
        'rule',
        'inet',
        'gate',
        'forward',
        'iifname',
        'ipsec0',
        'tcp',
        'dport',
        '2577',
        'accept',
      ])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(['firewall', 'closed ports'])
      expect(evidenceOf(checks, 'firewall')).toBe(
        'gw: too much in chain forward of table inet gate: iifname "ipsec0" tcp dport 2577 accept',
      )
    },
    LONG_MS,
  )

  withIpsec(
    'a port of a hospital is open that should be closed',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      for (const gateway of ['gw', 'hgw'])
        await built.tree.run(gateway, [
          'nft',
          'insert',
          'rule',
          'inet',
          'gate',
          'forward',
          'tcp',
          'dport',
          '2577',
          'ip',
          'saddr',
          '10.100.0.0/24',
          'accept',
        ])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(['firewall', 'closed ports'])
      expect(evidenceOf(checks, 'closed ports')).toContain('app reached 10.1.0.10:2577')
    },
    LONG_MS,
  )

  withIpsec(
    'a hospital is let through to another',
    async () => {
      const built = await siteForTest(hubOf({}))
      await built.tree.run('gw', [
        'nft',
        'add',
        'element',
        'inet',
        'gate',
        'in_all',
        '{ 10.230.0.0/24 . 10.230.1.0/24 }',
      ])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(['firewall'])
      expect(evidenceOf(checks, 'firewall')).toBe(
        'gw: too much in set in_all of table inet gate: 10.230.0.0/24 . 10.230.1.0/24',
      )
    },
    LONG_MS,
  )

  withIpsec(
    'a hospital reaches another, around all gateways of ours',
    async () => {
      const built = await siteForTest(hubOf({}))
      for (const host of ['inet', 'og0', 'og1']) await built.tree.run(host, ['nft', 'flush', 'ruleset'])
      for (const k of [0, 1])
        await built.tree.run('inet', ['ip', 'route', 'add', `10.230.${k}.0/24`, 'via', `198.19.${k}.2`])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(expect.arrayContaining(['firewall', 'isolation']))
      expect(evidenceOf(checks, 'isolation')).toContain('oh0 10.230.0.10 reached 10.230.1.22:2576')
      expect(evidenceOf(checks, 'firewall')).toContain('inet: missing: table inet wall')
    },
    LONG_MS,
  )

  withIpsec(
    'a port is closed that should be open',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      await built.tree.run('gw', ['nft', 'flush', 'set', 'inet', 'gate', 'in_ports'])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toEqual(['reachability', 'nat', 'firewall'])
      expect(evidenceOf(checks, 'firewall')).toBe(
        'gw: missing in set in_ports of table inet gate: 10.1.0.0/24 . 10.100.0.10 . 2575',
      )
    },
    LONG_MS,
  )

  withIpsec(
    'an address is translated to another than agreed',
    async () => {
      const built = await siteForTest(hubOf({}))
      const { host } = built.topology.tunnels[2]!.initiator
      await built.tree.run(host, ['nft', 'flush', 'chain', 'ip', 'translate', 'after'])
      await built.tree.run(host, [
        'nft',
        'add',
        'rule',
        'ip',
        'translate',
        'after',
        'oifname',
        'ipsec0',
        'snat',
        'to',
        '10.240.2.77',
      ])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toContain('nat')
      expect(evidenceOf(checks, 'nat')).toContain('10.240.2.77')
    },
    LONG_MS,
  )

  withIpsec(
    'large packets are swallowed, and nobody says so',
    async () => {
      const built = await siteForTest(siteToSiteOf())
      await built.tree.run('inet', [
        'nft',
        'insert',
        'rule',
        'inet',
        'wall',
        'crossing',
        'meta',
        'length',
        '>',
        '1250',
        'drop',
      ])
      const checks = await proveForTest(built)
      expect(failedOf(checks)).toContain('mtu')
      expect(evidenceOf(checks, 'mtu')).toContain('9000 bytes')
    },
    LONG_MS,
  )
})

withIpsec(
  'nothing of a clone shows in the system outside it',
  async () => {
    const before = readFileSync('/proc/net/dev', 'utf8').split('\n').length
    const built = await siteForTest(siteToSiteOf())
    expect(readFileSync('/proc/net/dev', 'utf8').split('\n').length).toBe(before)
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('/run/netns/hosp')
    expect((await built.tree.run('hosp', ['ip', '-o', 'link'])).output).toContain('lan0')
  },
  LONG_MS,
)
