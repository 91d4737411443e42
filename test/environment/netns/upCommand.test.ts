import { expect, test } from 'vitest'
import { upCommand } from '../../../src/environment/netns/keep/upCommand.ts'
import { NETNS_DEFAULTS, type NetnsEnvironment } from '../../../src/model/netns.ts'
import { bareScenario } from '../../../src/scenario/bare.ts'

const environmentOf = (topology: NetnsEnvironment['topology'], ...sets: string[]) =>
  bareScenario(topology, { sets }).scenario.environment as NetnsEnvironment

test('the defaults of clones are those of scenarios', () => {
  expect(environmentOf('site-to-site')).toEqual({ ...NETNS_DEFAULTS, hospitals: 1 })
  expect(environmentOf('hub')).toEqual({ ...NETNS_DEFAULTS, topology: 'hub' })
})

test('a command for a clone says nothing of what holds by default, nor of what makes no difference to a clone', () => {
  const command = (topology: NetnsEnvironment['topology'], ...sets: string[]) =>
    upCommand(environmentOf(topology, ...sets), 1)
  expect(command('direct', 'environment.vpn.kind=wireguard')).toBe('npx hl7bench env up direct --checks')
  expect(command('site-to-site', 'environment.hospitals=7', 'environment.checks=never', 'environment.parallel=2')).toBe(
    'npx hl7bench env up site-to-site --checks',
  )
  expect(command('site-to-site', 'environment.vpn.kind=wireguard')).toBe(
    'npx hl7bench env up site-to-site --set environment.vpn.kind=wireguard --checks',
  )
})

test('a command for a clone makes the environment that it is for', () => {
  for (const [topology, ...sets] of [
    ['site-to-site', 'environment.vpn.kind=wireguard', 'environment.vpn.mtu=1300', 'environment.cpus.gateways=0-1,3'],
    ['site-to-site', 'environment.vpn.auth=certificate', 'environment.vpn.pfs=false', 'environment.link.rateMbit=10'],
    [
      'hub',
      'environment.hospitals=20',
      'environment.overlapping=3',
      'environment.translatedBy=us',
      'environment.link.lossRatio=0.01',
    ],
  ] as const) {
    const environment = environmentOf(topology, ...sets)
    const words = upCommand(environment, 3).split(' ')
    const settings = words.filter((_, index) => words[index - 1] === '--set')
    expect(settings).toContain('seed=3')
    expect(bareScenario(topology, { sets: settings }).scenario).toMatchObject({ environment, seed: 3 })
  }
})
